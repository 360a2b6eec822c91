"""Statements that people write, answered from one of the home's files, which stay as they are."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flows.query_formats import lay_out
from flows.settings import Settings
from flows.warehouse import Connection, Error, sealed

FILES = {
    "published": "what people may see; a night that is published writes it: crossrec night --date DATE",
    "ops": "the readers' copy of the ledger; every night writes it: crossrec night --date DATE",
    "warehouse": "the file a night works in; the first night writes it: crossrec night --date DATE",
}

# pivot first creates a type that lives as long as the connection; in the file itself nothing can be created
READING = {"SELECT", "EXPLAIN", "CREATE"}

TABLES = """
    select
        case when table_schema = 'main' then table_name else table_schema || '.' || table_name end as table_name,
        case table_type when 'VIEW' then 'view' else 'table' end as kind,
        columns_count
    from information_schema.tables
    inner join (
        select table_schema, table_name, count(*) as columns_count
        from information_schema.columns
        group by table_schema, table_name
    ) using (table_schema, table_name)
    order by table_schema <> 'main', table_schema, table_name
"""

COLUMNS = """
    select column_name, lower(data_type) as type
    from information_schema.columns
    where table_name = $name or table_schema || '.' || table_name = $name
    order by table_schema, ordinal_position
"""


class QueryError(ValueError):
    """A statement was refused or cannot be answered; the message says why."""


class Unfinished(QueryError):
    """A statement ends inside a text, a name or a comment."""


def answer(
    settings: Settings,
    text: str,
    file: str = "published",
    form: str = "table",
    limit: int | None = None,
    width: int | None = None,
) -> Iterator[str]:
    """The lines that answer statements separated by `;`, or one of `.tables` and `.schema NAME`.

    Each call opens the file anew and closes it at its end, so it reads what was published last and keeps no night
    waiting. `limit` rows are shown of each answer; a table is as wide as its content if no `width` is given.

    Raises:
        LookupError: if the file does not exist.
        QueryError: if a statement does more than read, or DuckDB cannot answer it.
    """
    path = path_of(settings, file)
    try:
        with sealed(path, settings.history, settings.memory_limit, settings.threads) as connection:
            if text.strip().startswith("."):
                yield from _describe(connection, text.strip().rstrip(";").split(), form, width)
                return
            statements = connection.extract_statements(text)
            for statement in statements:
                _check(statement, file)
            for statement in statements:
                found = _execute(connection, statement)
                if statement.type.name != "CREATE":
                    yield from lay_out(form, found, limit, width)
    except Error as error:
        raise _explain(error, file) from error


def path_of(settings: Settings, file: str) -> Path:
    """Where this file of the home lies.

    Raises:
        LookupError: if it does not exist.
    """
    path: Path = getattr(settings, file)
    if not path.exists():
        raise LookupError(f"A statement reads a file that exists; there is no {path}. It is {FILES[file]}")
    return path


def _execute(connection: Connection, statement: Any) -> Connection:
    """The result of a statement; Ctrl-C ends it at once, which DuckDB by itself does not do with every plan."""
    aside = ThreadPoolExecutor(1)
    try:
        return aside.submit(connection.execute, statement).result()
    except KeyboardInterrupt:
        ended = aside.submit(lambda: None)  # its turn comes when the statement has ended
        while not ended.done():  # an interrupt before the statement has begun does nothing
            connection.interrupt()
            time.sleep(0.05)
        raise
    finally:
        aside.shutdown(wait=False)


def _check(statement: Any, file: str) -> None:
    """Let only those pass that read; `explain analyze` would carry out what it explains."""
    kind = statement.type.name
    if kind not in READING or (kind == "EXPLAIN" and re.search(r"\banaly[sz]e\b", statement.query, re.IGNORECASE)):
        raise QueryError(
            f"crossrec sql only reads; found {'EXPLAIN ANALYZE' if kind == 'EXPLAIN' else kind}. "
            f"To work on the data, copy the {file} file and open the copy with DuckDB."
        )


def _explain(error: Error, file: str) -> QueryError:
    """DuckDB's words, and what to do where they do not say it."""
    words = str(error).strip()
    if "unterminated" in words:
        return Unfinished(words)
    if "Conflicting lock" in words:
        return QueryError(
            f"One program at a time works in the {file} file, and a night does so now. Wait until it ends, or read "
            "--file published or --file ops, which are always free."
        )
    if "disabled by configuration" in words or "read-only mode" in words:
        words += "\ncrossrec sql reads the file it was given and the history beside it, and writes nothing."
    return QueryError(words)


def _describe(connection: Connection, words: list[str], form: str, width: int | None) -> Iterator[str]:
    """What `.tables` and `.schema` tell."""
    if words == [".tables"] or words == [".schema"]:
        yield from lay_out(form, connection.execute(TABLES), None, width)
        return
    if len(words) != 2 or words[0] != ".schema":
        raise QueryError(f"A command is .tables or .schema NAME; found {' '.join(words)!r}.")
    if not connection.execute(f"select 1 from ({COLUMNS})", {"name": words[1]}).fetchone():
        raise QueryError(f".schema tells of a table that exists; there is no {words[1]!r}. Look: .tables")
    yield from lay_out(form, connection.execute(COLUMNS, {"name": words[1]}), None, width)
