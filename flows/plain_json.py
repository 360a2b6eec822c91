"""JSON lines that hold the fields of their contract and no others: DuckDB then takes each record apart only once.

Other fields are not looked for record by record: as many values have to come out of a file as json_counts.py counts.
"""

from typing import Any

from flows.contract_field import ContractField
from flows.contracts import Kind
from flows.record_sql import EPOCH_UNITS, MOST_LEVELS, Source

EXPONENT = r"-?\d(\.\d+)?e[+-]\d+"
"""A number as DuckDB writes it; it begins with what comes before a colon, as few texts do."""


class NotPlainError(Exception):
    """No file of a kind can be read in this way."""


def structure(kind: Kind) -> dict[str, Any]:
    """The objects in which the fields of a kind stand, each with its place in the contract.

    Raises:
        NotPlainError: if a field stands in another, or two names beside each other differ by case alone.
    """
    found: dict[str, Any] = {}
    for position, described in enumerate(kind.fields):
        inner = found
        *objects, name = described.path.split(".")
        for step in objects:
            inner = inner.setdefault(step, {})
            if not isinstance(inner, dict):
                raise NotPlainError
        if name in inner:
            raise NotPlainError
        inner[name] = position
    return found


def type_of(inner: dict[str, Any] | int) -> str:
    """DuckDB's word for the type of what stands in a structure; every field is a text.

    Raises:
        NotPlainError: if two names beside each other differ by case alone.
    """
    if isinstance(inner, int):
        return "VARCHAR"
    if len({name.lower() for name in inner}) < len(inner):
        raise NotPlainError
    columns = (f'"{name.replace(chr(34), chr(34) * 2)}" {type_of(entry)}' for name, entry in inner.items())
    return f"STRUCT({', '.join(columns)})"


def plain_source(kind: Kind) -> Source:
    """Every record of a plain file, `$path`, with the number of its values; DuckDB throws at the first that is odd.

    Raises:
        NotPlainError: if no file of this kind is plain.
    """
    found = structure(kind)
    type_of(found)
    types = {name: type_of(inner) for name, inner in found.items()}
    source = Source("", {"columns": types}, also=("values_count",))
    fields: dict[int, str] = {}
    objects: list[str] = []

    def walk(inner: dict[str, Any] | int, column: str, place: str) -> None:
        if isinstance(inner, int):
            fields[inner] = column
            return
        objects.append(column)
        for number, (name, entry) in enumerate(inner.items()):
            source.parameters[f"{place}_{number}"] = name
            walk(entry, f"struct_extract({column}, ${place}_{number})", f"{place}_{number}")

    for number, inner in enumerate(found.values()):
        walk(inner, f"c{number}", f"step_{number}")
    raw = ", ".join(f"{fields[position]} as raw_{position}" for position in range(len(fields)))
    values = [f"cast({column} is not null as integer)" for column in [*fields.values(), *objects]]
    values += [colons_in(f"raw_{position}") for position, described in enumerate(kind.fields) if may_hold(described)]
    source.query = f"""
        select *, {" + ".join(values)} as values_count, null::varchar as extra, null::varchar as text
        from (
            select row_number() over () as line, {raw}, null::varchar as broken, *
            from read_json(
                $path, columns = $columns, format = 'newline_delimited', records = true, hive_partitioning = false
            ) as records ({", ".join(f"c{number}" for number in range(len(found)))})
        ) as found
    """
    return source


def may_hold(described: ContractField) -> bool:
    """Whether a good value of this field may be a text with a colon in it."""
    return described.type == "text" or (described.type == "timestamp" and described.unit not in EPOCH_UNITS)


def colons_in(raw: str) -> str:
    """The SQL of how many colons a text has.

    It throws at a text that nests deep, in which a `null` may follow a colon, or that may be a number with an exponent,
    which DuckDB writes in different ways.
    """
    return f"""case
        when strlen({raw}) > {MOST_LEVELS} and (starts_with({raw}, '[') or starts_with({raw}, '{{'))
            then error('an object or an array')
        when {raw} < ':' and (contains({raw}, 'e+') or contains({raw}, 'e-')) and regexp_full_match({raw}, '{EXPONENT}')
            then error('a number')
        when {raw} is null or not contains({raw}, ':') then 0
        when contains({raw}, 'null') then error('what looks like a key without a value')
        else strlen({raw}) - strlen(replace({raw}, ':', ''))
    end"""
