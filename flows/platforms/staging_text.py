"""The staging SQL of a contract, and its descriptions: for people to read and to edit."""

import json
import re
from collections.abc import Iterable

from flows.contract_words import KindName
from flows.contracts import Kind, PlatformContract
from flows.synchronise import PLACE, UNIONS, further_columns

WIDTH, ONE_LINE = 118, 100
SOURCE_OF = {"event_word": "event_type"}
"""Columns that are named otherwise than the meaning from which they come."""

DESCRIPTIONS = {
    "events": "One row per record of {title}'s event log, duplicates included, in our words.",
    "items": "One row per delivered record of an item of {title}; an item that changed has several.",
    "accounts": "One row per delivered record of an account of {title}; e-mail, phone and other identifiers are keyed "
    "tokens.",
    "links": "One row per follow or friendship between accounts of {title}.",
    "consents": "One row per decision of an account of {title} on what may be done with its data elsewhere.",
}
DOCUMENTED_AS = {("items", "description"): "item_description"}


def staging_texts(contract: PlatformContract) -> dict[str, str]:
    """The text of each staging file, by its path in the contracts folder."""
    name = contract.platform
    folder = f"models/staging/{name}"
    texts = {f"{folder}/stg_{name}__{kind}.sql": staging_sql(contract, kind) for kind in contract.kinds}
    return {**texts, f"{folder}/_{name}.yml": descriptions(contract)}


def staging_sql(contract: PlatformContract, kind: KindName) -> str:
    """The SQL that gives the raw fields of a kind our names."""
    described = contract.kinds[kind]
    columns = [column_sql(described, column, sql_type) for column, sql_type in columns_of(kind, described).items()]
    columns[0] = f"'{contract.platform}' as platform"
    selected = ",\n".join(f"        {column}" for column in columns)
    return f"""with

{kind} as (

    select * from {{{{ source('raw', '{contract.platform}_{kind}') }}}}

),

renamed as (

    select
{selected}
    from {kind}

)

select * from renamed
"""


def columns_of(kind: KindName, described: Kind) -> dict[str, str]:
    """The columns of a staging table with their types, tokens of the contract's own kinds included."""
    further = dict.fromkeys(further_columns(described), "varchar") if kind == "accounts" else {}
    mine = {column: sql_type for column, sql_type in UNIONS[kind].items() if column not in PLACE}
    return {**mine, **further, **PLACE}


def column_sql(described: Kind, column: str, sql_type: str) -> str:
    """One column of the staging table."""
    if column in PLACE:
        return column
    field = described.meaning(SOURCE_OF.get(column, column))
    if field is None:
        field = next((one for one in described.fields if one.token_column == column), None)
    if column == "event_id":
        return event_id_sql(described)
    if field is None:
        return f"cast(null as {sql_type}) as {column}"
    is_cast = (sql_type == "varchar" and field.type != "text") or (sql_type == "double" and field.type == "integer")
    value = f"cast({field.name} as {sql_type})" if is_cast else field.name
    return value if value == column else f"{value} as {column}"


def event_id_sql(described: Kind) -> str:
    """The event's own id, or else one that is made of what it says."""
    parts = [
        field.name
        for column in UNIONS["events"]
        if (field := described.meaning(SOURCE_OF.get(column, column))) and column != "event_id"
    ]
    own = described.meaning("event_id")
    if own is None:
        return f"{call(parts, 8, len(' as event_id,'))} as event_id"
    value = own.name if own.type == "text" else f"cast({own.name} as varchar)"
    line = f"coalesce({value}, {call(parts, 0, 0)}) as event_id"
    if len(line) + 9 <= ONE_LINE and "\n" not in line:
        return line
    made = call(parts, 12, 0)
    return f"coalesce(\n            {value},\n            {made}\n        ) as event_id"


def call(parts: list[str], indent: int, behind: int) -> str:
    """The macro that makes an id of these columns, on as many lines as it needs."""
    quoted = [f"'{part}'" for part in parts]
    line = f"{{{{ record_id([{', '.join(quoted)}]) }}}}"
    if indent + len(line) + behind <= WIDTH - 6:
        return line
    rows, margin = [""], " " * (indent + 4)
    for part in quoted:
        if rows[-1] and len(margin + rows[-1]) + len(part) + 3 > WIDTH - 20:
            rows.append("")
        rows[-1] += (" " if rows[-1] else "") + part + ","
    rows[-1] = rows[-1].rstrip(",")
    listed = "\n".join(margin + row for row in rows)
    return f"{{{{ record_id([\n{listed}\n{' ' * indent}]) }}}}"


def descriptions(contract: PlatformContract) -> str:
    """The descriptions of the staging tables and their columns."""
    lines = ["version: 2", "", "models:"]
    for kind in contract.kinds:
        lines.append(f"  - name: stg_{contract.platform}__{kind}")
        lines.append(f"    description: {described_text(DESCRIPTIONS[kind].format(title=contract.title))}")
        lines.append("    columns:")
        lines += column_lines(kind, columns_of(kind, contract.kinds[kind]))
    return "\n".join(lines) + "\n"


def described_text(text: str) -> str:
    """A sentence as YAML takes it; braces would be Jinja to dbt."""
    text = text.replace("{{", "{ {").replace("{%", "{ %").replace("{#", "{ #")
    return text if re.fullmatch(r"[\w '’,;.&-]+", text) else json.dumps(text, ensure_ascii=False)


def column_lines(kind: KindName, columns: Iterable[str]) -> list[str]:
    """A line for each column."""
    documented = {column: DOCUMENTED_AS.get((kind, column), column) for column in columns}
    own = {column: "own_token" for column in documented if column not in UNIONS[kind]}
    return [
        f"      - {{name: {column}, description: \"{{{{ doc('{name}') }}}}\"}}"
        for column, name in {**documented, **own}.items()
    ]
