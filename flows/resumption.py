"""How much of a file has to be read: all of it, or what follows the content that it continues."""

from dataclasses import dataclass

from flows.csv_reader import LONGEST_QUOTE, NO_QUOTES
from flows.delivery import Delivery
from flows.growth import Continuation, continuation
from flows.line_reader import Start
from flows.manifest import Content, Key, Manifest
from flows.retraction import cut_tail
from flows.warehouse import Connection

OPEN_QUOTES = """
    select count(*) from raw.rejects
    where platform = ? and kind = ? and file_id = ? and rule = ? and line > ?
"""


@dataclass(frozen=True)
class Resumption:
    """What is read of a file: what follows the first records of `base`, and what is taken back: `left`."""

    outcome: str
    left: str | None = None
    base: Content | None = None
    place: Continuation | None = None

    @property
    def start(self) -> Start | None:
        """Where reading starts; null for the beginning."""
        if self.place is None or not self.place.complete_count:
            return None
        return Start(self.place.complete_bytes, self.place.complete_count + 1)

    @property
    def skipped_count(self) -> int:
        """Records that are not read again."""
        return self.place.complete_count if self.place else 0

    def cut(self, warehouse: Connection, manifest: Manifest, key: Key) -> None:
        """Take back the last record of the base if its line had no end, for it is read again."""
        if self.base and self.place:
            cut_tail(warehouse, manifest, key, self.base, self.place)


def resumption(warehouse: Connection, delivery: Delivery) -> Resumption:
    """What has to be read of a file that is not known."""
    outcome = "replaced" if delivery.is_replaced else "grown" if delivery.base else "loaded"
    base = delivery.base
    if base is None:
        return Resumption(outcome, delivery.left)
    place = continuation(delivery.file.path, delivery.file.kind, base)
    if place is None or ends_in_quotes(warehouse, delivery, base, place):
        # its last records may become others, so all is read anew, and what was read before goes
        return Resumption(outcome, delivery.left or base.file_id)
    return Resumption(outcome, delivery.left, base, place)


def ends_in_quotes(warehouse: Connection, delivery: Delivery, base: Content, place: Continuation) -> bool:
    """Whether near the end of a CSV content a quotation mark stayed open, which may close now."""
    if delivery.file.kind.format != "csv":
        return False
    last = place.complete_count - LONGEST_QUOTE
    parameters = [delivery.file.platform, delivery.file.kind_name, base.file_id, NO_QUOTES, last]
    row = warehouse.execute(OPEN_QUOTES, parameters).fetchone()
    return bool(row and row[0])
