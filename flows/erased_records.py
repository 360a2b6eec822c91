"""Keeps records of erased accounts out of `raw`, and names of erased accounts out of other records.

A record of an account that was erased passes only if its own time lies after the erasure. So what a platform delivers
anew, in whatever file and order, brings nothing back, and whoever goes on acting is a new person.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow
import pyarrow.compute

from flows.contract_words import TIME_MEANINGS
from flows.identifiers import TOKEN, Keyring
from flows.landing_file import LandingFile
from flows.suppression import Suppressions

ERASED = "[erased]"
OWNERS = ("account_id", "linked_account_id")
"""Words of a contract for accounts that a record is of: it belongs to each of them."""

SHORTEST_NAME = 6
"""Characters from which an account's id is looked for inside of texts: a shorter one is in every other number."""

WORDS = [
    re.compile(pattern)
    for pattern in (
        r'"((?:[^"\\]|\\.)*)"', r"[^\s\"'{}\[\],;|=()<>]+", r"[\w.@:+-]+", r"[\w.@+-]+", r"[\w-]+", r"[A-Za-z0-9]+",
    )
]  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """The records of a batch that may be loaded, how many may not, and the erased accounts that came back in it."""

    records: pyarrow.Table
    erased_count: int
    returned: dict[str, int]


class ErasedRecords:
    """Tells records of erased accounts by their keyed tokens."""

    def __init__(self, keyring: Keyring, suppressions: Suppressions) -> None:
        self.keyring = keyring
        self.suppressions = suppressions

    def kept(self, records: pyarrow.Table, file: LandingFile) -> Kept:
        """The records of this batch without those of erased accounts."""
        if not self.suppressions or not records.num_rows:
            return Kept(records, 0, {})
        erased_count, returned = 0, {}
        for position, described in enumerate(file.kind.fields):
            if described.means in OWNERS:
                moments = self.moments_of(records[f"value_{position}"], file)
                if not moments:
                    continue
                before = records.num_rows
                records = records.filter(self.passes(records, f"value_{position}", moments, file))
                erased_count += before - records.num_rows
                left = set(map(str, pyarrow.compute.unique(records[f"value_{position}"]).to_pylist()))
                returned.update({account: self.generation(file, account) for account in moments if account in left})
        return Kept(records, erased_count, returned)

    def moments_of(self, accounts: pyarrow.ChunkedArray, file: LandingFile) -> dict[str, datetime]:
        """When each account of a column that was erased was erased last."""
        found = {}
        for value in pyarrow.compute.unique(accounts).to_pylist():
            moment = self.suppressions.last(self.keyring.account_token(file.platform, str(value)))
            if moment is not None:
                found[str(value)] = moment
        return found

    def passes(
        self, records: pyarrow.Table, column: str, moments: dict[str, datetime], file: LandingFile
    ) -> pyarrow.Array:
        """Which records are of other accounts, or later than the erasure; one without a time is not."""
        time = file.kind.meaning(TIME_MEANINGS[file.kind_name])
        times: list[datetime | None] = [None] * records.num_rows
        if time is not None:
            times = records[f"value_{file.kind.fields.index(time)}"].to_pylist()
        accounts = map(str, records[column].to_pylist())
        pairs = zip(accounts, times, strict=True)
        return pyarrow.array(
            [account not in moments or (time is not None and time > moments[account]) for account, time in pairs],
            pyarrow.bool_(),
        )

    def generation(self, file: LandingFile, account: str) -> int:
        """How often this account was erased."""
        return self.suppressions.generation(self.keyring.account_token(file.platform, account))

    def names(self, text: str, file: LandingFile) -> bool:
        """Whether a text, not scrubbed yet, has the id of an erased account in it as a word."""
        return any(self.is_erased(word, file) for word in words_of(text))

    def is_erased(self, word: str, file: LandingFile) -> bool:
        """Whether a word is the id of an account of this platform that was erased, alone or with the platform."""
        if len(word) < SHORTEST_NAME:
            return False
        account = word.removeprefix(f"{file.platform}:")
        return word in self.suppressions or self.keyring.account_token(file.platform, account) in self.suppressions

    def reject(self, reject: dict[str, Any], record: dict[str, Any], file: LandingFile) -> dict[str, Any]:
        """A rejected record, without its text if it is of an erased account or names one."""
        if not self.suppressions:
            return reject
        owners = [record[f"value_{place}"] for place, field in enumerate(file.kind.fields) if field.means in OWNERS]
        tokens = [self.keyring.account_token(file.platform, str(owner)) for owner in owners if owner is not None]
        is_known = any(token in self.suppressions for token in tokens)
        is_named = is_known or self.names(record["text"] or "", file) or self.has_token(reject["text"])
        return {**reject, "text": ERASED} if is_named else reject

    def has_token(self, text: str) -> bool:
        """Whether the token of an erased identifier stands in a text that is scrubbed."""
        return any(found[0] in self.suppressions for found in TOKEN.finditer(text))

    def cleaned(self, text: str | None, clean: str | None, file: LandingFile) -> str | None:
        """The scrubbed fields of a record that no contract names, without those that name an erased account."""
        if clean is None or not self.suppressions:
            return clean
        if not self.has_token(clean) and not self.names(text or "", file):
            return clean
        left = {key: value for key, value in json.loads(clean).items() if not self.tells(key, value, text, file)}
        return json.dumps(left, ensure_ascii=False) if left else None

    def tells(self, key: str, value: Any, text: str | None, file: LandingFile) -> bool:
        """Whether a field of `extra` names somebody erased; a number may have become a token while it was scrubbed."""
        entry = json.dumps({key: value}, ensure_ascii=False)
        raw = json.dumps({key: json.loads(text or "{}").get(key)}, ensure_ascii=False)
        return self.has_token(entry) or self.names(entry, file) or self.names(raw, file)


def words_of(text: str) -> Iterator[str]:
    """Everything in a text that may be an id: what stands between spaces and brackets, and the parts of it."""
    seen = set()
    for pattern in WORDS:
        for found in pattern.finditer(text):
            word = found[found.lastindex or 0]
            if word not in seen:
                seen.add(word)
                yield word
