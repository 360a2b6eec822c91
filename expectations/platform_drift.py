"""Rules for `quality.platform_drift`, one row per platform: whether the night's logs are like those of other weeks.

A platform may change what it logs, so most rules warn. Those that hold the night say that the feed is broken.
"""

from typing import Any, ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.row_conditions import Column

from expectations.rules import CRITICAL, WARNING, FactsExist, NoneOf, WithinBounds

# shares of fewer events, and counts of fewer accounts or items, move by chance alone
MANY_EVENTS = Column("usual_events_count") >= 50
MANY_ACCOUNTS = Column("usual_active_accounts_count") >= 20
MANY_ITEMS = Column("usual_active_items_count") >= 20
MIX = "{other_type_share} of the day's events would have to be of another type"
ACCOUNTS = "{active_accounts_count} accounts against {usual_active_accounts_count} usually"


class ValuesKeepComing(WithinBounds):
    """Values are left out as often as in other weeks."""

    column: str = "value_null_change"
    min_value: float = -0.3
    max_value: float = 0.3
    row_condition: Any = MANY_EVENTS
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Events of {platform} lack a value as often as on its last four such weekdays"
    observation: ClassVar[str] = "{value_null_share} without one against {usual_value_null_share} usually"


class VisitsKeepComing(WithinBounds):
    """Visits are left out as often as in other weeks."""

    column: str = "session_null_change"
    min_value: float = -0.3
    max_value: float = 0.3
    row_condition: Any = MANY_EVENTS
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Events of {platform} lack a visit as often as on its last four such weekdays"
    observation: ClassVar[str] = "{session_null_share} without one against {usual_session_null_share} usually"


class EventMixIsUsual(WithinBounds):
    """An unusual mix of views, purchases and so on is published, and shown."""

    column: str = "other_type_share"
    max_value: float = 0.3
    row_condition: Any = MANY_EVENTS
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "The types of the events of {platform} are mixed as on its last four such weekdays"
    observation: ClassVar[str] = MIX


class EventMixHolds(WithinBounds):
    """A day of quite other events is a feed that is mapped wrongly or of which a part is missing."""

    column: str = "other_type_share"
    max_value: float = 0.8
    row_condition: Any = MANY_EVENTS
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = (
        "The day of {platform} does not consist of quite other events than such weekdays usually do"
    )
    observation: ClassVar[str] = MIX


class AccountsAreUsual(WithinBounds):
    """About as many accounts act as in other weeks."""

    column: str = "accounts_ratio"
    min_value: float = 0.4
    max_value: float = 2.5
    row_condition: Any = MANY_ACCOUNTS
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "About as many accounts of {platform} act as on its last four such weekdays"
    observation: ClassVar[str] = ACCOUNTS


class AccountsHold(WithinBounds):
    """So few accounts for a day of events mean that a field is filled wrongly."""

    column: str = "accounts_ratio"
    min_value: float = 0.1
    row_condition: Any = MANY_ACCOUNTS
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = "The events of {platform} are of at least a tenth as many accounts as usually"
    observation: ClassVar[str] = ACCOUNTS


class ItemsAreUsual(WithinBounds):
    """About as many items are acted on as in other weeks."""

    column: str = "items_ratio"
    min_value: float = 0.3
    max_value: float = 3.0
    row_condition: Any = MANY_ITEMS
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "About as many items of {platform} are acted on as on its last four such weekdays"
    observation: ClassVar[str] = "{active_items_count} items against {usual_active_items_count} usually"


class EventWordsAreKnown(NoneOf):
    """The contract maps every word that the platform uses; events of others are left out."""

    column: str = "unknown_word_events_count"
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "The contract of {platform} knows the words for its events"
    observation: ClassVar[str] = "{unknown_word_events_count} of the day's records with other words: {unknown_words}"


class FieldsAreKnown(NoneOf):
    """A platform that begins to log something is told of once."""

    column: str = "new_fields_count"
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "The events of {platform} have no field that is new and not in its contract"
    observation: ClassVar[str] = "{new_fields_count} new in the day's files: {new_fields}"


RULES = (
    FactsExist,
    ValuesKeepComing,
    VisitsKeepComing,
    EventMixIsUsual,
    EventMixHolds,
    AccountsAreUsual,
    AccountsHold,
    ItemsAreUsual,
    EventWordsAreKnown,
    FieldsAreKnown,
)
