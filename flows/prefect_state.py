"""Prefect's own database under the home: parameters, logs, artifacts and events may name a person.

It is SQLite, which several processes can use at once; so a person is erased while a server runs.
"""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from flows.erased_records import ERASED
from flows.erasure_subject import Subject, pattern
from flows.settings import Settings

PATIENCE_SECONDS = 60
SHOWS_PEOPLE = ("artifact", "artifact_collection")
"""Tables whose texts show a person's lists beside the name: such a text goes as a whole."""


def database(settings: Settings) -> Path:
    """Where Prefect's database lies if this home has one of its own."""
    return settings.home / "prefect" / "prefect.db"


def columns(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every table with each of its columns, quoted."""
    query = """
        select tables.name, columns.name
        from sqlite_master as tables, pragma_table_info(tables.name) as columns
        where tables.type = 'table' and tables.name not like 'sqlite_%'
        order by 1, columns.cid
    """
    for table, column in connection.execute(query).fetchall():
        yield f'"{table}"', f'"{column}"'


def opened(path: Path, subject: Subject) -> sqlite3.Connection:
    """A connection whose SQL can ask whether a value names the person, `named`, and take the name out, `cleaned`."""
    words = re.compile(pattern(subject.words()))

    def cleaned(value: str) -> str:
        for _ in range(2):
            value = words.sub(lambda found: f"{found[1]}{ERASED}{found[3]}", value)
        return value

    def named(value: object) -> bool:
        return words.search(value.decode(errors="replace") if isinstance(value, bytes) else str(value)) is not None

    connection = sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)
    connection.create_function("named", 1, named)
    connection.create_function("cleaned", 1, cleaned)
    return connection


def erase_prefect(settings: Settings, subject: Subject) -> int:
    """Take the person out of every row, and rewrite the file; how many values named the person.

    Raises:
        RuntimeError: if others keep the database from being written anew for a minute.
    """
    path = database(settings)
    if not path.exists():
        return 0
    count = 0
    with closing(opened(path, subject)) as connection:
        connection.execute("pragma secure_delete = on")
        connection.execute("begin immediate")
        for table, column in list(columns(connection)):
            where = f"where typeof({column}) = 'text' and named({column})"
            value = (
                f"'\"{ERASED}\"'" if table.strip('"') in SHOWS_PEOPLE and column == '"data"' else f"cleaned({column})"
            )
            count += connection.execute(f"update {table} set {column} = {value} {where}").rowcount
        connection.execute("commit")
        connection.execute("vacuum")
        empty_log(connection, path)
    return count


def empty_log(connection: sqlite3.Connection, path: Path) -> None:
    """Bring what stands in the log beside the database into it, so that no old page is left there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]:
        if time.monotonic() > deadline:
            raise RuntimeError(
                f"Old pages of {path} go when nobody reads it for a moment; somebody did for {PATIENCE_SECONDS} s. "
                "Stop `crossrec serve`, and forget again."
            )
        time.sleep(0.2)


def named_in_prefect(settings: Settings, subject: Subject) -> list[tuple[str, int]]:
    """Every column that names the person, with how often."""
    path = database(settings)
    if not path.exists():
        return []
    found = []
    with closing(opened(path, subject)) as connection:
        for table, column in list(columns(connection)):
            query = f"select count(*) from {table} where {column} is not null and named({column})"
            (count,) = connection.execute(query).fetchone()
            if count:
                found.append((f"prefect.db {table}.{column}".replace('"', ""), count))
    return found
