"""What had arrived by a night: the moment before which its records were loaded, and what tables were built from.

A backfill as of arrival sees what the night itself could have seen. Incremental tables forget nothing by themselves,
so they are made anew when they hold records that had not arrived by then.
"""

from datetime import date, datetime, time, timedelta

from flows import ledger
from flows.settings import Settings
from flows.warehouse import connect

FIRST_INGEST = """
    select min(stage_runs.ended_at)
    from ops.stage_runs
    inner join ops.runs on stage_runs.run_id = runs.run_id
    where runs.logical_date = ? and stage_runs.stage = 'ingest'
"""


def arrival_cut(settings: Settings, logical_date: date) -> datetime:
    """The end of the first ingest that was made for this night; the end of the day after it if none was, in UTC."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        ledger.create_tables(connection)
        row = connection.execute(FIRST_INGEST, [logical_date]).fetchone()
    first: datetime | None = row[0] if row else None
    return first or datetime.combine(logical_date + timedelta(days=2), time())


def begin_build(settings: Settings, selection: str, arrived_before: datetime | None) -> bool:
    """Whether the tables of a selection may hold what had not arrived before this moment: then nothing of them stays.

    Killed at any time, the ledger names a moment before which everything in the tables had arrived; None is any.
    """
    known = _built(settings, selection)
    if arrived_before is None:
        if known is not None:
            ledger.replace(settings, "builds", {"selection": selection}, [])
        return False
    if known is None or known > arrived_before:
        return True
    end_build(settings, selection, arrived_before)
    return False


def end_build(settings: Settings, selection: str, arrived_before: datetime | None) -> None:
    """Note that the tables of a selection hold only what had arrived before this moment."""
    if arrived_before is not None:
        ledger.replace(settings, "builds", {"selection": selection}, [{"arrived_before": arrived_before}])


def _built(settings: Settings, selection: str) -> datetime | None:
    """The moment before which everything in the tables of a selection had arrived; None if nobody knows."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        ledger.create_tables(connection)
        row = connection.execute("select arrived_before from ops.builds where selection = ?", [selection]).fetchone()
    return row[0] if row else None
