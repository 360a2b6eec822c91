"""Records of a landing file that has typed columns, Parquet or Avro, in the columns that record_sql.py asks for."""

import json
from pathlib import Path

import pyarrow
import pyarrow.parquet

from flows.avro_file import NO_AVRO, count_records
from flows.contracts import Kind
from flows.landing_file import UnreadableFileError, escaped
from flows.record_sql import Source, json_paths
from flows.required_columns import check_columns
from flows.warehouse import Connection, Error, load_extension

TYPED = {
    "integer": (pyarrow.int64(), pyarrow.int32(), pyarrow.int16(), pyarrow.int8()),
    "number": (pyarrow.float64(),),
    "boolean": (pyarrow.bool_(),),
}
"""Types of columns that hold values as the contract wants them."""

NO_PARQUET = "a file is Parquet from its first byte to its last"


def native_of(kind: pyarrow.DataType, wanted: str = "timestamp") -> str | None:
    """How values of this type need no text to become what is wanted; null if they do, as told by `Source`."""
    if wanted == "timestamp" and pyarrow.types.is_timestamp(kind):
        return "zoned" if kind.tz else "local"
    if wanted == "timestamp" and pyarrow.types.is_date(kind):
        return "local"
    # a number of four bytes means the decimal number that it is written as
    return "typed" if kind in TYPED.get(wanted, ()) else None


def column_at(schema: pyarrow.Schema, path: str) -> tuple[str, list[str], pyarrow.DataType] | None:
    """The column, the steps inside its struct and the type of what stands at this path; null if nothing does."""
    for length in range(len(path.split(".")), 0, -1):
        steps = path.split(".")
        name, inner = ".".join(steps[:length]), steps[length:]
        if schema.names.count(name) != 1:
            continue
        place, found = schema.get_field_index(name), schema.field(name).type
        for step in inner:
            if not pyarrow.types.is_struct(found) or found.get_field_index(step) < 0:
                return None
            found = found.field(step).type
        return f"c{place}", inner, found
    return None


def parquet_source(kind: Kind, path: Path) -> Source:
    """Every row of a Parquet file, with nested fields by their path and times in their own type.

    Raises:
        UnreadableFileError: if it is none, or lacks a required column.
    """
    try:
        file = pyarrow.parquet.read_metadata(path)
        schema = file.schema.to_arrow_schema()
    except (pyarrow.ArrowException, OSError) as error:
        raise UnreadableFileError(NO_PARQUET) from error
    relation = "select * from read_parquet($path, file_row_number = true, hive_partitioning = false)"
    return column_source(kind, path, schema, relation, file.num_rows)


def avro_source(connection: Connection, kind: Kind, path: Path) -> tuple[Source, int]:
    """Every record of an Avro file in the same way, and how many the file says it holds.

    Raises:
        MissingExtraError: if DuckDB's extension for Avro is not installed.
        UnreadableFileError: if it is none, or lacks a required column.
    """
    load_extension(connection, "avro")
    count = count_records(path)
    try:
        schema = connection.execute("from read_avro($path) limit 0", {"path": escaped(path)}).to_arrow_table().schema
    except (Error, pyarrow.ArrowException) as error:
        raise UnreadableFileError(NO_AVRO) from error
    relation = "select *, row_number() over () - 1 from read_avro($path)"
    return column_source(kind, path, schema, relation, count), count


def column_source(kind: Kind, path: Path, schema: pyarrow.Schema, relation: str, count: int) -> Source:
    """The columns of a relation, the last of which numbers its `count` rows from 0."""
    check_columns(kind, schema.names, lambda field: column_at(schema, field) is not None, lambda: count)
    source = Source("", {"path": escaped(path)})
    columns, whole = [], set()
    for position, described in enumerate(kind.fields):
        column, steps, found = column_at(schema, described.path) or ("null::varchar", [], pyarrow.string())
        for depth, step in enumerate(steps):
            source.parameters[f"step_{position}_{depth}"] = step
            column = f"struct_extract({column}, $step_{position}_{depth})"
        if not steps:
            whole.add(column)
        native = native_of(found, described.type)
        if native:
            source.natives[position] = native
        else:
            column = f"cast({f'to_json({column})' if pyarrow.types.is_nested(found) else column} as varchar)"
        columns.append(f"{column} as raw_{position}")
    pairs = [f"$name_{place}::varchar, c{place}" for place in range(len(schema.names))]
    source.parameters.update({f"name_{place}": name for place, name in enumerate(schema.names)})
    others = [pair for place, pair in enumerate(pairs) if f"c{place}" not in whole]
    extra = "null::varchar"
    if others:
        source.parameters["patch"] = json.dumps(json_paths(kind)[1])
        extra = f"json_merge_patch('{{}}'::json, json_object({', '.join(others)}), $patch::json)::varchar"
    source.text = f"json_object({', '.join(pairs)})::varchar"
    names = ", ".join(f"c{place}" for place in range(len(schema.names)))
    source.query = f"""
        select
            file_row + 1 as line, {", ".join(columns)}, {extra} as extra, {names}, null::varchar as broken
        from ({relation}) as records ({names}, file_row)
    """
    return source
