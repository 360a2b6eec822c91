"""What the accepted records of a kind say: which fields are filled, which words and ids there are, and when."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow
import pyarrow.compute

from flows.contracts import Kind

IDENTIFIERS_LOOKED_AT = 20_000


@dataclass
class KindFacts:
    """Facts of all files of a kind; `now` parts the future from the past."""

    kind: Kind
    now: datetime
    records_count: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    items: Counter[str] = field(default_factory=Counter)
    identifiers: dict[str, set[str]] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None
    future_count: int = 0

    def empty_copy(self) -> "KindFacts":
        """Facts of the same kind, of no record yet."""
        return KindFacts(self.kind, self.now)

    def note(self, records: pyarrow.Table) -> None:
        """Add accepted records, as the reader gives them."""
        self.records_count += records.num_rows
        for position, described in enumerate(self.kind.fields):
            column = records[f"value_{position}"]
            self.filled[described.name] += len(column) - column.null_count
            if described.means == "event_type":
                self.words += counted(column)
            elif described.means == "item_id":
                self.items += counted(column)
            elif described.means == "event_at":
                self.note_times(column)
            if described.identifier:
                values = self.identifiers.setdefault(described.name, set())
                if len(values) < IDENTIFIERS_LOOKED_AT:
                    values.update(text for text in column.unique().to_pylist() if text is not None)

    def note_times(self, column: pyarrow.ChunkedArray) -> None:
        """Widen the range of times, and count those in the future."""
        if len(column) == column.null_count:
            return
        ends = pyarrow.compute.min_max(column).as_py()
        self.first = min(filter(None, (self.first, ends["min"])))
        self.last = max(filter(None, (self.last, ends["max"])))
        later = pyarrow.compute.greater(column, pyarrow.scalar(self.now, column.type))
        self.future_count += pyarrow.compute.sum(later).as_py() or 0

    def merge(self, other: "KindFacts") -> None:
        """Add the facts of another file."""
        self.records_count += other.records_count
        self.filled.update(other.filled)
        self.words.update(other.words)
        self.items.update(other.items)
        for name, values in other.identifiers.items():
            self.identifiers.setdefault(name, set()).update(values)
        self.first = min(filter(None, (self.first, other.first)), default=None)
        self.last = max(filter(None, (self.last, other.last)), default=None)
        self.future_count += other.future_count

    @property
    def never_filled(self) -> list[str]:
        """The fields that no accepted record has."""
        return [described.name for described in self.kind.fields if not self.filled[described.name]]


def counted(column: pyarrow.ChunkedArray) -> Counter[str]:
    """How often each value stands there, as text."""
    found = column.drop_null().value_counts()
    return Counter({str(entry["values"]): entry["counts"] for entry in found.to_pylist()})
