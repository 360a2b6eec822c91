"""What all our expectations share: a severity, a sentence that states the rule, and words for what was found.

A rule is a class that names a column, the lowest and the highest value allowed (both allowed themselves) and a
sentence. Where a rule holds for some rows only, `row_condition` says for which.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from great_expectations.expectations import ExpectColumnValuesToBeBetween, ExpectTableRowCountToBeBetween
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.wording import bounds_in_words, fill, is_null

CRITICAL = FailureSeverity.CRITICAL
WARNING = FailureSeverity.WARNING


class WithinBounds(ExpectColumnValuesToBeBetween):
    """A fact of each row lies between two bounds.

    Attributes:
        sentence: the rule in plain words; `{column}` stands for the row's value.
        observation: what was found, written alike.
        is_null_allowed: a null passes, as of a platform that has no past to compare with.
    """

    sentence: ClassVar[str] = ""
    observation: ClassVar[str] = ""
    is_null_allowed: ClassVar[bool] = True

    def is_complete(self, facts: Mapping[str, Any]) -> bool:
        """Whether the row has a value, or may be without."""
        return self.is_null_allowed or not is_null(facts.get(self.column))

    def rule(self, facts: Mapping[str, Any]) -> str:
        """The rule, for the row with these facts."""
        return fill(self.sentence, facts)

    def observed(self, facts: Mapping[str, Any]) -> str:
        """What the row holds."""
        return fill(self.observation, facts) or ("nothing to compare with" if self.is_null_allowed else "no figure")

    def threshold(self) -> str:
        """What is allowed."""
        return bounds_in_words(self.column, self.min_value, self.max_value)


class NoneOf(WithinBounds):
    """A count of faults is zero; each such rule says of which."""

    column: str = ""
    min_value: int = 0
    max_value: int = 0
    severity: FailureSeverity = CRITICAL
    is_null_allowed: ClassVar[bool] = False


class FactsExist(ExpectTableRowCountToBeBetween):
    """There is something to judge: a table of facts without rows proves nothing."""

    severity: FailureSeverity = CRITICAL
    min_value: int = 1
    sentence: ClassVar[str] = "There are facts to judge"

    def rule(self, facts: Mapping[str, Any]) -> str:
        """The rule; it is the same for every table."""
        return fill(self.sentence, facts)

    def observed(self, facts: Mapping[str, Any]) -> str:
        """How many rows there are; `facts` holds `rows_count`."""
        return fill("rows: {rows_count}", facts)

    def threshold(self) -> str:
        """What is allowed."""
        return "at least 1 row"
