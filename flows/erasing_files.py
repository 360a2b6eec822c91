"""Takes a person out of everything in a home but the warehouse's rows: each file is replaced whole, or removed.

A database file is written anew, for DELETE leaves what it deletes on pages that are free.
"""

import re
import shutil
from pathlib import Path

from flows.erased_records import ERASED
from flows.erasure_subject import Subject, pattern
from flows.settings import Settings
from flows.text_columns import Table, names_person, quoted, tables_of
from flows.warehouse import Connection, attachment, connect, file_key, reader

PERSON_IN_PAGE = re.compile(r'<article class="person">.*?</article>\n?', re.DOTALL)

MADE_ANEW = ("runs", "dbt", "truth")
"""What a night or the simulator writes again when it is needed; it may hold anybody."""


def rewrite_warehouse(settings: Settings) -> None:
    """Put a file in the warehouse's place that holds its rows and nothing that was deleted from it."""
    path = settings.warehouse
    draft = fresh_draft(path)
    with connect(path, settings.memory_limit, settings.threads) as connection:
        connection.execute(attachment(draft, "rewritten", key=file_key()))
        connection.execute(f"copy from database {quoted(path.stem)} to rewritten")
        connection.execute("detach rewritten")
    replace_closed(path, draft)


def replace_closed(path: Path, draft: Path) -> None:
    """Put a database file in the place of another; both have to be closed, or what their logs hold would be lost."""
    for one in (path, draft):
        if log_of(one).exists():
            raise RuntimeError(f"A database is closed before it is replaced; {log_of(one)} is still there. Try again.")
    draft.replace(path)


def log_of(path: Path) -> Path:
    """The write-ahead log of a database file, which is there while somebody writes or after one was killed."""
    return path.with_name(f"{path.name}.wal")


def fresh_draft(path: Path) -> Path:
    """The name under which a file is written that takes the place of another; nothing lies there."""
    draft = path.with_name(f".{path.name}.rewritten")
    for one in (draft, log_of(draft)):
        one.unlink(missing_ok=True)
    return draft


def erase_published(settings: Settings, subject: Subject) -> int:
    """Write the published file anew without the person; rows that went. Readers see the old file or the new one."""
    path = settings.published
    if not path.exists():
        return 0
    draft = fresh_draft(path)
    count = 0
    with connect(draft, settings.memory_limit, settings.threads) as connection:
        connection.execute(attachment(path, "old", read_only=True, key=file_key()))
        for table in tables_of(connection, "old"):
            count += copy_others(connection, table, subject)
        views = connection.execute("select sql from duckdb_views() where database_name = 'old' and not internal")
        for (statement,) in views.fetchall():
            connection.execute(statement)
        connection.execute("detach old")
    if count:
        draft.replace(path)
    else:
        draft.unlink()
    return count


def copy_others(connection: Connection, table: Table, subject: Subject) -> int:
    """Copy a table of the published file without the person's rows; how many those are."""
    where, parameters = names_person(table, subject)
    target = f"{quoted(table.schema)}.{quoted(table.name)}"
    connection.execute(
        f"create table {target} as select * from {table.relation} where not ({where}) order by all", parameters
    )
    row = connection.execute(f"select (select count(*) from {table.relation}) - (select count(*) from {target})")
    return int((row.fetchone() or (0,))[0])


def erase_parquet(settings: Settings, path: Path, subject: Subject) -> int:
    """Write a Parquet file anew without the person's rows, if it has any; how many."""
    from pyarrow import parquet

    source = "read_parquet($path, hive_partitioning = false)"
    with reader(settings.memory_limit, settings.threads) as connection:
        described = connection.execute(f"describe select * from {source}", {"path": str(path)}).fetchall()
        table = Table("", "", path.name, {name: kind for name, kind, *_ in described})
        where, values = names_person(table, subject)
        # by name as the path is: DuckDB takes parameters of one form in a statement
        parameters: dict[str, object] = {"path": str(path)}
        for number, value in enumerate(values):
            where = where.replace("?", f"$value_{number}", 1)
            parameters[f"value_{number}"] = value
        row = connection.execute(f"select count(*) from {source} where {where}", parameters).fetchone()
        count = int(row[0]) if row else 0
        if count:
            draft = fresh_draft(path)
            others = connection.execute(f"select * from {source} where not ({where})", parameters).to_arrow_reader()
            with parquet.ParquetWriter(draft, others.schema) as writer:
                for batch in others:
                    writer.write_batch(batch)
            draft.replace(path)
    return count


def erase_pages(settings: Settings, subject: Subject) -> int:
    """Take the person's lists out of the pages of nights, and the names out of all else there; pages that had any."""
    count = 0
    words = re.compile(pattern(subject.words()))
    for path in sorted(settings.reports.glob("*.html")):
        text = path.read_text(encoding="utf-8")
        clean = PERSON_IN_PAGE.sub(lambda found: "" if words.search(found[0]) else found[0], text)
        clean = without_words(clean, words)
        if clean != text:
            draft = fresh_draft(path)
            draft.write_text(clean, encoding="utf-8")
            draft.replace(path)
            count += 1
    return count


def without_words(text: str, words: "re.Pattern[str]") -> str:
    """The text with a mark in the place of each of these words; two side by side share what stands between them."""
    for _ in range(2):
        text = words.sub(lambda found: f"{found[1]}{ERASED}{found[3]}", text)
    return text


def erase_folders(settings: Settings) -> int:
    """Remove what nights handed to their children, what dbt wrote of its work, spilled pages and drafts; how many."""
    home = settings.home
    gone = [home / name for name in MADE_ANEW]
    gone += [*home.glob("*.spill"), *home.glob(".*.partial"), *home.glob(".*.rewritten*")]
    gone += [*settings.history.glob(".*.partial"), *settings.recommenders.glob("*.partial")]
    gone += [*settings.reports.glob(".*.partial")] if settings.reports.exists() else []
    found = [path for path in gone if path.exists()]
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return len(found)


def erase_logs(folder: Path, subject: Subject) -> int:
    """Take the names out of the text files of Prefect's folder, in place, for a server may be writing there."""
    words = re.compile(pattern(subject.words()))
    count = 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith("prefect.db"):
            continue
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        clean = without_words(text, words)
        if clean != text:
            with path.open("r+", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(clean)
                file.truncate()
            count += 1
    return count
