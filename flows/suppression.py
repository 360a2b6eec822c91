"""The suppression list: keyed tokens of erased accounts and identifiers with the time of each erasure.

It is the one thing that an erasure leaves, for the landing files still hold what was erased. It lies beside the
warehouse, not in it, so that a warehouse that is built anew drops the same records. Nobody can be read from it without
the key, nor be found in it without knowing whom to look for.
"""

import csv
import io
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from flows.identifiers import Keyring, WrongKeysError

HEADER = ("token", "erased_at", "key_id")
"""`key_id` names the newest key of a token; lists of a time when there was one key lack it."""


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


def read_suppressions(home: Path, keyring: Keyring) -> Suppressions:
    """The list of this home; empty where nobody was ever forgotten.

    Raises:
        WrongKeysError: if its tokens were made by other keys, for then it would keep nobody away.
    """
    rows = list(rows_of(home, keyring))
    others = {identity for _, _, identity in rows} - {keyring.key_ids[-1]}
    if others:
        raise WrongKeysError(
            f"The tokens of {suppression_file(home)} have the key {', '.join(sorted(others))}, the newest at hand is "
            f"{keyring.key_ids[-1]}. Set the keys as they were, or bring a rotation to its end: crossrec keys rotate"
        )
    return Suppressions((token, moment) for token, moment, _ in rows)


def rows_of(home: Path, keyring: Keyring) -> Iterator[tuple[str, datetime, str]]:
    """Token, moment and id of the newest key of each erasure."""
    path = suppression_file(home)
    if path.exists():
        for token, moment, *identity in list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]:
            yield token, datetime.fromisoformat(moment), identity[0] if identity else keyring.key_ids[0]


def suppress(home: Path, tokens: Iterable[str], erased_at: datetime, keyring: Keyring) -> None:
    """Add an erasure of these tokens, once: the list is on the disk, whole, when this returns."""
    known = read_suppressions(home, keyring)
    rows = {(token, moment) for token, moments in known.erased.items() for moment in moments}
    write_suppressions(home, rows | {(token, erased_at) for token in tokens}, keyring)


def rekey_suppressions(home: Path, keyring: Keyring) -> int:
    """Give the tokens of the list the keys that they lack; how many lacked one.

    Raises:
        WrongKeysError: if they have a key that is not at hand.
    """
    rows = list(rows_of(home, keyring))
    unknown = {identity for _, _, identity in rows} - set(keyring.key_ids)
    if unknown:
        raise WrongKeysError(f"Set the key {', '.join(unknown)} too: tokens of {suppression_file(home)} have it.")
    completed = {
        (keyring.completed(token, keyring.key_ids.index(identity) + 1), moment) for token, moment, identity in rows
    }
    if rows:
        write_suppressions(home, completed, keyring)
    return sum(identity != keyring.key_ids[-1] for _, _, identity in rows)


def write_suppressions(home: Path, rows: Iterable[tuple[str, datetime]], keyring: Keyring) -> None:
    """Put these erasures in the place of the list."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    ordered = sorted(rows, key=lambda row: (row[1], row[0]))
    writer.writerows((token, moment.isoformat(), keyring.key_ids[-1]) for token, moment in ordered)
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
