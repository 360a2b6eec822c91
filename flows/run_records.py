"""Runs as the ledger has them, read from the warehouse where it is free and newer, else from the readers' copy."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flows.night_lock import is_held
from flows.reporting.night import Night, Row, read_rows
from flows.settings import Settings
from flows.warehouse import Connection, Error, connect

TABLES = ("stage_runs", "gate_results", "metrics", "uplift", "shipped", "realised", "recommender_versions")

NO_RUNS = "A run is listed once a night has begun; this home has seen none. Begin one: crossrec night --date DATE"


@dataclass(frozen=True)
class Records:
    """Runs, newest first, whether a night is at work in this home, and whether it may know more than is read here."""

    nights: tuple[Night, ...]
    is_at_work: bool
    is_copy: bool

    def state(self, night: Night) -> str:
        """How a run ended; one that is called running though nobody works on it was killed."""
        if night.status == "running" and not self.is_at_work:
            return "killed"
        return night.status.replace("_", " ")


def read_records(settings: Settings, night: date | None = None, limit: int | None = None, name: str = "") -> Records:
    """The newest runs, of one night if it is given, or those that `name` means: a run_id, its beginning or its end.

    Raises:
        LookupError: if the home has seen no run.
    """
    is_at_work = is_held(settings)
    with _open_ledger(settings) as (connection, schema):
        order = "started_at desc, run_id"
        runs = read_rows(connection, f"{schema}.runs", "true", [], order)
        if not runs:
            raise LookupError(NO_RUNS)
        chosen = [row for row in runs if _is_meant(row, night, name)][:limit]
        found = {table: _of_runs(connection, f"{schema}.{table}", chosen) for table in TABLES}
        titles = read_rows(connection, "marts.dim_platforms", "true", [], "platform")
    named = {row["platform"]: row["title"] or row["platform"] for row in titles}
    nights = tuple(_night(row, named, found) for row in chosen)
    return Records(nights, is_at_work, is_copy=schema == "main")


@contextmanager
def _open_ledger(settings: Settings) -> Iterator[tuple[Connection, str]]:
    """A connection and the schema in which the ledger stands there."""
    files = [(settings.ops, "main"), (settings.warehouse, "ops")]
    files = sorted((one for one in files if one[0].exists()), key=lambda one: _changed_at(one[0]), reverse=True)
    if not files:
        raise LookupError(NO_RUNS)
    for path, schema in files:
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(connect(path, settings.memory_limit, settings.threads, read_only=True))
            except Error as error:
                refused = str(error).splitlines()[0]
                continue
            yield connection, schema
            return
    raise LookupError(
        "Runs are read from ops.duckdb, or from the warehouse when no night works in it; neither can be read now. "
        f"Wait until the night ends. DuckDB says: {refused}"
    )


def _changed_at(path: Path) -> float:
    """When a file was last written; a killed process leaves its last words in the file beside it."""
    log = path.with_name(f"{path.name}.wal")
    return max(one.stat().st_mtime for one in (path, log) if one.exists())


def _is_meant(row: Row, night: date | None, name: str) -> bool:
    run_id = str(row["run_id"])
    return night in (None, row["logical_date"]) and (run_id.startswith(name) or run_id.endswith(name))


def _of_runs(connection: Connection, table: str, runs: list[Row]) -> tuple[Row, ...]:
    return read_rows(connection, table, "list_contains(?, run_id)", [[row["run_id"] for row in runs]], "all")


def _night(run: Row, titles: dict[str, str], found: dict[str, tuple[Row, ...]]) -> Night:
    """What the ledger says of one run; what stands in other tables stays empty."""

    def of_run(table: str) -> tuple[Row, ...]:
        return tuple(row for row in found[table] if row["run_id"] == run["run_id"])

    nothing: dict[str, Any] = {
        "facts": (),
        "whole": {},
        "days": (),
        "lists": (),
        "reliability": (),
        "published": {},
        "people": (),
    }
    return Night(
        run=run,
        titles=titles,
        stages=tuple(sorted(of_run("stage_runs"), key=lambda row: row["started_at"] or datetime.min)),
        gates=of_run("gate_results"),
        metrics=of_run("metrics"),
        uplift=of_run("uplift"),
        shipped=of_run("shipped"),
        realised=of_run("realised"),
        recommender=next(iter(of_run("recommender_versions")), {}),
        last_published=None,
        **nothing,
    )
