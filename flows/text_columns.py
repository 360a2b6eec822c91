"""Which tables a file holds and which of their columns can have a text in them, told by its catalogue."""

from dataclasses import dataclass

from flows.erasure_subject import Subject, pattern
from flows.warehouse import Connection

COLUMNS = """
    select columns.schema_name, columns.table_name, columns.column_name, columns.data_type
    from duckdb_columns() as columns
    inner join duckdb_tables() as tables using (database_oid, schema_oid, table_oid)
    where columns.database_name = $database and not tables.temporary
    order by columns.schema_name, columns.table_name, columns.column_index
"""


@dataclass(frozen=True)
class Table:
    """A table with the names and types of its columns."""

    database: str
    schema: str
    name: str
    columns: dict[str, str]

    @property
    def relation(self) -> str:
        """The table as it stands in SQL."""
        return ".".join(map(quoted, (self.database, self.schema, self.name)))

    @property
    def place(self) -> str:
        """The table as people name it."""
        return f"{self.schema}.{self.name}"

    @property
    def texts(self) -> list[str]:
        """Columns that can hold a text, by itself or nested."""
        kinds = ("VARCHAR", "JSON", "BLOB", "UNION", "VARIANT", "ENUM")
        return [name for name, kind in self.columns.items() if any(part in kind for part in kinds)]

    @property
    def accounts(self) -> list[str]:
        """Columns that hold the id of an account."""
        return [name for name in self.columns if name == "account_id" or name.endswith("_account_id")]


def quoted(name: str) -> str:
    """A name from the catalogue, whatever it is, as it stands in SQL."""
    return '"' + name.replace('"', '""') + '"'


def tables_of(connection: Connection, database: str) -> list[Table]:
    """Every table of an attached file."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(COLUMNS, {"database": database}).fetchall():
        found.setdefault((schema, table), {})[column] = kind
    return [Table(database, schema, name, columns) for (schema, name), columns in found.items()]


def names_person(table: Table, subject: Subject) -> tuple[str, list[object]]:
    """The SQL of whether a row of a built table names the person, with its parameters.

    It does if one of the person's names stands in a text, or an account's id where accounts stand.
    """
    parts: list[str] = []
    parameters: list[object] = []
    for column in table.texts:
        parts.append(f"coalesce(regexp_matches(cast({quoted(column)} as varchar), ?), false)")
        parameters.append(pattern(subject.names))
    of_platform = "platform = ? and " if "platform" in table.columns else ""
    for column in table.accounts:
        for platform in sorted({platform for platform, _ in subject.accounts}):
            known = f"cast({quoted(column)} as varchar) in (select unnest(?))"
            parts.append(f"coalesce({of_platform}{known}, false)")
            parameters += [platform] if of_platform else []
            parameters.append(list(subject.ids(platform)))
    return " or ".join(parts) or "false", parameters
