"""The only door to DuckDB: connections that are opened late and closed at once, and names that are safe in SQL.

DuckDB lets one process write a file and keeps every other process out meanwhile; inside one process all connections
to a file must be alike. So nobody keeps a connection: each use is one `with` block.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import duckdb

Connection = duckdb.DuckDBPyConnection
Error = duckdb.Error

EXTRAS = {"avro": "avro", "httpfs": "cloud"}
"""The extra that installs a DuckDB extension."""

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def identifier(name: str) -> str:
    """The name, quoted, ready to stand in SQL.

    Raises:
        ValueError: if it is anything but letters, digits and underscores, not starting with a digit.
    """
    if not IDENTIFIER.fullmatch(name):
        raise ValueError(
            f"A name in SQL consists of letters, digits and underscores and starts with no digit; found {name!r}. "
            "Rename it in the contract."
        )
    return f'"{name}"'


class MissingExtraError(RuntimeError):
    """Something is asked for that a part of the product does which is not installed."""


def extension(name: str) -> Path:
    """The file of a DuckDB extension, as its package brings it: nothing is fetched while a night runs.

    Raises:
        MissingExtraError: if it is not installed.
    """
    package = find_spec(f"duckdb_extension_{name}")
    for folder in (package.submodule_search_locations or ()) if package else ():
        path = Path(folder) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if path.exists():
            return path
    raise MissingExtraError(
        f"DuckDB's extension {name} for DuckDB {duckdb.__version__} is needed here, and is not installed. "
        f"Install it: pip install 'crossrec[{EXTRAS[name]}]'"
    )


def load_extension(connection: Connection, name: str) -> None:
    """Give a connection what an extension can do.

    Raises:
        MissingExtraError: if it is not installed.
    """
    quoted = str(extension(name)).replace("'", "''")
    connection.execute(f"load '{quoted}'")


@contextmanager
def connect(path: Path, memory_limit: str = "2GB", threads: int = 2, read_only: bool = False) -> Iterator[Connection]:
    """A connection to the DuckDB file, in UTC, that spills beside the file and is closed at the end of the block."""
    options: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "temp_directory": str(path.with_suffix(".spill")),
        "preserve_insertion_order": False,
        # small parts of a table are joined bit by bit, not all of them at the end of whatever happens to be written
        "max_vacuum_tasks": 1,
    }
    connection = duckdb.connect(str(path), read_only=read_only, config=options)
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


@contextmanager
def sealed(path: Path, readable: Path, memory_limit: str = "2GB", threads: int = 2) -> Iterator[Connection]:
    """A connection for statements that strangers write: it sees this file and the folder `readable`, nothing else.

    The file is open read-only and no setting can be changed. The folder itself could still be written to by `copy`,
    so whoever takes statements lets only those pass that read.
    """
    with connect(path, memory_limit, threads, read_only=True) as connection:
        connection.execute("set preserve_insertion_order = true")
        connection.execute("set allowed_directories = [?]", [str(readable)])
        for name in ("autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access"):
            connection.execute(f"set {name} = false")
        connection.execute("set lock_configuration = true")
        yield connection


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """All statements of the block, or none of them."""
    connection.execute("begin")
    try:
        yield connection
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def table_exists(connection: Connection, schema: str, table: str) -> bool:
    """Whether `schema.table` is a table or view of this file."""
    query = "select count(*) from information_schema.tables where table_schema = ? and table_name = ?"
    row = connection.execute(query, [schema, table]).fetchone()
    return bool(row and row[0])


@contextmanager
def reader(memory_limit: str = "2GB", threads: int = 2) -> Iterator[Connection]:
    """A connection to no file, in UTC, that reads files in their order and keeps what it sees in memory."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory_limit,
            "threads": threads,
            "temp_directory": "",
            "preserve_insertion_order": True,
        },
    )
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()
