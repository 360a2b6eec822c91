"""The only writer of the schema `ops`: what ran, how the gates judged, what was trained and what it was worth.

Every record belongs to a run, and recording it again replaces what that run had said before.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flows.ledger_tables import TABLES
from flows.receipts import Receipt
from flows.settings import Settings
from flows.warehouse import Connection, connect, identifier, transaction

ROWS_AT_ONCE = 500


def now() -> datetime:
    """The present moment in UTC, without a zone, as the tables keep it."""
    return datetime.now(UTC).replace(tzinfo=None)


def create_tables(connection: Connection) -> None:
    """Create what is missing of `ops`: tables, and columns in a home that was made when there were fewer."""
    connection.execute("create schema if not exists ops")
    query = "select table_name, column_name from information_schema.columns where table_schema = 'ops'"
    existing = set(connection.execute(query).fetchall())
    known = {table for table, _ in existing}
    for table, columns in TABLES.items():
        if table not in known:
            described = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
            connection.execute(f"create table ops.{identifier(table)} ({described})")
            continue
        for name, kind in columns.items():
            if (table, name) not in existing:
                connection.execute(f"alter table ops.{identifier(table)} add column {identifier(name)} {kind}")


def insert(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to a table of `ops`; columns that a row does not name are null."""
    columns = TABLES[table]
    places = f"({', '.join('?' for _ in columns)})"
    # thousands of statements in one transaction take gigabytes
    for begin in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[begin : begin + ROWS_AT_ONCE]
        values = ", ".join(places for _ in part)
        given = [row.get(name) for row in part for name in columns]
        connection.execute(f"insert into ops.{identifier(table)} values {values}", given)


