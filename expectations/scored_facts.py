"""Rules for `quality.scored_facts`, one row per platform: whether tonight's lists may be shown."""

from typing import ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.rules import WARNING, FactsExist, NoneOf, WithinBounds


class EverybodyHasAList(NoneOf):
    """Every person has a list on every platform, also where they have no account."""

    column: str = "missing_lists_count"
    sentence: ClassVar[str] = "Everybody has a list on {platform}"
    observation: ClassVar[str] = "{missing_lists_count} of {persons_count} persons have none"


class ListsAreFull(NoneOf):
    """A list is as long as the platform's items allow."""

    column: str = "short_lists_count"
    sentence: ClassVar[str] = "Every list of {platform} is as long as its items allow"
    observation: ClassVar[str] = "{short_lists_count} of {lists_count} lists are shorter"


class RanksHaveNoGaps(NoneOf):
    """Ranks start at 1 and leave none out."""

    column: str = "rank_gap_count"
    sentence: ClassVar[str] = "The ranks of every list of {platform} run 1, 2, 3 …"
    observation: ClassVar[str] = "{rank_gap_count} lists with gaps"


class NothingIsOfferedAgain(NoneOf):
    """What a person has taken is not offered to them again where the contract forbids it."""

    column: str = "consumed_count"
    sentence: ClassVar[str] = "Nobody is offered on {platform} what they have already taken"
    observation: ClassVar[str] = "{consumed_count} rows with such an item"


class OfferedItemsAreKnown(NoneOf):
    """Every offered item is one of the platform's."""

    column: str = "unknown_item_count"
    sentence: ClassVar[str] = "Every item offered on {platform} is one of its items"
    observation: ClassVar[str] = "{unknown_item_count} rows with an unknown item"


class OfferedItemsAreAvailable(NoneOf):
    """Every offered item can be had tonight."""

    column: str = "unavailable_item_count"
    sentence: ClassVar[str] = "Every item offered on {platform} is available"
    observation: ClassVar[str] = "{unavailable_item_count} rows with an item that is not"


class ItemsAreOfferedOnce(NoneOf):
    """No item stands twice in a list."""

    column: str = "repeated_item_count"
    sentence: ClassVar[str] = "No item stands twice in a list of {platform}"
    observation: ClassVar[str] = "{repeated_item_count} rows that repeat an item"


class ScoresExist(NoneOf):
    """Every row has a score."""

    column: str = "null_score_count"
    sentence: ClassVar[str] = "Every row of a list of {platform} has a score"
    observation: ClassVar[str] = "{null_score_count} rows without one"


class CatalogueIsUsed(WithinBounds):
    """The lists together show more than a handful of the items."""

    column: str = "coverage_share"
    min_value: float = 0.01
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "The lists of {platform} together show more than a handful of its items"
    observation: ClassVar[str] = "{coverage_share} of the available items"


class ListsDiffer(WithinBounds):
    """No single item is in nearly everybody's list."""

    column: str = "top_item_share"
    max_value: float = 0.9
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "No item of {platform} is in nearly everybody's list"
    observation: ClassVar[str] = "one that is in {top_item_share} of the lists"


class ListsArePersonal(WithinBounds):
    """Most lists know something of their person."""

    column: str = "fallback_share"
    max_value: float = 0.5
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Most lists of {platform} are made from what is known of their person"
    observation: ClassVar[str] = "{fallback_share} of the lists hold only what is popular"


RULES = (
    FactsExist,
    EverybodyHasAList,
    ListsAreFull,
    RanksHaveNoGaps,
    NothingIsOfferedAgain,
    OfferedItemsAreKnown,
    OfferedItemsAreAvailable,
    ItemsAreOfferedOnce,
    ScoresExist,
    CatalogueIsUsed,
    ListsDiffer,
    ListsArePersonal,
)
