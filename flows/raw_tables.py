"""The tables of the schema `raw`: one for each platform and kind of the contracts, the manifest and the quarantine."""

from flows.contracts import Kind, PlatformContract
from flows.warehouse import Connection, identifier

COLUMN_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
}

INGEST_TYPES = {"extra": "JSON", "file_id": "VARCHAR", "line": "BIGINT", "loaded_at": "TIMESTAMP"}

FILES = """
    create table if not exists raw.files (
        file_id varchar, platform varchar, kind varchar, path varchar, size_bytes bigint, modified_at timestamp,
        rows_count bigint, rejects_count bigint, records_count bigint, loaded_at timestamp
    )
"""

REJECTS = """
    create table if not exists raw.rejects (
        platform varchar, kind varchar, file_id varchar, path varchar, line bigint, field varchar, rule varchar,
        text varchar, loaded_at timestamp
    )
"""


class ChangedTypeError(ValueError):
    """A contract gives a field another type than the records that were accepted before."""


def columns_of(kind: Kind) -> dict[str, str]:
    """Name and type of each column of the raw table of a kind."""
    return {described.name: COLUMN_TYPES[described.type] for described in kind.fields} | INGEST_TYPES


def create_table(connection: Connection, table: str, columns: dict[str, str]) -> None:
    """Create a raw table, or add the fields that its contract has got since.

    Raises:
        ChangedTypeError: if a field had another type before.
    """
    described = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"create table if not exists raw.{identifier(table)} ({described})")
    query = (
        "select column_name, data_type from information_schema.columns where table_schema = 'raw' and table_name = ?"
    )
    existing = dict(connection.execute(query, [table]).fetchall())
    for name, kind in columns.items():
        if name not in existing:
            connection.execute(f"alter table raw.{identifier(table)} add column {identifier(name)} {kind}")
        elif existing[name] != kind:
            raise ChangedTypeError(
                f"A field keeps its type while records of it are kept: raw.{table}.{name} is {existing[name]}, "
                f"the contract now says {kind}. Give the field of the new type another name."
            )


def create_tables(connection: Connection, contracts: tuple[PlatformContract, ...]) -> None:
    """Create what is missing of `raw`, empty, so that all that reads it runs before the first delivery."""
    connection.execute("create schema if not exists raw")
    connection.execute(FILES)
    connection.execute(REJECTS)
    for contract in contracts:
        for kind_name, kind in contract.kinds.items():
            create_table(connection, f"{contract.platform}_{kind_name}", columns_of(kind))
