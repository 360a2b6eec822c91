"""The SQL that turns records, as a file holds them, into typed values or the rule that they break.

A source gives a row a record: `line`, `broken` (the rule, if it can't be parsed), a column `raw_<n>` for each field of
the contract, `extra` (what the contract does not name, as JSON) and `text` (the record, to be quoted if it is broken).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flows.contract_field import ContractField
from flows.contracts import Kind, PlatformContract

RULES = {
    "text": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "timestamp": "a time",
}
EPOCH_UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}
FUTURE = "lies further in the future than future_tolerance_hours allows"
LATEST_MICROSECOND = 253_402_300_799_999_999
"""The end of the year 9999."""

ZONED = r"\d:\d\d.*([A-Za-z]|[+-]\d\d(:?\d\d)?)\s*$"
WITHOUT_SECONDS = r"([T ]\d\d:\d\d)\s*([Zz+-])"
BEFORE_ZONE = r"\s*(z|[+-]\d\d:?\d\d|[+-]\d\d)\s*$"


@dataclass
class Source:
    """A query of records with its parameters; `natives` names the type of a raw column that is no text.

    It is a time, `zoned` or `local` to the platform, or `typed` as the contract says. Columns in `also` are handed on.
    `text` is the SQL of a record's text, where that would be dear to make for all.
    """

    query: str
    parameters: dict[str, Any] = field(default_factory=dict)
    natives: dict[int, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    text: str = "text"


MOST_LEVELS = 200
LEVELS_A_PASS = 20


def nesting() -> str:
    """A pattern of brackets in brackets, `LEVELS_A_PASS` levels deep."""
    pattern = r"[\[{][\]}]"
    for _ in range(LEVELS_A_PASS - 1):
        pattern = rf"[\[{{](?:{pattern})*[\]}}]"
    return pattern


def is_deep(text: str) -> str:
    """The SQL of whether JSON nests deeper than `MOST_LEVELS`: what takes it apart calls itself for each level.

    Each pass takes the innermost levels away. So many brackets of one kind, or so many bytes, are what it takes to
    nest so deep, and few records have them.
    """
    left = f"regexp_replace({text}, '\"(?:[^\"\\\\]|\\\\.)*\"|[^\\[\\]{{}}\"]', '', 'g')"
    for _ in range(MOST_LEVELS // LEVELS_A_PASS):
        left = f"regexp_replace({left}, '{nesting()}', '', 'g')"
    many = " or ".join(f"{text} like '{f'%{bracket}' * (MOST_LEVELS // 2)}%'" for bracket in "[{")
    return f"case when strlen({text}) > {2 * MOST_LEVELS} then case when {many} then {left} <> '' end end"


def json_paths(kind: Kind) -> tuple[list[str], dict[str, Any]]:
    """Where each field stands, in JSON path, and the merge patch that removes them all from a record."""
    paths = []
    patch: dict[str, Any] = {}
    for described in kind.fields:
        steps = described.path.split(".")
        paths.append("$" + "".join(f'."{step}"' for step in steps))
        inner = patch
        for step in steps[:-1]:
            deeper = inner.get(step)
            if not isinstance(deeper, dict):
                deeper = inner[step] = {}
            inner = deeper
        inner[steps[-1]] = None
    return paths, patch


def timestamp_value(described: ContractField, zone: str, raw: str, native: str | None, source: Source) -> str:
    """The time in UTC, or null. A local time that a clock shows twice is the later one, as standard time is."""
    zoned = "zone_" + raw
    if native == "zoned":
        return f"timezone('UTC', {raw})"
    if described.unit in EPOCH_UNITS and native is None:
        number = f"round(try_cast({raw} as double) * {EPOCH_UNITS[described.unit]})"
        inside = f"abs({number}) <= {LATEST_MICROSECOND}"
        return f"case when {inside} then make_timestamp(cast({number} as bigint)) end"
    if native == "local" and zone == "UTC":
        return f"cast({raw} as timestamp)"
    source.parameters[zoned] = zone
    if native == "local":
        return f"timezone('UTC', timezone(${zoned}, cast({raw} as timestamp)))"
    if described.unit != "iso":
        source.parameters["format_" + raw] = described.unit
        parsed = f"try_strptime(trim({raw}), $format_{raw})"
        if "%z" in described.unit or "%Z" in described.unit:
            del source.parameters[zoned]
            return f"timezone('UTC', {parsed})"
        return f"timezone('UTC', timezone(${zoned}, {parsed}))"
    # DuckDB does not read a zone that stands after minutes, after a space or as z
    repaired = f"regexp_replace({raw}, '{WITHOUT_SECONDS}', '\\1:00\\2')"
    repaired = f"upper(regexp_replace({repaired}, '{BEFORE_ZONE}', '\\1'))"
    absolute = f"coalesce(try_cast({raw} as timestamptz), try_cast({repaired} as timestamptz))"
    local = f"timezone(${zoned}, try_cast({raw} as timestamp))"
    return f"timezone('UTC', case when regexp_matches({raw}, '{ZONED}') then {absolute} else {local} end)"


def typed_value(described: ContractField, zone: str, position: int, source: Source) -> str:
    """The SQL of a field's value in the type of its contract; null if it is missing or of another type."""
    raw = f"raw_{position}"
    if source.natives.get(position) == "typed":
        return f"case when isfinite({raw}) then {raw} end" if described.type == "number" else raw
    if described.type == "integer":
        # a bare cast rounds 1.5 to 2
        return f"case when try_cast({raw} as double) = try_cast({raw} as bigint) then try_cast({raw} as bigint) end"
    if described.type == "number":
        return f"case when isfinite(try_cast({raw} as double)) then try_cast({raw} as double) end"
    if described.type == "boolean":
        return f"try_cast({raw} as boolean)"
    if described.type == "timestamp":
        value = timestamp_value(described, zone, raw, source.natives.get(position), source)
        return f"case when isfinite({value}) then {value} end"
    return f"nullif(cast({raw} as varchar), '')"


