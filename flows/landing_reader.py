"""Reads a landing file as batches of typed records, each with its number and, if it is bad, the rule that it breaks.

DuckDB's own readers come first. They stop at the first bad record, and they end quietly where a compressed file is cut
off. So every text file is counted, and one that they refuse, or of which they give another count, is read by records.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute

from flows.avro_file import NO_AVRO
from flows.column_sources import NO_PARQUET, avro_source, parquet_source
from flows.contracts import Kind, PlatformContract
from flows.csv_reader import csv_batches, csv_header, records_after
from flows.json_counts import counting
from flows.json_reader import value_batches
from flows.landing_file import UNREADABLE, UnreadableFileError, check_encoding, count_lines, not_whole
from flows.line_reader import BEGINNING, Start, line_batches
from flows.plain_json import NotPlainError, plain_source
from flows.record_sources import csv_columns, csv_source, json_columns, json_records, json_rules, json_source
from flows.record_sql import Source, typed_query
from flows.required_columns import check_columns
from flows.warehouse import Connection, Error, extension

BATCH = 100_000

WHOLE = {"parquet": NO_PARQUET, "avro": NO_AVRO}
"""Formats without lines: what is broken in such a file breaks it as a whole, and this is the rule."""

Batches = Iterator[pyarrow.Table]


class RefusedError(Exception):
    """DuckDB's reader refused a file, or found another number of records than it has lines."""


def check_extras(contracts: Iterable[PlatformContract]) -> None:
    """Raise MissingExtraError if files of these platforms can only be read by a part that is not installed."""
    if any(kind.format == "avro" for contract in contracts for kind in contract.kinds.values()):
        extension("avro")


def typed(
    connection: Connection, contract: PlatformContract, kind: Kind, source: Source, now: datetime | None
) -> Batches:
    """The typed records of a source, batch by batch; their columns are told by `record_sql.typed_query`.

    Raises:
        RefusedError: at the first record that DuckDB does not take; batches before it may have come.
    """
    try:
        result = connection.execute(typed_query(contract, kind, source, now), source.parameters)
        for batch in result.to_arrow_reader(BATCH):
            yield pyarrow.Table.from_batches([batch])
    except (Error, pyarrow.ArrowException, OSError) as error:
        # what DuckDB says quotes the record, so it must not get into a log
        raise RefusedError(f"{type(error).__name__} while reading") from None


def plainly(
    connection: Connection, contract: PlatformContract, kind: Kind, path: Path, now: datetime | None = None
) -> Batches:
    """The records of JSON lines, if all are good and hold nothing but the fields of their contract.

    Raises:
        RefusedError: at the first bad record, or at the end, if other fields or fewer or more records than lines are
            there.
        UnreadableFileError: if the file as a whole is not what the contract says.
    """
    check_encoding(path)
    try:
        source = plain_source(kind)
    except NotPlainError as error:
        raise RefusedError("no file of this kind is plain") from error
    lines = values = 0
    with counting(path) as (source.parameters["path"], told):
        try:
            for batch in typed(connection, contract, kind, source, now):
                if batch["flaw"].null_count < batch.num_rows or pyarrow.compute.min(batch["values_count"]).as_py() == 0:
                    raise RefusedError("a bad record, or an empty one")
                lines += batch.num_rows
                values += pyarrow.compute.sum(batch["values_count"]).as_py()
                yield batch
        finally:
            connection.execute("select 1")  # DuckDB keeps a file open until the next statement
        expected = told()
    if (lines, values) != expected:
        raise RefusedError(f"{lines} records with {values} values, {expected} expected")


def quickly(
    connection: Connection, contract: PlatformContract, kind: Kind, path: Path, now: datetime | None = None
) -> Batches:
    """The records as DuckDB's own reader gives them; `now` is the time of reading, in UTC.

    Raises:
        RefusedError: at the first record that it refuses, or at the end, if there are more or fewer records than lines.
        UnreadableFileError: if the file as a whole is not what the contract says.
    """
    source, expected = source_of(connection, kind, path)
    if source is None:
        return
    count = 0
    try:
        for batch in typed(connection, contract, kind, source, now):
            count += batch.num_rows
            yield batch
        if expected not in (None, count):
            raise RefusedError(f"{count} records, {expected} expected")
    except RefusedError as error:
        if kind.format in WHOLE:
            raise UnreadableFileError(WHOLE[kind.format]) from error
        raise


def source_of(connection: Connection, kind: Kind, path: Path) -> tuple[Source | None, int | None]:
    """The source of a file's records, null if there is none, and how many there have to be, if that can be told."""
    if kind.format == "parquet":
        return parquet_source(kind, path), None
    if kind.format == "avro":
        return avro_source(connection, kind, path)
    check_encoding(path)
    lines = count_lines(path)
    if kind.format == "csv":
        header = checked_header(kind, path)
        if kind.escape not in (None, kind.quote):
            raise RefusedError("DuckDB splits where an escape stands outside of quotation marks")
        return (csv_source(kind, path, header) if header else None), lines - kind.header
    return json_source(kind, path), lines if kind.format == "json_lines" else None


def checked_header(kind: Kind, path: Path) -> list[str]:
    """The names of a CSV file's fields.

    Raises:
        UnreadableFileError: if one is missing that the contract requires.
    """
    header = csv_header(path, kind)
    if header:
        check_columns(
            kind, header, lambda field: field in header, lambda: sum(1 for _ in records_after(path, kind, len(header)))
        )
    return header


def by_records(
    connection: Connection,
    contract: PlatformContract,
    kind: Kind,
    path: Path,
    start: Start = BEGINNING,
    now: datetime | None = None,
) -> Batches:
    """The same records, read one by one, so that each bad one is told apart; or those that come after a start.

    Raises:
        UnreadableFileError: if the file as a whole is not what the contract says.
    """
    check_encoding(path)
    try:
        query, parameters, batches = record_batches(kind, path, start)
        for batch in batches:
            connection.register("batch", batch)
            yield from typed(connection, contract, kind, Source(query, dict(parameters)), now)
            connection.unregister("batch")
    except UNREADABLE as error:
        raise UnreadableFileError(not_whole(path, error)) from error


def record_batches(kind: Kind, path: Path, start: Start) -> tuple[str, dict[str, Any], Iterator[pyarrow.Table]]:
    """The query of a batch of records, its parameters, and the batches."""
    if kind.format == "csv":
        header = checked_header(kind, path)
        columns, parameters = csv_columns(kind, header)
        batches, records = csv_batches(path, kind, header, start), "select * from batch"
    else:
        columns, parameters = json_columns(kind)
        parameters.update(json_rules(kind))
        batches = line_batches(path, start) if kind.format == "json_lines" else value_batches(path)
        records = json_records("select *, case when broken is null then try_cast(text as json) end as json from batch")
    return f"select line, {columns}, text, broken from ({records}) as records", parameters, batches
