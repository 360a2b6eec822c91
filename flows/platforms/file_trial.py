"""Tries one landing file against its contract, as ingest would read it, and loads nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow
import pyarrow.compute

from flows.erased_records import ErasedRecords
from flows.landing_file import LandingFile, UnreadableFileError
from flows.landing_reader import RefusedError, by_records, quickly
from flows.platforms.kind_facts import KindFacts
from flows.record_keying import rejects_of
from flows.warehouse import Connection

EXAMPLES = 3
EXTRA_LOOKED_AT = 5_000


@dataclass
class FileTrial:
    """What a night would do with a file; `refusal` is the rule that it breaks as a whole."""

    file: LandingFile
    records_count: int = 0
    rejects: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    examples: dict[tuple[str | None, str], list[tuple[int | None, str]]] = field(default_factory=dict)
    unnamed: Counter[str] = field(default_factory=Counter)
    refusal: str | None = None

    @property
    def rejects_count(self) -> int:
        """Records that would be kept in `raw.rejects`."""
        return self.rejects.total()

    def note_rejects(self, rejects: Iterator[dict[str, Any]]) -> None:
        """Count rejects by field and rule, and keep the first few of each."""
        for reject in rejects:
            key = (reject["field"], reject["rule"])
            self.rejects[key] += 1
            kept = self.examples.setdefault(key, [])
            if len(kept) < EXAMPLES:
                kept.append((reject["line"], reject["text"]))

    def note_extra(self, extra: pyarrow.ChunkedArray) -> None:
        """Count the fields that the contract does not name."""
        for text in extra.drop_null().slice(0, EXTRA_LOOKED_AT).to_pylist():
            self.unnamed.update(paths_in(json.loads(text)))


def paths_in(value: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """The dotted path of each value that is no object."""
    for name, entry in value.items():
        if isinstance(entry, dict):
            yield from paths_in(entry, f"{prefix}{name}.")
        else:
            yield prefix + name


def try_file(connection: Connection, file: LandingFile, facts: KindFacts, erased: ErasedRecords) -> FileTrial:
    """Read a file by DuckDB's own reader, else record by record, and note what comes of it."""
    try:
        try:
            return read_through(connection, file, facts, erased, quickly)
        except RefusedError:
            return read_through(connection, file, facts, erased, by_records)
    except UnreadableFileError as error:
        return FileTrial(file, refusal=str(error))
    except RefusedError:
        return FileTrial(file, refusal="a file is what its contract says")


def read_through(
    connection: Connection, file: LandingFile, facts: KindFacts, erased: ErasedRecords, read: Any
) -> FileTrial:
    """What one reader gives of a file; the facts grow only if it comes to the end."""
    trial, grown = FileTrial(file), facts.empty_copy()
    for batch in read(connection, file.contract, file.kind, file.path, now=facts.now):
        is_bad = pyarrow.compute.is_valid(batch["flaw"])
        bad, good = batch.filter(is_bad), batch.filter(pyarrow.compute.invert(is_bad))
        trial.records_count += batch.num_rows
        if bad.num_rows:
            trial.note_rejects(rejects_of(bad, file, erased))
        trial.note_extra(good["extra"])
        grown.note(good)
    facts.merge(grown)
    return trial
