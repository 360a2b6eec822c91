"""Rules for `quality.night_facts`, one row for the night: whether all platforms together are one consistent whole."""

from typing import ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.rules import CRITICAL, WARNING, FactsExist, NoneOf, WithinBounds


class UnionsAreWhole(NoneOf):
    """The tables of all platforms hold what the platforms' tables hold, no row more or less."""

    column: str = "union_difference_count"
    sentence: ClassVar[str] = "The unions over all platforms hold exactly the platforms' rows"
    observation: ClassVar[str] = "{union_difference_count} rows too many or too few"


class KeysAreUnique(NoneOf):
    """No interaction, account, person or item is there twice."""

    column: str = "duplicate_key_count"
    sentence: ClassVar[str] = "No interaction, account, person or item stands in the marts twice"
    observation: ClassVar[str] = "{duplicate_key_count} keys that stand there more than once"


class InteractionsHaveAccounts(NoneOf):
    """Every interaction belongs to a known account."""

    column: str = "orphan_account_count"
    sentence: ClassVar[str] = "Every interaction belongs to an account of the marts"
    observation: ClassVar[str] = "{orphan_account_count} interactions that belong to none"


class PeopleAreJoined(WithinBounds):
    """Some accounts are joined into persons, not nearly none and not nearly all."""

    column: str = "matched_account_share"
    min_value: float = 0.01
    max_value: float = 0.98
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Some people are known on several platforms, and some on one alone"
    observation: ClassVar[str] = "{matched_account_share} of {accounts_count} accounts share their person with another"


class PeopleExist(WithinBounds):
    """There is somebody to write a list for."""

    column: str = "persons_count"
    min_value: int = 1
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = "There are people to recommend to"
    observation: ClassVar[str] = "{persons_count} persons"
    is_null_allowed: ClassVar[bool] = False


RULES = (FactsExist, UnionsAreWhole, KeysAreUnique, InteractionsHaveAccounts, PeopleAreJoined, PeopleExist)
