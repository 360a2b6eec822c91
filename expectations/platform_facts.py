"""Rules for `quality.platform_facts`, one row per platform: whether tonight's logs can be believed.

Thresholds were held against a year of four real platforms with 40 to 140 events a day: day over usual weekday lay
between 0.31 and 2.54, a platform's share moved by at most 0.06.
"""

from typing import Any, ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.row_conditions import Column

from expectations.rules import CRITICAL, WARNING, FactsExist, NoneOf, WithinBounds

# below so many events on a usual day chance alone makes nights of a fifth, or none at all, or three empty ones
USUAL = Column("usual_day_events_count")
BUSY, REGULAR, DAILY = USUAL >= 20, USUAL >= 10, USUAL >= 3
REPETITIONS = "{duplicate_share} of the day's records, {duplicate_count} of them, are repetitions"
VOLUMES = "{day_events_count} events against {usual_day_events_count} usually"


class VolumeHolds(WithinBounds):
    """A file that is missing, cut short or delivered five times stops the night."""

    column: str = "volume_ratio"
    min_value: float = 0.2
    max_value: float = 5.0
    row_condition: Any = BUSY
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = (
        "The night's volume of {platform} is at least a fifth and at most five times what its last four such weekdays "
        "brought"
    )
    observation: ClassVar[str] = VOLUMES


class VolumeIsUsual(WithinBounds):
    """An unusual day is published, and shown."""

    column: str = "volume_ratio"
    min_value: float = 0.4
    max_value: float = 2.5
    row_condition: Any = BUSY
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "The night's volume of {platform} is near what its last four such weekdays brought"
    observation: ClassVar[str] = VOLUMES


class DayIsNotEmpty(WithinBounds):
    """A platform with some events every day has some on this one."""

    column: str = "day_events_count"
    min_value: int = 1
    row_condition: Any = REGULAR
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = "{platform}, which brings events every day, brings some for the night's day"
    observation: ClassVar[str] = VOLUMES


class EventsAreFresh(WithinBounds):
    """The newest event is of the night's day."""

    column: str = "freshness_hours"
    max_value: float = 24.0  # logs that know only the day put an event at its start, 24 hours before the cut
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "The newest event of {platform} is of the night's day"
    observation: ClassVar[str] = "an event {freshness_hours} before the end of the day"


class EventsKeepComing(WithinBounds):
    """A platform that brings events daily has not been silent for three days."""

    column: str = "freshness_hours"
    max_value: float = 72.0
    row_condition: Any = DAILY
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = "{platform}, which brings events daily, has not been silent for three days"
    observation: ClassVar[str] = "the newest event {freshness_hours} before the end of the day"


class PlatformIsAlive(WithinBounds):
    """No platform has been silent for two weeks, however small; remove its contract if it is closed."""

    column: str = "freshness_hours"
    max_value: float = 14 * 24.0
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = "{platform} has not been silent for two weeks"
    observation: ClassVar[str] = "the newest event {freshness_hours} before the end of the day"


class EventsComeOnce(WithinBounds):
    """Few records of the day repeat another."""

    column: str = "duplicate_share"
    max_value: float = 0.1
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Few of the day's records of {platform} repeat another"
    observation: ClassVar[str] = REPETITIONS


class EventsAreNotDoubled(WithinBounds):
    """A day delivered twice under new names is not a day to learn from."""

    column: str = "duplicate_share"
    max_value: float = 0.5
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = "At most half of the day's records of {platform} repeat another"
    observation: ClassVar[str] = REPETITIONS


class EventsComeInTime(WithinBounds):
    """Few records come later than the contract says that they may."""

    column: str = "late_share"
    max_value: float = 0.05
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Few records of {platform} come later than its contract allows"
    observation: ClassVar[str] = "{late_share} of the latest records"


class NothingComesTooLate(NoneOf):
    """No event comes for a day from which the last lists that could know of it were published long ago."""

    column: str = "too_late_count"
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "No event of {platform} comes for a day that is older than the look-back days"
    observation: ClassVar[str] = (
        "{too_late_count} such events with the night's delivery, which quality.late_days counts by day"
    )


class EventsAreHuman(WithinBounds):
    """Robots are few beside people; else the thresholds fit the platform's logs badly, or somebody attacks it."""

    column: str = "suspect_event_share"
    max_value: float = 0.25
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Few of the latest events of {platform} are of accounts that act as no human can"
    observation: ClassVar[str] = "{suspect_event_share} of them, of {suspect_accounts_count} accounts, not learned from"


