"""Loads a file with nothing odd about it in one statement, from the file straight into `raw`.

That is several times as fast as what file_loading.py does. What needs a second look is declined, and nothing of it is
kept: a file with identifiers or with fields that its contract does not name, one that DuckDB's reader refuses or ends
early, one without a good record.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pyarrow.parquet

from flows.column_sources import parquet_source
from flows.contracts import Kind
from flows.counted_text import counted_text
from flows.delivery import Delivery
from flows.erased_records import ErasedRecords
from flows.landing_file import UNREADABLE, LandingFile, UnreadableFileError, check_encoding
from flows.landing_reader import RefusedError, checked_header
from flows.manifest import Loaded, Manifest
from flows.raw_writing import ExtraFields, RawWriter
from flows.record_keying import rejects_of
from flows.record_sources import csv_source, json_source
from flows.record_sql import Source, json_paths, typed_query
from flows.warehouse import Connection, Error, identifier, transaction

FORMATS = ("json_lines", "csv", "parquet")
"""Formats of which the number of records can be told by other means than DuckDB's reader."""

MOST_REJECTS = 10_000


class DeclinedError(Exception):
    """A file has to be looked at more closely."""


class DirectLoader:
    """Loads plain files over whatever connection it is given, so that several can be loaded at a time."""

    def __init__(self, manifest: Manifest, fields: ExtraFields, erased: ErasedRecords) -> None:
        self.manifest = manifest
        self.fields = fields
        self.erased = erased

    def is_plain(self, delivery: Delivery) -> bool:
        """Whether a file is new, and may be loaded directly as far as can be told without reading it."""
        kind = delivery.file.kind
        if delivery.known or delivery.base or delivery.left or self.manifest.was_refused(delivery.file):
            return False
        if self.erased.suppressions:  # whose record it is tells a key that SQL must not have
            return False
        return kind.format in FORMATS and not any(described.identifier for described in kind.fields)

    def load(self, warehouse: Connection, delivery: Delivery, loaded_at: datetime) -> Loaded | None:
        """Load a plain file whole, with its line of the manifest; null if that is declined, then nothing stays."""
        writer = RawWriter(warehouse, self.fields, delivery.file, delivery.file_id, loaded_at)
        try:
            with transaction(warehouse):
                loaded = self.write(writer)
                self.manifest.note(delivery.file, delivery.file_id, loaded_at, loaded, None, warehouse)
                if delivery.has_changed:
                    raise DeclinedError
        except (DeclinedError, RefusedError, UnreadableFileError, Error, *UNREADABLE):
            return None  # what DuckDB says quotes the record, so nobody hears it
        return loaded

    def write(self, writer: RawWriter) -> Loaded:
        """Write all records of a file, the bad ones into quarantine.

        Raises:
            DeclinedError: if anything is odd.
        """
        with source_of(writer.file) as (source, expected):
            rows_count = insert_good(writer, source)
            count = expected()
        rejects_count = count - rows_count
        if not rows_count or not 0 <= rejects_count <= MOST_REJECTS:
            raise DeclinedError
        if rejects_count and self.write_bad(writer) != rejects_count:
            raise DeclinedError
        return Loaded(rows_count, rejects_count)

    def write_bad(self, writer: RawWriter) -> int:
        """Read the file once more, for its bad records; how many there are."""
        with source_of(writer.file) as (source, _):
            query = typed_query(writer.file.contract, writer.file.kind, source, writer.loaded_at)
            bad = f"select * from ({query}) as records where flaw is not null limit {MOST_REJECTS + 1}"
            records = writer.warehouse.execute(bad, source.parameters).to_arrow_table()
        writer.rejects(list(rejects_of(records, writer.file, self.erased)))
        return int(records.num_rows)


def insert_good(writer: RawWriter, source: Source) -> int:
    """Add the good records of a source to their raw table; how many there were. It throws if one has other fields."""
    file = writer.file
    names = ", ".join(identifier(described.name) for described in file.kind.fields)
    values = ", ".join(f"value_{position}" for position in range(len(file.kind.fields)))
    query = typed_query(file.contract, file.kind, source, writer.loaded_at)
    leafless, parameters = is_leafless(file.kind)
    # not a condition of `where`: DuckDB would compute `extra` for that once more
    row = writer.warehouse.execute(
        f"insert into raw.{identifier(file.table)} ({names}, extra, file_id, line, loaded_at)"
        f" select {values}, case when extra is null or {leafless} then null else error('other fields') end,"
        f" $file_id, line, $loaded_at from ({query}) as records where flaw is null",
        {**source.parameters, **parameters, "file_id": writer.file_id, "loaded_at": writer.loaded_at},
    ).fetchone()
    return int(row[0]) if row else 0


def is_leafless(kind: Kind) -> tuple[str, dict[str, str]]:
    """The SQL of whether `extra` holds nothing but the objects in which fields of the contract stood, now empty."""
    _, patch = json_paths(kind)
    names = sorted(objects_in(patch))
    if not names:
        return "false", {}
    left = "extra"
    for position in range(len(names)):
        left = f"replace({left}, $object_{position}, '')"
    parameters = {f"object_{position}": f"{json.dumps(name)}:" for position, name in enumerate(names)}
    # as a rule they stand in the order of the contract, and need not be taken apart
    parameters["usual"] = json.dumps({name: {} for name in patch if patch[name]}, separators=(",", ":"))
    return f"case when extra = $usual then true else translate({left}, '{{}},', '') = '' end", parameters


def objects_in(patch: dict[str, Any]) -> set[str]:
    """The names of all objects in a merge patch, those inside others too."""
    inner = [(name, value) for name, value in patch.items() if value is not None]
    return {name for name, _ in inner}.union(*(objects_in(value) for _, value in inner))


@contextmanager
def source_of(file: LandingFile) -> Iterator[tuple[Source, Callable[[], int]]]:
    """The source of a file's records, and what tells, after they have been read, how many there have to be.

    Raises:
        RefusedError: if DuckDB's reader does not read such a file as it has to be read.
    """
    kind, path = file.kind, file.path
    if kind.format == "parquet":
        yield parquet_source(kind, path), lambda: int(pyarrow.parquet.read_metadata(path).num_rows)
        return
    check_encoding(path)
    header = checked_header(kind, path) if kind.format == "csv" else []
    if kind.format == "csv" and (not header or kind.escape not in (None, kind.quote)):
        raise RefusedError("no header, or an escape of its own")
    source = csv_source(kind, path, header) if kind.format == "csv" else json_source(kind, path)
    with counted_text(path) as (name, lines):
        source.parameters["path"] = name
        yield source, lambda: lines() - (kind.format == "csv" and kind.header)
