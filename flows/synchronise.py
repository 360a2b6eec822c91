"""`crossrec platform sync`: what SQL needs to know of all platforms, written from their contracts.

The unions, the seeds and the sources of the contracts folder are whole files that nobody edits. Staging SQL is not
written here: it is for people to write and to read.
"""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

from flows.contract_words import EVENT_TYPES, KindName
from flows.contracts import Kind, PlatformContract, load_contracts

FURTHER = {"further_tokens": "varchar"}
"""What the union of accounts has besides: the tokens of kinds that contracts name, with blanks between them."""

Contracts = tuple[PlatformContract, ...]

HEADER = "written by crossrec platform sync; edit the contracts and run it again"

PLACE = {"file_id": "varchar", "line": "bigint", "loaded_at": "timestamp"}

UNIONS: dict[KindName, dict[str, str]] = {
    "events": {
        "platform": "varchar",
        "event_id": "varchar",
        "account_id": "varchar",
        "item_id": "varchar",
        "event_word": "varchar",
        "event_at": "timestamp",
        "value": "double",
        "session_id": "varchar",
        "is_impression": "boolean",
        "recommendation_run_id": "varchar",
        **PLACE,
    },
    "items": {
        "platform": "varchar",
        "item_id": "varchar",
        "title": "varchar",
        "description": "varchar",
        "category": "varchar",
        "creator": "varchar",
        "price": "double",
        "language": "varchar",
        "series": "varchar",
        "released_year": "varchar",
        "gtin": "varchar",
        "isbn": "varchar",
        "imdb": "varchar",
        "isrc": "varchar",
        "available_from": "timestamp",
        "available_until": "timestamp",
        **PLACE,
    },
    "accounts": {
        "platform": "varchar",
        "account_id": "varchar",
        "created_at": "timestamp",
        "language": "varchar",
        "country": "varchar",
        "email_token": "varchar",
        "phone_token": "varchar",
        "login_token": "varchar",
        "device_token": "varchar",
        **PLACE,
    },
    "links": {
        "platform": "varchar",
        "account_id": "varchar",
        "linked_account_id": "varchar",
        "link_type": "varchar",
        "linked_at": "timestamp",
        **PLACE,
    },
    "consents": {
        "platform": "varchar",
        "account_id": "varchar",
        "other_platform": "varchar",
        "is_allowed": "boolean",
        "decided_at": "timestamp",
        **PLACE,
    },
}
"""Columns of the staging tables of each kind, and so of their union."""

DAYS_OF_GRACE = 7
"""Days without a delivery, beyond those that a platform may be late, after which its events count as missing."""


def cte(name: str, columns: Iterable[str], source: str) -> str:
    """A common table expression that selects these columns, a line each."""
    selected = ",\n".join(f"        {column}" for column in columns)
    return f"{name} as (\n\n    select\n{selected}\n    {source}\n\n)"


def union_columns(kind: KindName) -> dict[str, str]:
    """Columns of the union of a kind."""
    return {**UNIONS[kind], **FURTHER} if kind == "accounts" else UNIONS[kind]


def further_columns(kind: Kind) -> list[str]:
    """The staging columns that hold tokens of kinds which the contract names."""
    named = dict.fromkeys(field.token_column for field in kind.fields if field.token_column)
    return [column for column in named if column not in UNIONS["accounts"]]


def further_sql(kind: Kind) -> str:
    """All tokens of these columns, as one text."""
    columns = further_columns(kind)
    value = f"nullif(concat_ws(' ', {', '.join(columns)}), '')" if columns else "cast(null as varchar)"
    return f"{value} as further_tokens"


