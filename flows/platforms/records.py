"""Some records of one landing file, flat: dotted path to the text that the product would read, and its native type."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from flows.column_sources import native_of
from flows.csv_reader import Dialect, csv_records, usual_width
from flows.json_reader import json_values
from flows.landing_file import UNREADABLE, escaped
from flows.line_reader import Line, lines_of
from flows.platforms.file_format import FileFormat
from flows.platforms.masking import looks_private
from flows.warehouse import Error, load_extension, reader

Record = dict[str, tuple[str | None, str]]
"""By path: the text, and its native type."""

STRIDE = 10
"""Of the lines after the first ones, one in so many is looked at: a file may be sorted."""


class Header(dict[str, tuple[str | None, str]]):
    """No record: the fields that a file names, with their native types as far as it tells them."""


class NumberText(str):
    """A number as it was written."""

    __slots__ = ()


def spread(lines: Iterator[Any], count: int) -> Iterator[Any]:
    """`count` of these: half of them from the start, then one in `STRIDE`."""
    yield from islice(lines, count - count // 2)
    yield from islice(lines, 0, STRIDE * (count // 2), STRIDE)


def flattened(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that is no object, with its path; names that a path can't hold are marked by a null byte."""
    for name, entry in value.items():
        step = name if addressable(name) else f"\x00{name}"
        if isinstance(entry, dict):
            yield from flattened(entry, f"{prefix}{step}.") if entry else ()
        else:
            yield prefix + step, entry


def addressable(name: str) -> bool:
    """Whether a JSON name can be a step of a contract's path, and names nobody."""
    is_step = bool(name) and "." not in name and '"' not in name and name != "*" and name.isprintable()
    return is_step and not looks_private(name)


def described(value: Any) -> tuple[str | None, str]:
    """The text that the product would read of a value, and its native type; null where there is none."""
    if value is None:
        return None, ""
    if isinstance(value, bool):
        return str(value).lower(), "boolean"
    if isinstance(value, NumberText | int | float | Decimal):
        return (None, "") if value != value else (str(value), "number")
    if isinstance(value, datetime):
        return value.isoformat(sep=" "), "zoned" if value.tzinfo else "local"
    if isinstance(value, date):
        return value.isoformat(), "local"
    if isinstance(value, list):
        return (json.dumps(value, ensure_ascii=False, default=str), "list") if value else (None, "")
    # JSON can hold halves of characters, which no file and no table takes
    text = str(value).encode(errors="replace").decode()
    return (text if text.strip() else None), "text"


def json_records(lines: Iterator[Line]) -> Iterator[Record | None]:
    """Records of JSON, null where a line or value is none."""
    for text, broken in lines:
        record = None
        try:
            value = None if broken else json.loads(text, parse_int=NumberText, parse_float=NumberText)
            if isinstance(value, dict):
                record = {path: described(entry) for path, entry in flattened(value)}
        except (ValueError, RecursionError):
            pass
        yield record


def csv_rows(path: Path, form: FileFormat, count: int) -> Iterator[Record | None]:
    """Records of a CSV file, null where a record has not as many fields as the header or most records."""
    dialect = Dialect(form.delimiter)
    if form.has_header:
        records = csv_records(lines_of(path), dialect)
        header = [name.strip() for name in next(records, ([], ("", None)))[0]]
    else:
        header = [str(place + 1) for place in range(usual_width(path, dialect))]
        records = csv_records(lines_of(path), dialect, len(header))
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(named(name), place)
    yield Header(dict.fromkeys(places, (None, "")))
    for fields, (_, broken) in spread(records, count):
        yield None if broken else {name: described(fields[place]) for name, place in places.items()}


def named(name: str) -> str:
    """The header's name as a path; one that a contract can't hold is marked by a null byte."""
    is_path = '"' not in name and "" not in name.split(".") and name.isprintable() and not looks_private(name)
    return name if is_path else f"\x00{name}"


def parquet_rows(path: Path, count: int) -> Iterator[Record]:
    """Rows of a Parquet file, from the start of each row group."""
    file = pyarrow.parquet.ParquetFile(path)
    schema = file.schema_arrow
    yield Header({name: (None, native) for name, native in leaves(schema)})
    share = max(count // max(file.num_row_groups, 1), 100)
    for group in range(min(file.num_row_groups, count // share + 1)):
        table = pyarrow.Table.from_batches(islice(file.iter_batches(share, row_groups=[group]), 1), schema)
        for row in microseconds(table).to_pylist():
            yield {top_named(path): described(entry) for path, entry in columns_of(row)}


def avro_rows(path: Path, count: int) -> Iterator[Record]:
    """The first records of an Avro file."""
    with reader() as connection:
        load_extension(connection, "avro")
        table = connection.execute("from read_avro(?) limit ?", [escaped(path), count]).to_arrow_table()
    yield Header({name: (None, native) for name, native in leaves(table.schema)})
    for row in table.to_pylist():
        yield {top_named(path): described(entry) for path, entry in columns_of(row)}


def columns_of(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The row's values by path; a column's own name may hold dots, as in the product's reader."""
    for name, entry in row.items():
        yield from flattened(entry, f"{name}.") if isinstance(entry, dict) else [(name, entry)]


def top_named(path: str) -> str:
    """The path, marked if a contract can't hold it."""
    return path if path.startswith("\x00") else named(path)


def leaves(fields: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The paths of all columns, nested ones too, with their native types."""
    for described_field in fields:
        path, kind = prefix + described_field.name, described_field.type
        if pyarrow.types.is_struct(kind):
            yield from leaves([kind.field(place) for place in range(kind.num_fields)], f"{path}.")
        else:
            yield top_named(path), native_type(kind)


def native_type(kind: pyarrow.DataType) -> str:
    """Our word for a type of Parquet."""
    types = pyarrow.types
    if types.is_timestamp(kind) or types.is_date(kind):
        return native_of(kind) or "text"
    if types.is_integer(kind):
        return "integer"
    if types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_boolean(kind):
        return "boolean"
    return "list" if types.is_nested(kind) else "text"


def microseconds(table: pyarrow.Table) -> pyarrow.Table:
    """The table with times in microseconds, which Python can hold."""
    for place, column in enumerate(table.schema):
        if pyarrow.types.is_timestamp(column.type) and column.type.unit == "ns":
            cast = table[place].cast(pyarrow.timestamp("us", column.type.tz), safe=False)
            table = table.set_column(place, column.name, cast)
    return table


def some_records(path: Path, form: FileFormat, count: int) -> Iterator[Record | None]:
    """Up to `count` records of a file, null for each that is broken; it ends where the file can't be read on."""
    try:
        if form.format == "parquet":
            yield from parquet_rows(path, count)
        elif form.format == "csv":
            yield from csv_rows(path, form, count)
        elif form.format == "avro":
            yield from avro_rows(path, count)
        elif form.format == "json":
            yield from json_records(spread(json_values(path), count))
        else:
            yield from json_records(spread((line for line in lines_of(path) if line[0].strip()), count))
    except (*UNREADABLE, Error, pyarrow.ArrowException, ValueError):
        yield None
