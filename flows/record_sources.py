"""Records of a landing file as DuckDB's own readers give them, in the columns that record_sql.py asks for."""

import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from flows.contracts import Kind
from flows.landing_file import UnreadableFileError, escaped
from flows.record_sql import Source, json_paths

NO_OBJECT = "a line is one JSON object"
NO_PARQUET = "a file is Parquet from its first byte to its last"


def json_columns(kind: Kind) -> tuple[str, dict[str, Any]]:
    """The raw columns and `extra` of records that stand as JSON in the column `record`."""
    paths, patch = json_paths(kind)
    columns = [f"json_extract_string(record, $paths)[{n + 1}] as raw_{n}" for n in range(len(paths))]
    columns.append("cast(json_merge_patch(record, cast($patch as json)) as varchar) as extra")
    return ", ".join(columns), {"paths": paths, "patch": json.dumps(patch)}


def json_source(kind: Kind, path: Path) -> Source:
    """Every line of a file as DuckDB reads JSON; it throws at the first line that is none."""
    columns, parameters = json_columns(kind)
    query = f"""
        select
            line, {columns}, cast(record as varchar) as text,
            case when json_type(record) <> 'OBJECT' then $no_object end as broken
        from (
            select row_number() over () as line, json as record
            from read_json_objects($path, format = 'newline_delimited', hive_partitioning = false)
        ) as records
    """
    return Source(query, {**parameters, "no_object": NO_OBJECT, "path": escaped(path)})


def csv_columns(kind: Kind, header: list[str]) -> tuple[str, dict[str, Any]]:
    """The raw columns, `extra` and `text` of records that stand as c0, c1, … in the order of the header."""
    places = {name: f"c{n}" for n, name in reversed(list(enumerate(header)))}
    columns = [f"{places.get(described.path, 'null::varchar')} as raw_{n}" for n, described in enumerate(kind.fields)]
    others = [name for name in places if name not in {described.path for described in kind.fields}]
    pairs = ", ".join(f"$other_{n}::varchar, {places[name]}" for n, name in enumerate(others))
    extra = f"cast(json_merge_patch('{{}}'::json, json_object({pairs})) as varchar)" if others else "null::varchar"
    columns.append(f"{extra} as extra")
    return ", ".join(columns), {f"other_{n}": name for n, name in enumerate(others)}


def joined(header: list[str]) -> str:
    """The SQL of a CSV record's text, quoting aside."""
    return f"concat_ws($delimiter, {', '.join(f'coalesce(c{n}, {chr(39) * 2})' for n in range(len(header)))})"


def csv_source(kind: Kind, path: Path, header: list[str]) -> Source:
    """Every record of a file as DuckDB reads CSV; it throws at the first that has not as many fields as the header."""
    columns, parameters = csv_columns(kind, header)
    names = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(header)))
    query = f"""
        select line, {columns}, {joined(header)} as text, null::varchar as broken
        from (
            select row_number() over () as line, *
            from read_csv(
                $path, auto_detect = false, header = true, columns = {{{names}}}, delim = $delimiter,
                quote = '"', escape = '"', hive_partitioning = false
            )
        ) as records
    """
    return Source(query, {**parameters, "path": escaped(path), "delimiter": kind.delimiter})


def native_of(kind: pyarrow.DataType) -> str | None:
    """Whether values of this type are times already: `zoned`, or `local` to the platform; null for all else."""
    if pyarrow.types.is_timestamp(kind):
        return "zoned" if kind.tz else "local"
    return "local" if pyarrow.types.is_date(kind) else None


def parquet_column(schema: pyarrow.Schema, path: str) -> tuple[str, list[str], pyarrow.DataType] | None:
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
    """Every row of a file, with nested fields by their path and times in their own type."""
    try:
        schema = pyarrow.parquet.read_schema(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise UnreadableFileError(NO_PARQUET) from error
    source = Source("", {"path": escaped(path)})
    columns, whole = [], set()
    for position, described in enumerate(kind.fields):
        column, steps, found = parquet_column(schema, described.path) or ("null::varchar", [], pyarrow.string())
        for depth, step in enumerate(steps):
            source.parameters[f"step_{position}_{depth}"] = step
            column = f"struct_extract({column}, $step_{position}_{depth})"
        if not steps:
            whole.add(column)
        native = native_of(found)
        if native and described.type == "timestamp":
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
    names = ", ".join(f"c{place}" for place in range(len(schema.names)))
    source.query = f"""
        select
            file_row + 1 as line, {", ".join(columns)}, {extra} as extra,
            json_object({", ".join(pairs)})::varchar as text, null::varchar as broken
        from read_parquet($path, file_row_number = true, hive_partitioning = false) as records ({names}, file_row)
    """
    return source
