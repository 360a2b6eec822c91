"""The suppression list: keyed tokens of erased accounts and identifiers with the time of each erasure.

It is the one thing that an erasure leaves, for the landing files still hold what was erased. It lies beside the
warehouse, not in it, so that a warehouse that is built anew drops the same records. Nobody can be read from it without
the key, nor be found in it without knowing whom to look for.
"""

import csv
import io
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

HEADER = ("token", "erased_at")


class Suppressions:
    """Whom this home was told to forget, and when."""

    def __init__(self, rows: Iterable[tuple[str, datetime]] = ()) -> None:
        self.erased: dict[str, list[datetime]] = {}
        for token, erased_at in rows:
            moments = self.erased.setdefault(token, [])
            if erased_at not in moments:
                moments.append(erased_at)

    def __bool__(self) -> bool:
        return bool(self.erased)

    def __contains__(self, token: object) -> bool:
        return token in self.erased

    def last(self, token: str) -> datetime | None:
        """The moment, in UTC, of the newest erasure of this token; None if there was none."""
        return max(self.erased.get(token, ()), default=None)

    def generation(self, token: str) -> int:
        """How often this token was erased: the generation of whoever comes back under it."""
        return len(self.erased.get(token, ()))


def suppression_file(home: Path) -> Path:
    """Where the list lies."""
    return home / "suppressions.csv"


def read_suppressions(home: Path) -> Suppressions:
    """The list of this home; empty where nobody was ever forgotten."""
    path = suppression_file(home)
    if not path.exists():
        return Suppressions()
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]
    return Suppressions((token, datetime.fromisoformat(moment)) for token, moment in rows)


def suppress(home: Path, tokens: Iterable[str], erased_at: datetime) -> None:
    """Add an erasure of these tokens, once: the list is on the disk, whole, when this returns."""
    known = read_suppressions(home)
    rows = {(token, moment) for token, moments in known.erased.items() for moment in moments}
    rows |= {(token, erased_at) for token in tokens}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((token, moment.isoformat()) for token, moment in sorted(rows, key=lambda row: (row[1], row[0])))
    write_durably(suppression_file(home), text.getvalue())


def write_durably(path: Path, text: str) -> None:
    """Put a text in the place of a file, whole or not at all, and have it on the disk; only this user may read it."""
    draft = path.with_name(f".{path.name}.partial")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