def union_sql(kind: KindName, contracts: Contracts) -> str:
    """The SQL of `int_<kind>_unioned`: a CTE for each platform that has this kind, or a typed one without rows.

    Each holds what had arrived, which is everything but in a backfill as of arrival.
    """
    columns = union_columns(kind)
    with_kind = [contract for contract in contracts if kind in contract.kinds]
    names = [contract.platform for contract in with_kind]
    parts = [
        cte(
            f"{contract.platform}_{kind}",
            (further_sql(contract.kinds[kind]) if column in FURTHER else column for column in columns),
            f"from {{{{ ref('stg_{contract.platform}__{kind}') }}}}\n    where {{{{ arrived() }}}}",
        )
        for contract in with_kind
    ]
    if not names:
        typed = [f"cast(null as {sql_type}) as {column}" for column, sql_type in columns.items()]
        parts.append(cte(f"no_{kind}", typed, "where false"))
        names = ["no"]
    selects = "\n    union all\n".join(f"    select * from {name}_{kind}" for name in names)
    parts.append(f"unioned as (\n\n{selects}\n\n)")
    return f"-- {HEADER}\nwith\n\n" + ",\n\n".join(parts) + "\n\nselect * from unioned\n"


def sources_yaml(contracts: Contracts) -> str:
    """The sources of dbt: a table for each platform and kind, events with the age at which the next are overdue."""
    lines = [
        f"# {HEADER}",
        "version: 2",
        "",
        "sources:",
        "  - name: raw",
        "    description: Accepted records, as the platforms' contracts type them.",
        "    config: {loaded_at_field: loaded_at}",
        "    tables:",
    ]
    for contract in contracts:
        for kind in contract.kinds:
            description = f"One row per accepted record of the {kind} of {contract.title}."
            lines.append(f"      - name: {contract.platform}_{kind}")
            lines.append(f"        description: {json.dumps(description, ensure_ascii=False)}")
            if kind == "events":
                warn, error = contract.lateness_days + 1, contract.lateness_days + DAYS_OF_GRACE
                lines.append("        config:")
                lines.append("          freshness:")
                lines.append(f"            warn_after: {{count: {warn}, period: day}}")
                lines.append(f"            error_after: {{count: {error}, period: day}}")
    return "\n".join(lines) + "\n"


def csv_text(header: str, rows: Iterable[Iterable[object]]) -> str:
    """A seed; booleans as SQL writes them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    for row in rows:
        writer.writerow([str(value).lower() if isinstance(value, bool) else value for value in row])
    return out.getvalue()


def platforms_csv(contracts: Contracts) -> str:
    """The seed `platforms`, a row a platform."""
    header = "platform,title,time_zone,lateness_days,consumed_may_return,alpha"
    return csv_text(header, ([getattr(contract, name) for name in header.split(",")] for contract in contracts))


def event_types_csv(contracts: Contracts) -> str:
    """The seed `event_types`: for each platform and word the event type, and how strongly it speaks."""
    header = "platform,event_word,event_type,strength,is_positive,is_impression"
    rows = (
        [contract.platform, word, event_type, *EVENT_TYPES[event_type]]
        for contract in contracts
        for word, event_type in contract.event_words.items()
    )
    return csv_text(header, rows)


def generated(contracts: Contracts) -> dict[str, str]:
    """The text of each file, by its path in the contracts folder."""
    return {
        "models/staging/sources.yml": sources_yaml(contracts),
        **{f"models/intermediate/int_{kind}_unioned.sql": union_sql(kind, contracts) for kind in UNIONS},
        "seeds/platforms.csv": platforms_csv(contracts),
        "seeds/event_types.csv": event_types_csv(contracts),
    }


def synchronise(contracts_folder: Path, check: bool = False) -> list[Path]:
    """Bring the generated files of a contracts folder up to date; the paths of those that were not.

    With `check` nothing is written.
    """
    outdated = []
    for name, text in generated(load_contracts(contracts_folder)).items():
        path = contracts_folder / name
        # bytes, as a carriage return that somebody's editor added is a difference too
        if path.exists() and path.read_bytes() == text.encode():
            continue
        outdated.append(path)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
    return outdated