def is_blank(raw: str) -> str:
    """The SQL of whether a text is missing, empty or of spaces; few begin with one."""
    return f"case when {raw} >= '!' then false else coalesce(trim({raw}), '') = '' end"


def flaws(kind: Kind) -> list[tuple[str, str]]:
    """Every (field, rule) that a record of this kind can break; the query gives the position, counted from 1."""
    found = []
    for described in kind.fields:
        unit = "" if described.unit == "iso" else f" in the unit {described.unit}"
        found.append((described.name, f"has to be {RULES[described.type]}{unit}"))
        found.append((described.name, "is required and missing"))
    event_at = kind.meaning("event_at")
    return [*found, (event_at.name, FUTURE)] if event_at else found


def latest_time(contract: PlatformContract, now: datetime | None) -> datetime:
    """The latest time, in UTC, that an event read at `now` may have."""
    now = now or datetime.now(UTC).replace(tzinfo=None)
    return now + timedelta(hours=contract.future_tolerance_hours)


def typed_query(contract: PlatformContract, kind: Kind, source: Source, now: datetime | None = None) -> str:
    """The query of typed records: `line`, `value_<n>`, `extra`, `broken`, `flaw` and, of bad records only, `text`.

    `flaw` is the place in `flaws(kind)` of the first rule that the record breaks. `now` is the time of reading, in UTC.
    """
    values = []
    checks = []
    future = ""
    for position, described in enumerate(kind.fields):
        column = f"value_{position}"
        is_native = position in source.natives
        blank = f"raw_{position} is null" if is_native else is_blank(f"raw_{position}")
        values.append(f"{typed_value(described, contract.zone_of(described), position, source)} as {column}")
        if described.type != "text":
            checks.append(f"when {column} is null and not ({blank}) then {2 * position + 1}")
        if described.required:
            checks.append(f"when {blank} then {2 * position + 2}")
        if described.means == "event_at":
            source.parameters["latest"] = latest_time(contract, now)
            future = f"when {column} > $latest then {2 * len(kind.fields) + 1}"
    flaw = f"case when broken is not null then 0 {' '.join(checks)} {future} end"
    columns = ", ".join(f"value_{position}" for position in range(len(kind.fields)))
    also = "".join(f" {column}," for column in source.also)
    return f"""
        with source as ({source.query}),
        typed as (select *, {", ".join(values)} from source),
        judged as (select *, cast({flaw} as integer) as flaw from typed)
        select
            line, {columns}, case when extra <> '{{}}' then extra end as extra, broken, flaw,{also}
            case when flaw is not null then {source.text} end as text
        from judged
    """
