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

MANIFEST_TABLES = {
    "files": {
        "file_id": "VARCHAR",
        "platform": "VARCHAR",
        "kind": "VARCHAR",
        "path": "VARCHAR",
        "size_bytes": "BIGINT",
        "modified_at": "TIMESTAMP",
        "rows_count": "BIGINT",
        "rejects_count": "BIGINT",
        "skipped_count": "BIGINT",
        "records_count": "BIGINT",
        "outcome": "VARCHAR",
        "continues_file_id": "VARCHAR",
        "complete_bytes": "BIGINT",
        "complete_count": "BIGINT",
        "loaded_at": "TIMESTAMP",
    },
    "rejects": {
        "platform": "VARCHAR",
        "kind": "VARCHAR",
        "file_id": "VARCHAR",
        "path": "VARCHAR",
        "line": "BIGINT",
        "field": "VARCHAR",
        "rule": "VARCHAR",
        "text": "VARCHAR",
        "records_count": "BIGINT",
        "loaded_at": "TIMESTAMP",
    },
    "extra_fields": {
        "platform": "VARCHAR",
        "kind": "VARCHAR",
        "field": "VARCHAR",
        "file_id": "VARCHAR",
        "loaded_at": "TIMESTAMP",
    },
    "do_not_link": {
        "account_key": "VARCHAR",
        "other_key": "VARCHAR",
        "is_apart": "BOOLEAN",
        "loaded_at": "TIMESTAMP",
    },
    "returned_accounts": {
        "platform": "VARCHAR",
        "account_id": "VARCHAR",
        "generation": "BIGINT",
    },
    "keys": {
        "position": "BIGINT",
        "key_id": "VARCHAR",
        "since": "TIMESTAMP",
        "is_everywhere": "BOOLEAN",
    },
}
"""The manifest, the quarantine, the fields that no contract names, accounts that came back after an erasure, and keys.

They are described in dbt's sources.
"""

OLDER_HOMES = """
    update raw.rejects set records_count = 1 where records_count is null;
    update raw.files
    set
        skipped_count = 0,
        outcome = case
            when records_count > 0 and rejects_count = records_count and file_id in (
                select file_id from raw.rejects where line is null
            ) then 'refused'
            when records_count = 0 and file_id in (
                select file_id from raw.files as others where others.loaded_at < files.loaded_at
            ) then 'known'
            else 'loaded'
        end
    where outcome is null;
"""
"""What a home that was made when the manifest had fewer columns is told of its files."""


class ChangedTypeError(ValueError):
    """A contract gives a field another type than the records that were accepted before."""


def columns_of(kind: Kind) -> dict[str, str]:
    """Name and type of each column of the raw table of a kind."""
    return {described.name: COLUMN_TYPES[described.type] for described in kind.fields} | INGEST_TYPES


def columns_now(connection: Connection) -> dict[str, dict[str, str]]:
    """Name and type of the columns that the tables of `raw` have, by table."""
    query = "select table_name, column_name, data_type from information_schema.columns where table_schema = 'raw'"
    found: dict[str, dict[str, str]] = {}
    for table, name, kind in connection.execute(query).fetchall():
        found.setdefault(table, {})[name] = kind
    return found


def create_table(connection: Connection, table: str, columns: dict[str, str], existing: dict[str, str] | None) -> None:
    """Create a raw table, or add to the existing columns the fields that its contract has got since.

    Raises:
        ChangedTypeError: if a field had another type before.
    """
    if existing is None:
        described = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
        connection.execute(f"create table raw.{identifier(table)} ({described})")
        return
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
    existing = columns_now(connection)
    for table, columns in MANIFEST_TABLES.items():
        create_table(connection, table, columns, existing.get(table))
    connection.execute(OLDER_HOMES)
    for contract in contracts:
        for kind_name, kind in contract.kinds.items():
            table = f"{contract.platform}_{kind_name}"
            create_table(connection, table, columns_of(kind), existing.get(table))
