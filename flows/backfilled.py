"""What a backfill has to show for itself: whether a night is done already, and how each one ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flows import ledger
from flows.run import Inputs
from flows.settings import Settings
from flows.warehouse import connect

WITH_LISTS = ("published", "history_only")
JUDGED = ("rebuilt", "held", "dry_run", *WITH_LISTS)

SAID = """
    select
        runs.logical_date,
        runs.status,
        count(distinct results.gate) as gates_count,
        count(distinct results.gate) filter (where not results.is_success and results.severity = 'critical') as closed,
        count(*) filter (where not results.is_success and results.severity = 'warning') as warnings_count
    from ops.runs as runs
    left join ops.gate_results as results on runs.run_id = results.run_id
    where runs.run_id = ?
    group by all
"""


@dataclass(frozen=True)
class Outcome:
    """How one night of a backfill ended, in words; whether it was done before, and whether a gate of it is closed."""

    night: date
    state: str
    gates: str
    lists: str
    is_skipped: bool
    is_held: bool

    def as_row(self) -> dict[str, Any]:
        """A row of the summary."""
        return {"night": str(self.night), "state": self.state, "gates": self.gates, "lists": self.lists}


def done_run(settings: Settings, inputs: Inputs, with_lists: bool) -> str | None:
    """The run that has worked on these inputs to the end, if any; of lists, one whose lists history holds.

    A night that was held is done: the same inputs would be held again. Where no lists are asked for, a run that made
    them has done more.
    """
    if with_lists:
        status = _status(settings, inputs.run_id)
        is_there = status == "held" or (status in WITH_LISTS and _is_in_history(settings, inputs))
        return inputs.run_id if is_there else None
    for run_id in (inputs.without_lists().run_id, inputs.run_id):
        if _status(settings, run_id) in JUDGED:
            return run_id
    return None


def _status(settings: Settings, run_id: str) -> str | None:
    """How a run ended; None if there was none."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        ledger.create_tables(connection)
        row = connection.execute("select status from ops.runs where run_id = ?", [run_id]).fetchone()
    return row[0] if row else None


def _history_file(settings: Settings, night: date) -> Path:
    return settings.history / f"logical_date={night.isoformat()}" / "recommendations.parquet"


def _is_in_history(settings: Settings, inputs: Inputs) -> bool:
    """Whether the night's lists in history are of this run."""
    file = _history_file(settings, inputs.logical_date)
    if not file.exists():
        return False
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        query = "select distinct run_id from read_parquet(?)"
        return connection.execute(query, [str(file)]).fetchall() == [(inputs.run_id,)]


def outcome_of(settings: Settings, run_id: str, is_skipped: bool) -> Outcome:
    """How a run ended, as the ledger has it."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        row = connection.execute(SAID, [run_id]).fetchone()
    assert row is not None
    night, status, gates_count, closed, warnings_count = row
    state = "done before: " * is_skipped + str(status).replace("_", " ")
    gates = [f"{gates_count - closed} open"] * bool(gates_count - closed) + [f"{closed} closed"] * bool(closed)
    gates += [f"{warnings_count} warning{'s' * (warnings_count != 1)}"] * bool(warnings_count)
    return Outcome(night, state, ", ".join(gates), _lists(settings, night, status), is_skipped, bool(closed))


def _lists(settings: Settings, night: date, status: str) -> str:
    """How many rows of lists a night has in history; a dash where this run made none."""
    if status not in WITH_LISTS:
        return "–"
    from pyarrow import parquet

    return f"{parquet.read_metadata(_history_file(settings, night)).num_rows:,} rows"


def laid_out(outcomes: Sequence[Outcome]) -> str:
    """The summary as text: a line a night, under a line of headings."""
    rows = [{"night": "night", "state": "state", "gates": "gates", "lists": "lists"}]
    rows += [outcome.as_row() for outcome in outcomes]
    widths = {name: max(len(row[name]) for row in rows) for name in rows[0]}
    return "\n".join("  ".join(row[name].ljust(width) for name, width in widths.items()).rstrip() for row in rows)