def replace(settings: Settings, table: str, keys: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Put `rows`, each completed by `keys`, in the place of all rows that have these keys."""
    where = " and ".join(f"{identifier(name)} = ?" for name in keys)
    with connect(settings.warehouse) as connection:
        create_tables(connection)
        with transaction(connection):
            connection.execute(f"delete from ops.{identifier(table)} where {where}", list(keys.values()))
            insert(connection, table, [{**row, **keys} for row in rows])


def logical_date_of(settings: Settings, run_id: str) -> Any:
    """The night that a run is for."""
    with connect(settings.warehouse) as connection:
        row = connection.execute("select logical_date from ops.runs where run_id = ?", [run_id]).fetchone()
    if row is None:
        raise LookupError(f"A record of the ledger belongs to a run; there is no run {run_id!r}. Start it first.")
    return row[0]


def begin_run(settings: Settings, run_id: str, logical_date: Any, configuration: Mapping[str, Any], mark: str) -> None:
    """Note that a run for this night is under way; others still called running were killed, and are called failed."""
    with connect(settings.warehouse) as connection:
        create_tables(connection)
        with transaction(connection):
            connection.execute(
                "update ops.runs set status = 'failed', ended_at = ?, message = 'killed before it ended'"
                " where status = 'running' and run_id <> ?",
                [now(), run_id],
            )
            connection.execute("delete from ops.runs where run_id = ?", [run_id])
            row = {
                "run_id": run_id,
                "logical_date": logical_date,
                "status": "running",
                "is_flagged": False,
                "started_at": now(),
                "configuration": json.dumps(configuration, sort_keys=True),
                "watermark": mark,
            }
            insert(connection, "runs", [row])


def end_run(
    settings: Settings,
    run_id: str,
    status: str,
    message: str,
    is_flagged: bool = False,
    forced_reason: str | None = None,
) -> None:
    """Note how a run ended, with a sentence, and why a gate was forced.

    It ended as published, as history_only (a newer night's lists are published), held, failed or dry_run; or as
    rebuilt, if it was a backfill's and nobody asked for lists.
    """
    with connect(settings.warehouse) as connection:
        connection.execute(
            "update ops.runs set status = ?, message = ?, is_flagged = ?, forced_reason = ?, ended_at = ?"
            " where run_id = ?",
            [status, message, is_flagged, forced_reason, now(), run_id],
        )


def finished_stages(settings: Settings, run_id: str) -> dict[str, dict[str, Any]]:
    """Receipts by stage of what this run had finished when it stopped; empty unless it was the last to touch anything.

    Another run in between has rewritten the tables, so then nothing may be taken as done; nor of a published run.
    """
    with connect(settings.warehouse) as connection:
        create_tables(connection)
        last = connection.execute("select run_id from ops.stage_runs order by started_at desc limit 1").fetchone()
        state = connection.execute("select status from ops.runs where run_id = ?", [run_id]).fetchone()
        if last is None or last[0] != run_id or state is None or state[0] in ("published", "history_only"):
            return {}
        query = "select stage, receipt from ops.stage_runs where run_id = ? and status = 'done'"
        return {stage: json.loads(receipt) for stage, receipt in connection.execute(query, [run_id]).fetchall()}


def forget_stages(settings: Settings, run_id: str) -> None:
    """Drop the notes of a run's stages before it starts anew; when its night was ingested stays known."""
    with connect(settings.warehouse) as connection:
        create_tables(connection)
        connection.execute("delete from ops.stage_runs where run_id = ? and stage <> 'ingest'", [run_id])


def record_stage(settings: Settings, run_id: str, started_at: datetime, receipt: Receipt, status: str = "done") -> None:
    """Note a stage of a run with its receipt and how long it took."""
    ended_at = now()
    row = {
        "status": status,
        "started_at": started_at,
        "ended_at": ended_at,
        "seconds": (ended_at - started_at).total_seconds(),
        "receipt": json.dumps(receipt.as_dict(), sort_keys=True, default=str),
    }
    replace(settings, "stage_runs", {"run_id": run_id, "stage": receipt.stage}, [row])


def record_gate_results(settings: Settings, run_id: str, gate: str, verdicts: Sequence[Mapping[str, Any]]) -> None:
    """Note how a gate judged, a row for each expectation and platform."""
    keys = {"run_id": run_id, "gate": gate}
    common = {"logical_date": logical_date_of(settings, run_id), "judged_at": now()}
    replace(settings, "gate_results", keys, [{**verdict, **common} for verdict in verdicts])


def record_recommender(settings: Settings, run_id: str, recommender_version: str, outcome: Mapping[str, Any]) -> None:
    """Note a trained recommender and what it is worth: `outcome` has `version` and the tables' rows."""
    common = {"logical_date": logical_date_of(settings, run_id)}
    version = {**outcome["version"], **common, "recommender_version": recommender_version, "trained_at": now()}
    replace(settings, "recommender_versions", {"run_id": run_id}, [version])
    for table in ("metrics", "uplift", "shipped", "reliability"):
        replace(settings, table, {"run_id": run_id}, [{**row, **common} for row in outcome[table]])


def record_realised(settings: Settings, run_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note how earlier nights' lists did up to this run's night."""
    common = {"logical_date": logical_date_of(settings, run_id)}
    replace(settings, "realised", {"run_id": run_id}, [{**row, **common} for row in rows])


def record_backtest(settings: Settings, backtest_id: str, outcome: Mapping[str, Any]) -> None:
    """Note what a backtest came to: its `metrics`, `differences` and `jobs`; a mean over nights has no date."""
    common = {"recorded_at": now()}
    metrics = [{**row, "logical_date": None if row["night"] == "mean" else row["night"]} for row in outcome["metrics"]]
    jobs = [{**row, "logical_date": row["night"], "facts": json.dumps(row["facts"])} for row in outcome["jobs"]]
    tables = {"metrics": metrics, "differences": outcome["differences"], "jobs": jobs}
    for name, rows in tables.items():
        replace(settings, f"backtest_{name}", {"backtest_id": backtest_id}, [{**row, **common} for row in rows])


def record_tuning(settings: Settings, tuning_id: str, trials: Sequence[Mapping[str, Any]]) -> None:
    """Note the trials of a search for better hyperparameters; one that failed has no value."""
    told = {"recorded_at": now()}
    rows = [
        {**row, **told, **{name: json.dumps(row[name]) for name in ("hyperparameters", "nights")}} for row in trials
    ]
    replace(settings, "tuning_trials", {"tuning_id": tuning_id}, rows)


def note_erased(connection: Connection, erasure_token: str, erased_at: datetime, counts: Mapping[str, int]) -> None:
    """Note rows that an erasure took from a place, in addition to what is noted of it; a keyed token says of whom."""
    key = [erasure_token, erased_at]
    for place, count in counts.items():
        known = connection.execute(
            "update ops.erasures set rows_count = rows_count + ?"
            " where erasure_token = ? and erased_at = ? and place = ?",
            [count, *key, place],
        ).fetchone()
        if not known or not known[0]:
            row = {"erasure_token": erasure_token, "erased_at": erased_at, "place": place, "rows_count": count}
            insert(connection, "erasures", [row])


def complete_erasure(settings: Settings, erasure_token: str, erased_at: datetime) -> None:
    """Note that an erasure has come to its end; one that found nothing has a row that says so."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection, transaction(connection):
        key = [erasure_token, erased_at]
        query = "select count(*) from ops.erasures where erasure_token = ? and erased_at = ?"
        found = connection.execute(query, key).fetchone()
        if not found or not found[0]:
            note_erased(connection, erasure_token, erased_at, {"nothing": 0})
        connection.execute(
            "update ops.erasures set completed_at = ? where erasure_token = ? and erased_at = ?", [now(), *key]
        )
