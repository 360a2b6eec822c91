"""Records of a landing file as DuckDB's own readers give them, in the columns that record_sql.py asks for."""

import json
from pathlib import Path
from typing import Any

from flows.contracts import Kind
from flows.landing_file import CHUNK, escaped, opened
from flows.line_reader import BYTE_ORDER_MARK
from flows.record_sql import MOST_LEVELS, Source, is_deep, json_paths

NO_OBJECT = "a line is one JSON object"
NO_VALUE = "a record is one JSON object"
TOO_DEEP = f"a record nests at most {MOST_LEVELS} levels deep"


def json_columns(kind: Kind) -> tuple[str, dict[str, Any]]:
    """The raw columns and `extra` of records that stand as JSON in the column `record`."""
    paths, patch = json_paths(kind)
    columns = [f"json_extract_string(record, $paths)[{n + 1}] as raw_{n}" for n in range(len(paths))]
    columns.append("cast(json_merge_patch(record, cast($patch as json)) as varchar) as extra")
    return ", ".join(columns), {"paths": paths, "patch": json.dumps(patch)}


def json_records(records: str) -> str:
    """The query of `line`, `text`, `record` and `broken` from one of `line`, `json` (null if it is none) and `text`."""
    return f"""
        select *, case when broken is null then json end as record
        from (
            select
                line, json, text,
                case
                    when broken is not null then broken
                    when coalesce(json_type(json), '') <> 'OBJECT' then $no_object
                    when {is_deep("text")} then $too_deep
                end as broken
            from ({records}) as texts
        ) as judged
    """


def json_source(kind: Kind, path: Path) -> Source:
    """Every record of a file as DuckDB reads JSON; it throws at the first that is none."""
    columns, parameters = json_columns(kind)
    layout = "newline_delimited" if kind.format == "json_lines" else json_layout(path)
    records = f"""
        select
            row_number() over () as line, json, cast(json as varchar) as text, null::varchar as broken
        from read_json_objects($path, format = '{layout}', hive_partitioning = false)
    """
    query = f"select line, {columns}, text, broken from ({json_records(records)}) as records"
    return Source(query, {**parameters, **json_rules(kind), "path": escaped(path)})


def json_rules(kind: Kind) -> dict[str, str]:
    """The rules that a record of JSON can break, as parameters of `json_records`."""
    return {"no_object": NO_OBJECT if kind.format == "json_lines" else NO_VALUE, "too_deep": TOO_DEEP}


def json_layout(path: Path) -> str:
    """DuckDB's word for how the values of a file stand: in an array, or one after the other."""
    with opened(path) as content:
        while first := content.read(CHUNK).removeprefix(BYTE_ORDER_MARK.encode()):
            if begin := first.strip()[:1]:
                return "array" if begin == b"[" else "unstructured"
    return "unstructured"


def csv_columns(kind: Kind, header: list[str]) -> tuple[str, dict[str, Any]]:
    """The raw columns, `extra` and `text` of records that stand as c0, c1, … in the order of the header."""
    places = {name: f"c{n}" for n, name in enumerate(header)}
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
    """Every record of a file as DuckDB reads CSV; it throws at the first that has not as many fields as the header.

    It throws as well where a field holds a quotation mark, for DuckDB may lose what follows one inside of a field.
    """
    is_header_there = "true" if kind.header else "false"
    columns, parameters = csv_columns(kind, header)
    names = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(header)))
    marked = " or ".join(f"contains(c{n}, $quote)" for n in range(len(header))) if kind.quote else "false"
    fields = ", ".join(f"c{n}" for n in range(len(header)))
    query = f"""
        select line, {columns}, {fields}, null::varchar as broken
        from (
            select row_number() over () as line, *
            from read_csv(
                $path, auto_detect = false, header = {is_header_there}, columns = {{{names}}}, delim = $delimiter,
                quote = $quote, escape = $quote, hive_partitioning = false
            )
        ) as records
        where case when {marked} then error('a quotation mark in a field') else true end
    """
    parameters.update({"path": escaped(path), "delimiter": kind.delimiter, "quote": kind.quote})
    return Source(query, parameters, text=joined(header))
