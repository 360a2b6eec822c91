"""Reads a landing file as batches of typed records, each with its number and, if it is bad, the rule that it breaks.

DuckDB's own readers come first. They stop at the first bad record, and they end quietly where a compressed file is cut
off. So every text file is counted, and one that they refuse, or of which they give another count, is read by records.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow

from flows.contracts import Kind, PlatformContract
from flows.landing_file import UnreadableFileError, count_lines
from flows.line_reader import csv_batches, csv_header, json_batches
from flows.record_sources import (
    NO_OBJECT,
    NO_PARQUET,
    csv_columns,
    csv_source,
    json_columns,
    json_source,
    parquet_source,
)
from flows.record_sql import Source, typed_query
from flows.warehouse import Connection, Error

BATCH = 100_000

Batches = Iterator[pyarrow.Table]


class RefusedError(Exception):
    """DuckDB's reader refused a file, or found another number of records than it has lines."""


def typed(connection: Connection, contract: PlatformContract, kind: Kind, source: Source) -> Batches:
    """The typed records of a source, batch by batch; their columns are told by `record_sql.typed_query`.

    Raises:
        RefusedError: at the first record that DuckDB does not take; batches before it may have come.
    """
    try:
        result = connection.execute(typed_query(contract, kind, source), source.parameters)
        for batch in result.to_arrow_reader(BATCH):
            yield pyarrow.Table.from_batches([batch])
    except (Error, pyarrow.ArrowException, OSError) as error:
        # what DuckDB says quotes the record, so it must not get into a log
        raise RefusedError(f"{type(error).__name__} while reading") from None


def quickly(connection: Connection, contract: PlatformContract, kind: Kind, path: Path) -> Batches:
    """The records as DuckDB's own reader gives them.

    Raises:
        RefusedError: at the first record that it refuses, or at the end, if there are more or fewer records than lines.
        UnreadableFileError: if the file as a whole is not what the contract says.
    """
    if kind.format == "parquet":
        try:
            yield from typed(connection, contract, kind, parquet_source(kind, path))
        except RefusedError as error:
            raise UnreadableFileError(NO_PARQUET) from error
        return
    expected = count_lines(path)
    if kind.format == "csv":
        header = csv_header(path, kind.delimiter)
        if not header:
            return
        source, expected = csv_source(kind, path, header), expected - 1
    else:
        source = json_source(kind, path)
    count = 0
    for batch in typed(connection, contract, kind, source):
        count += batch.num_rows
        yield batch
    if count != expected:
        raise RefusedError(f"{count} records, {expected} lines")


def by_records(connection: Connection, contract: PlatformContract, kind: Kind, path: Path) -> Batches:
    """The same records, read one by one, so that each bad one is told apart."""
    if kind.format == "csv":
        header = csv_header(path, kind.delimiter)
        columns, parameters = csv_columns(kind, header)
        batches, records = csv_batches(path, kind.delimiter), "select * from batch"
    else:
        columns, parameters = json_columns(kind)
        parameters["no_object"] = NO_OBJECT
        batches = json_batches(path)
        records = """
            select line, text, record, coalesce(broken, case when record is null then $no_object end) as broken
            from (
                select *, case when json_type(parsed) = 'OBJECT' then parsed end as record
                from (select *, case when broken is null then try_cast(text as json) end as parsed from batch) as texts
            ) as parsed_texts
        """
    query = f"select line, {columns}, text, broken from ({records}) as records"
    for batch in batches:
        connection.register("batch", batch)
        yield from typed(connection, contract, kind, Source(query, dict(parameters)))
        connection.unregister("batch")