class AccountsAreHuman(WithinBounds):
    """Hardly any account acts as no human can."""

    column: str = "suspect_account_share"
    max_value: float = 0.05
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Hardly any account of {platform} acts as no human can"
    observation: ClassVar[str] = "{suspect_account_share} of the accounts"


class RecordsAreReadable(WithinBounds):
    """Few records are broken."""

    column: str = "reject_share"
    max_value: float = 0.02
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Few records of {platform} are broken"
    observation: ClassVar[str] = "{reject_share} of the records are in raw.rejects"


class FormatHolds(WithinBounds):
    """So many broken records mean that the format has changed."""

    column: str = "reject_share"
    max_value: float = 0.2
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = "The files of {platform} have the format of its contract"
    observation: ClassVar[str] = "{reject_share} of the records are in raw.rejects"


class ItemsAreListed(WithinBounds):
    """Few events are about items that the platform never described."""

    column: str = "unknown_item_share"
    max_value: float = 0.05
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Few events of {platform} are about items that its item files do not list"
    observation: ClassVar[str] = "{unknown_item_share} of the latest events"


class ItemFilesBelong(WithinBounds):
    """The item files are those of the platform that the events come from."""

    column: str = "unknown_item_share"
    max_value: float = 0.5
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = "Events and item files of {platform} speak of the same items"
    observation: ClassVar[str] = "{unknown_item_share} of the latest events are about items that are not listed"


class EventWordsHold(WithinBounds):
    """A word that carries a third of the events and is unknown was renamed."""

    column: str = "unknown_event_type_share"
    max_value: float = 0.3
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = "{platform} has not renamed its kinds of events"
    observation: ClassVar[str] = "{unknown_event_type_share} of the latest events use a word that the contract lacks"


class ItemsHaveTitles(WithinBounds):
    """Without titles new items cannot be placed and lists cannot be read."""

    column: str = "untitled_item_share"
    max_value: float = 0.8
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Items of {platform} have titles"
    observation: ClassVar[str] = "{untitled_item_share} of the items have none"


class EventsAreBalanced(WithinBounds):
    """No platform is nearly all of the log, and none is a grain of it."""

    column: str = "event_share"
    min_value: float = 0.005
    max_value: float = 0.9
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "{platform} neither drowns the other platforms' events nor drowns in them"
    observation: ClassVar[str] = "{event_share} of all platforms' latest events"


class PeopleAreBalanced(WithinBounds):
    """No platform is visited by next to nobody."""

    column: str = "people_share"
    min_value: float = 0.005
    max_value: float = 0.9
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "{platform} neither drowns the other platforms' people nor drowns in them"
    observation: ClassVar[str] = "{people_share} of all platforms' active people"


class PositivesAreBalanced(WithinBounds):
    """What is learnt from comes from every platform."""

    column: str = "positive_share"
    min_value: float = 0.005
    max_value: float = 0.9
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "{platform} neither drowns what is learnt from the other platforms nor drowns in it"
    observation: ClassVar[str] = "{positive_share} of all platforms' latest positive events"


class ShareIsSteady(WithinBounds):
    """The balance between platforms does not tip from one week to the next."""

    column: str = "event_share_change"
    min_value: float = -0.15
    max_value: float = 0.15
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "The share of {platform} in all events moves slowly"
    observation: ClassVar[str] = (
        "{event_share} of the latest events against {usual_event_share} in the four weeks before"
    )


class PositivesExist(WithinBounds):
    """A platform on which nobody took anything teaches nothing."""

    column: str = "positives_count"
    min_value: int = 1
    severity: FailureSeverity = CRITICAL
    sentence: ClassVar[str] = "Somebody has taken something on {platform}"
    observation: ClassVar[str] = "{positives_count} positive events"
    is_null_allowed: ClassVar[bool] = False


RULES = (
    FactsExist,
    VolumeHolds,
    VolumeIsUsual,
    DayIsNotEmpty,
    EventsAreFresh,
    EventsKeepComing,
    PlatformIsAlive,
    EventsComeOnce,
    EventsAreNotDoubled,
    EventsComeInTime,
    NothingComesTooLate,
    EventsAreHuman,
    AccountsAreHuman,
    RecordsAreReadable,
    FormatHolds,
    ItemsAreListed,
    ItemFilesBelong,
    EventWordsHold,
    ItemsHaveTitles,
    EventsAreBalanced,
    PeopleAreBalanced,
    PositivesAreBalanced,
    ShareIsSteady,
    PositivesExist,
)
