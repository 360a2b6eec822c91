"""Runs the SQL: one of dbt's four named selections over the warehouse, for one night.

dbt works on a copy of the project under the home, with the contracts folder of this home put in its place, so that the
SQL that made the tables lies beside them.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.arrival import begin_build, end_build
from flows.receipts import Receipt
from flows.settings import DBT_PROJECT, Settings
from flows.warehouse import file_key

Invoke = Callable[[list[str], Path], dict[str, str]]

SELECTIONS = ("staging", "training", "scored", "published")


class TransformError(RuntimeError):
    """dbt did not build what was asked; the message names each failed node and why."""


def assemble_project(settings: Settings) -> Path:
    """The dbt project of this home, fresh: the product's own SQL and the contracts folder's."""
    project = settings.home / "dbt" / "project"
    shutil.rmtree(project, ignore_errors=True)
    ignored = shutil.ignore_patterns("contracts", "target", "logs", "dbt_packages", ".user.yml", "__pycache__")
    shutil.copytree(DBT_PROJECT, project, ignore=ignored)
    shutil.copytree(settings.contracts, project / "contracts", ignore=ignored)
    return project


def dbt_environment(settings: Settings) -> dict[str, str]:
    """What the dbt profile reads."""
    return {
        "CROSSREC_WAREHOUSE": str(settings.warehouse),
        "CROSSREC_DBT_TARGET": "encrypted" if file_key() else "warehouse",
        "CROSSREC_DBT_SESSION": str(settings.home / "dbt" / "session.duckdb"),
        "CROSSREC_MEMORY_LIMIT": settings.memory_limit,
        "CROSSREC_THREADS": str(settings.threads),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


@contextmanager
def warehouse_closed_after() -> Iterator[None]:
    """Close the warehouse that dbt leaves open behind its run, and so locked."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    try:
        yield
    finally:
        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()


def invoke_dbt(arguments: list[str], project: Path, callbacks: Sequence[Callable[[Any], None]] = ()) -> dict[str, str]:
    """Run dbt in this process; the status of each node by its unique id.

    Args:
        arguments: as on dbt's command line.
        project: the folder of the dbt project and its profiles.
        callbacks: what hears every event of dbt's log.

    Raises:
        TransformError: if a node failed or nothing could be run.
    """
    from dbt.cli.main import dbtRunner

    with warehouse_closed_after():
        places = ["--project-dir", str(project), "--profiles-dir", str(project)]
        outcome = dbtRunner(callbacks=list(callbacks)).invoke([*arguments, *places])
    if outcome.exception is not None:
        raise TransformError(f"dbt has to run to its end; it stopped: {outcome.exception}")
    results = getattr(outcome.result, "results", [])
    failed = [f"{node.node.unique_id}: {node.message}" for node in results if node.status in ("error", "fail")]
    if failed:
        raise TransformError("Every node that dbt builds has to succeed; these did not:\n" + "\n".join(failed))
    return {node.node.unique_id: str(node.status) for node in results}


def transform(settings: Settings, selection: str, variables: dict[str, Any], invoke: Invoke = invoke_dbt) -> Receipt:
    """Build one selection with its data tests.

    Args:
        selection: one of `SELECTIONS`, as dbt_project/selectors.yml defines them.
        variables: dbt variables of the night: logical_date, run_id, recommender_version, arrived_before.
        invoke: what runs dbt; a flow hands in one that shows each node as a task.
    """
    if selection not in SELECTIONS:
        raise ValueError(f"A selection is one of {', '.join(SELECTIONS)}; found {selection!r}.")
    os.environ.update(dbt_environment(settings))
    moment = variables.get("arrived_before")
    arrived_before = datetime.fromisoformat(moment) if moment else None
    arguments = dbt_arguments(settings, selection, variables)
    if begin_build(settings, selection, arrived_before):
        arguments.append("--full-refresh")
    statuses = invoke(arguments, assemble_project(settings))
    end_build(settings, selection, arrived_before)
    return Receipt(stage=f"dbt {selection}", rows={"nodes": len(statuses)})


def dbt_arguments(settings: Settings, selection: str, variables: dict[str, Any]) -> list[str]:
    """How dbt is called to build a selection with its data tests."""
    folder = settings.home / "dbt"
    common = {
        "lookback_days": settings.lookback_days,
        "published_k": settings.published_k,
        "max_sequence": settings.max_sequence,
        "smallest_group": settings.smallest_group,
        "platforms": list(settings.platforms),
    }
    return [
        "build",
        "--selector",
        selection,
        "--exclude-resource-type",
        "unit_test",
        "--vars",
        json.dumps({**common, **variables}),
        "--target-path",
        str(folder / "target"),
        "--log-path",
        str(folder / "logs"),
        "--log-level-file",  # each query, with what it took: a sixth of dbt's time; the SQL lies in the target folder
        "none",
        "--quiet",
    ]
