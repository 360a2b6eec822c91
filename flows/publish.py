"""Makes a night visible: the published file and its history, each written under another name and renamed over.

The published file never goes back: lists of a night older than the one that people see go to history alone.
"""

import shutil
from datetime import date
from pathlib import Path

from flows.receipts import PublishReceipt
from flows.settings import Settings
from flows.warehouse import Error, attachment, connect, file_key, identifier, quoted_text, transaction

TABLES = (
    "recommendations",
    "accounts",
    "account_history",
    "runs",
    "gate_results",
    "recommender_versions",
    "metrics",
    "uplift",
    "realised",
)


def write_history(settings: Settings, logical_date: date) -> Path:
    """Keep tonight's lists as Parquet in history/logical_date=…; a re-run replaces that night's and no other's."""
    folder = settings.history / f"logical_date={logical_date.isoformat()}"
    partial = settings.history / f".{folder.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    query = """
        select * exclude (logical_date) from published.recommendations order by user_id, platform, item_rank
    """
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        lists = connection.execute(query).to_arrow_reader()
        from pyarrow import parquet

        with parquet.ParquetWriter(partial / "recommendations.parquet", lists.schema) as writer:
            for batch in lists:
                writer.write_batch(batch)
    folder.mkdir(exist_ok=True)
    (partial / "recommendations.parquet").replace(folder / "recommendations.parquet")
    partial.rmdir()
    return folder


def write_copy(
    settings: Settings, target: Path, schema: str, tables: tuple[str, ...], has_history: bool
) -> dict[str, int]:
    """Write tables of one schema of the warehouse as the main schema of a new file, and rename it to `target`."""
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    rows = {}
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        connection.execute(attachment(partial, "target", key=file_key()))
        with transaction(connection):
            for table in tables:
                source, goal = f"{identifier(schema)}.{identifier(table)}", f"target.main.{identifier(table)}"
                connection.execute(f"create table {goal} as select * from {source} order by all")
                row = connection.execute(f"select count(*) from {goal}").fetchone()
                rows[table] = int(row[0]) if row else 0
        connection.execute("detach target")
    if has_history:
        _add_history_view(settings, partial)
    partial.replace(target)
    return rows


def _add_history_view(settings: Settings, file: Path) -> None:
    """Add the view over the Parquet files of all nights; it names their folder in full, so any reader can use it."""
    files = quoted_text(str(settings.history / "logical_date=*" / "*.parquet"))
    options = "hive_partitioning = true, hive_types = {'logical_date': date}, union_by_name = true"
    with connect(file) as connection:
        connection.execute(f"create view recommendation_history as select * from read_parquet({files}, {options})")


def visible_night(settings: Settings) -> date | None:
    """The night whose lists people see; None if they see none."""
    if not settings.published.exists():
        return None
    query = "select max(logical_date) from recommendations"
    try:
        with connect(settings.published, settings.memory_limit, settings.threads, read_only=True) as connection:
            row = connection.execute(query).fetchone()
    except Error:  # somebody has it open to write in it; the ledger knows as well, unless a night was killed just then
        query = "select max(logical_date) from ops.runs where status = 'published'"
        with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
            row = connection.execute(query).fetchone()
    return row[0] if row else None


def publish(settings: Settings, logical_date: date) -> PublishReceipt:
    """Write history, then the published file: readers see the last night whole until they see this one whole.

    Where they see a newer night already, they go on seeing it.
    """
    folder = write_history(settings, logical_date)
    visible = visible_night(settings)
    if visible is not None and visible > logical_date:
        rows = {"recommendation_history": count_lists(settings)}
        return PublishReceipt(stage="publish", rows=rows, history=str(folder), newer_night=visible.isoformat())
    rows = write_copy(settings, settings.published, "published", TABLES, has_history=True)
    return PublishReceipt(stage="publish", rows=rows, published=str(settings.published), history=str(folder))


def count_lists(settings: Settings) -> int:
    """How many rows tonight's lists have."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        row = connection.execute("select count(*) from published.recommendations").fetchone()
    return int(row[0]) if row else 0


def copy_ops(settings: Settings) -> None:
    """Replace ops.duckdb, the small copy of the ledger that people read while a night runs."""
    with connect(settings.warehouse) as connection:
        query = "select table_name from information_schema.tables where table_schema = 'ops' order by table_name"
        tables = tuple(name for (name,) in connection.execute(query).fetchall())
    write_copy(settings, settings.ops, "ops", tables, has_history=False)
