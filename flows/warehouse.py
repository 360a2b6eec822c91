"""The only door to DuckDB: connections that are opened late and closed at once, and names that are safe in SQL.

DuckDB lets one process write a file and keeps every other process out meanwhile; inside one process all connections
to a file must be alike. So nobody keeps a connection: each use is one `with` block.

Where CROSSREC_FILE_KEY is set, every file is encrypted (AES-256-GCM), its log and what is spilled of it too.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import duckdb

Connection = duckdb.DuckDBPyConnection
Error = duckdb.Error

EXTRAS = {"avro": "avro", "httpfs": "cloud"}
"""The extra that installs a DuckDB extension; another one may do so too."""

FILE_KEY = "CROSSREC_FILE_KEY"

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


def extension(name: str, extra: str | None = None) -> Path:
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
        f"Install it: pip install 'crossrec[{extra or EXTRAS[name]}]'"
    )


def load_extension(connection: Connection, name: str, extra: str | None = None) -> None:
    """Give a connection what an extension can do.

    Raises:
        MissingExtraError: if it is not installed.
    """
    quoted = str(extension(name, extra)).replace("'", "''")
    connection.execute(f"load '{quoted}'")


class FileKeyError(RuntimeError):
    """A file is encrypted and the key at hand does not open it, or it is not and there is a key."""


def file_key() -> str | None:
    """The key of the database files; null if they are not encrypted."""
    return os.environ.get(FILE_KEY) or None


def attachment(path: Path, name: str, read_only: bool = False, key: str | None = None) -> str:
    """The SQL that attaches a database file under a name, with its key if there is one."""
    options = ["read_only"] if read_only else []
    options += [f"encryption_key {quoted_text(key)}"] if key else []
    quoted_name = '"' + name.replace('"', '""') + '"'
    return f"attach if not exists {quoted_text(str(path))} as {quoted_name}" + (
        f" ({', '.join(options)})" if options else ""
    )


def quoted_text(text: str) -> str:
    """A text as it stands in SQL, where no parameter can."""
    return "'" + text.replace("'", "''") + "'"


def load_encryption(connection: Connection) -> None:
    """Give a connection what it takes to write encrypted files, and see to it that what it spills is encrypted.

    Raises:
        MissingExtraError: if that is not installed.
    """
    load_extension(connection, "httpfs", "encryption")
    connection.execute("set temp_file_encryption = true")


@contextmanager
def connect(path: Path, memory_limit: str = "2GB", threads: int = 2, read_only: bool = False) -> Iterator[Connection]:
    """A connection to the DuckDB file, in UTC, that spills beside the file and is closed at the end of the block.

    Raises:
        FileKeyError: if the file is encrypted otherwise than CROSSREC_FILE_KEY says.
    """
    options: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "temp_directory": str(path.with_suffix(".spill")),
        "preserve_insertion_order": False,
        # small parts of a table are joined bit by bit, not all of them at the end of whatever happens to be written
        "max_vacuum_tasks": 1,
    }
    key = file_key()
    # an encrypted file can only be attached, to a database in memory that all connections to the file have in common
    place = f":memory:{path.resolve()}" if key else str(path)
    try:
        connection = duckdb.connect(place, read_only=read_only and not key, config=options)
    except Error as error:
        raise explained(error, path) from error
    try:
        if key:
            load_encryption(connection)
            try:
                connection.execute(attachment(path, path.stem, read_only, key))
            except Error as error:
                raise explained(error, path) from None
            connection.execute(f'use "{path.stem}"')
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def explained(error: Error, path: Path) -> Exception:
    """What a person has to do where a file and the key at hand do not fit; else the error itself."""
    words = str(error)
    if "without a key" in words:
        return FileKeyError(f"{path} is encrypted, so its key is needed: set {FILE_KEY}.")
    if "Wrong encryption key" in words:
        return FileKeyError(f"{path} is encrypted with another key than {FILE_KEY} has. Set the one it was made with.")
    if "is not encrypted" in words:
        return FileKeyError(
            f"All files of a home are encrypted where {FILE_KEY} is set; {path} is not. "
            "Encrypt it: crossrec keys encrypt"
        )
    return error


def count_of(connection: Connection, statement: str, parameters: list[object] | dict[str, object]) -> int:
    """Execute a statement that changes rows; how many."""
    row = connection.execute(statement, parameters).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def beside(connection: Connection) -> Iterator[Connection]:
    """Another connection to the same file, for another thread."""
    with connection.cursor() as other:
        row = connection.execute("select current_database()").fetchone()
        other.execute(f'use "{row[0] if row else ""}"')
        other.execute("set TimeZone = 'UTC'")
        yield other


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
