"""Whom an erasure is about: the accounts of a person and every name under which the product knows them.

While an erasure is under way this stands in a file of the home, for soon nothing else can say any more who was meant.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from flows.contracts import PlatformContract
from flows.erased_records import SHORTEST_NAME
from flows.identifiers import Keyring
from flows.settings import Settings
from flows.suppression import write_durably

Account = tuple[str, str]
"""A platform, and the id of an account there."""


@dataclass(frozen=True)
class Subject:
    """A person who is to be forgotten.

    `user_ids` are all names that the person can ever have had, `spellings` forms that an account's id takes where it is
    scrubbed, `tokens` the keyed identifiers that nobody else has, `files` the landing files that hold the person.
    """

    accounts: tuple[Account, ...]
    user_ids: tuple[str, ...]
    tokens: tuple[str, ...]
    spellings: tuple[str, ...]
    files: tuple[str, ...]
    erased_at: datetime
    first_seen_at: datetime | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The accounts as platform:account."""
        return tuple(f"{platform}:{account_id}" for platform, account_id in self.accounts)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What names this person and nobody else, wherever it stands."""
        keys = (key for key in self.keys if len(key) >= SHORTEST_NAME)
        return tuple(sorted({*self.user_ids, *keys, *self.tokens, *self.spellings}))

    def ids(self, platform: str | None = None) -> tuple[str, ...]:
        """The ids of the accounts, of one platform or of all."""
        return tuple(sorted({account_id for owner, account_id in self.accounts if platform in (None, owner)}))

    def words(self, platform: str | None = None) -> tuple[str, ...]:
        """All names, and the ids of the accounts that are long enough to be looked for inside of texts."""
        return tuple(sorted({*self.names, *(name for name in self.ids(platform) if len(name) >= SHORTEST_NAME)}))

    @property
    def short_ids(self) -> tuple[str, ...]:
        """Ids that are looked for as whole values of accounts only."""
        return tuple(name for name in self.ids() if len(name) < SHORTEST_NAME)


def pattern(words: tuple[str, ...]) -> str:
    """A regular expression, for Python and DuckDB alike, for any of these words where it stands alone."""
    escaped = (re.sub(r"[!-/:-@\[-^`{-~]", r"\\\g<0>", word) for word in words)
    return f"(^|[^0-9A-Za-z])({'|'.join(escaped)})([^0-9A-Za-z]|$)"


def user_ids_of(accounts: tuple[Account, ...], generation: Any) -> Iterator[str]:
    """Every name that a person with these accounts can have: any of them may have been the earliest at a time."""
    for platform, account_id in accounts:
        for number in range(generation(platform, account_id) + 1):
            digest = hashlib.md5(f"{platform}:{account_id}:{number}".encode(), usedforsecurity=False).hexdigest()
            yield f"u{digest[:16]}"


def spellings_of(
    accounts: tuple[Account, ...], keyring: Keyring, contracts: tuple[PlatformContract, ...]
) -> Iterator[str]:
    """What becomes of ids that look like an e-mail address or a phone number in a text that is scrubbed."""
    regions = {contract.platform: contract.phone_region for contract in contracts}
    for platform, account_id in accounts:
        for text in (account_id, f"'{account_id}"):
            scrubbed = keyring.scrub(text, regions.get(platform)).removeprefix("'")
            if scrubbed != account_id:
                yield scrubbed


def journal_file(home: Path) -> Path:
    """Where it stands whom an erasure under way is about."""
    return home / "erasure.json"


def write_journal(settings: Settings, subject: Subject) -> None:
    """Note whom the erasure is about that begins now."""
    described = {**asdict(subject), "erased_at": subject.erased_at.isoformat()}
    described["first_seen_at"] = subject.first_seen_at.isoformat() if subject.first_seen_at else None
    write_durably(journal_file(settings.home), json.dumps(described))


def read_journal(settings: Settings) -> Subject | None:
    """Whom the erasure is about that was killed before it ended; None if there is none."""
    path = journal_file(settings.home)
    if not path.exists():
        return None
    described = json.loads(path.read_text(encoding="utf-8"))
    first = described.pop("first_seen_at")
    accounts = tuple((platform, account_id) for platform, account_id in described.pop("accounts"))
    return Subject(
        accounts=accounts,
        erased_at=datetime.fromisoformat(described.pop("erased_at")),
        first_seen_at=datetime.fromisoformat(first) if first else None,
        **{name: tuple(values) for name, values in described.items()},
    )
