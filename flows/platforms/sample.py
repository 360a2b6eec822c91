"""What has been seen of a platform's files: a part of their records, by field."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from flows.contract_words import KindName
from flows.platforms.file_days import Days


@dataclass(eq=False)
class Column:
    """One field: its value in each record of the sample as the product reads it, null where it is missing or blank.

    `natives` are the types that the files themselves give the values: text, number, boolean, list, object, and of
    Parquet's times zoned and local.
    """

    path: str
    texts: list[str | None]
    natives: set[str] = field(default_factory=set)

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each value stands there."""
        return Counter(text for text in self.texts if text is not None)

    @cached_property
    def filled_count(self) -> int:
        """Records that have a value."""
        return self.counts.total()

    @property
    def filled_share(self) -> float:
        """Share of the records that have a value."""
        return self.filled_count / len(self.texts) if self.texts else 0.0

    @property
    def distinct_share(self) -> float:
        """Distinct values per filled record: 1 where no value comes twice."""
        return len(self.counts) / self.filled_count if self.filled_count else 0.0

    def some(self, count: int) -> list[str]:
        """Distinct values, the first ones and the last ones among them."""
        values = list(self.counts)
        return values if len(values) <= count else values[: count - count // 2] + values[-(count // 2) :]


@dataclass(frozen=True)
class Part:
    """Records of one file: where they stand in the sample, and the days that the file's name tells."""

    path: Path
    start: int
    stop: int
    days: Days | None


@dataclass(frozen=True)
class KindSample:
    """A part of the records of one kind, with what was remarkable about its files."""

    kind: KindName
    format: str
    delimiter: str
    files_count: int
    parts: tuple[Part, ...]
    columns: dict[str, Column]
    records_count: int
    broken_count: int
    notes: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    has_header: bool = True

    @cached_property
    def file_days(self) -> list[date | None]:
        """The last day that the name of each record's file tells."""
        days: list[date | None] = []
        for part in self.parts:
            days.extend([part.days.last if part.days else None] * (part.stop - part.start))
        return days

    def unique_share(self, column: Column) -> float:
        """Distinct values per filled record of the newest file: an item that changed comes again in later ones."""
        if not self.parts:
            return 0.0
        newest = max(self.parts, key=lambda part: (part.stop - part.start > 20, part.start))
        values = [text for text in column.texts[newest.start : newest.stop] if text is not None]
        return len(set(values)) / len(values) if values else 0.0


@dataclass(frozen=True)
class PlatformSample:
    """The samples of all kinds that a platform delivers, and what keeps the files of other kinds from being read."""

    platform: str
    kinds: dict[KindName, KindSample]
    unreadable: dict[KindName, str] = field(default_factory=dict)
