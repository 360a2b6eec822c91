"""One run of a night: its id, made from what it will read, and its memory of the stages that are done."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib.metadata import version
from typing import Any, TypeVar

from flows import ledger
from flows.contracts import load_contracts
from flows.parent import Origin, find_origin, same_origin
from flows.receipts import Receipt
from flows.retention import dropped_before
from flows.settings import Settings, read_settings
from flows.warehouse import connect
from flows.watermark import watermark

LOG = logging.getLogger("crossrec")

AnyReceipt = TypeVar("AnyReceipt", bound=Receipt)

# where a run keeps its files, how many hands it has and who looks on changes nothing that it publishes
NOT_CONFIGURATION = {"home", "contracts", "memory_limit", "threads", "wandb"}

# what a person may choose for one night, and a stage of it that is done again has to do alike
CHOICES = {"platforms", "mode", "alphas", "published_k"}


@dataclass(frozen=True)
class Run:
    """One execution for one night; `finished` holds the receipts of the stages that need no second time.

    Only records that were loaded before `arrived_before` are seen; all if it is None. Events before `first_kept_date`
    may have been dropped, so nothing is made anew of those days; none have if it is None.
    """

    settings: Settings
    run_id: str
    logical_date: date
    finished: Mapping[str, Mapping[str, Any]]
    origin: Origin
    arrived_before: datetime | None = None
    first_kept_date: date | None = None

    @property
    def recommender_version(self) -> str:
        """The name under which this run keeps its recommender."""
        return f"joint-{self.run_id}"

    @property
    def variables(self) -> dict[str, Any]:
        """What dbt is told of the night."""
        return {
            "logical_date": self.logical_date.isoformat(),
            "arrived_before": self.arrived_before.isoformat() if self.arrived_before else None,
            "first_kept_date": self.first_kept_date.isoformat() if self.first_kept_date else None,
            "run_id": self.run_id,
            "recommender_version": self.recommender_version,
        }

    def stage(self, name: str, kind: type[AnyReceipt], work: Callable[[], AnyReceipt]) -> AnyReceipt:
        """The receipt of a stage: from the ledger if it was done before this run died, else from doing it now."""
        if name in self.finished:
            return kind(**self.finished[name])
        started_at = ledger.now()
        LOG.info("%s …", name)
        receipt = work()
        rows = ", ".join(f"{table} {count:,}" for table, count in receipt.rows.items())
        LOG.info("%s done in %.1f s  %s", name, (ledger.now() - started_at).total_seconds(), rows)
        ledger.record_stage(self.settings, self.run_id, started_at, receipt)
        return receipt


def configuration_of(settings: Settings) -> dict[str, Any]:
    """What of the settings, the contracts folder and the product's version shapes what a run publishes."""
    chosen = settings.model_dump(mode="json", exclude=NOT_CONFIGURATION)
    files = sorted(path for path in settings.contracts.rglob("*") if path.suffix in (".yml", ".sql", ".csv"))
    content = hashlib.sha256()
    for path in files:
        content.update(f"{path.relative_to(settings.contracts)}\0".encode() + path.read_bytes() + b"\0")
    return {**chosen, "contracts": content.hexdigest()[:16], "version": version("crossrec")}


@dataclass(frozen=True)
class Inputs:
    """What a run for a night works on: its configuration, and the watermark of the records that it sees."""

    logical_date: date
    configuration: Mapping[str, Any]
    watermark: str
    origin: Origin
    arrived_before: datetime | None = None

    @property
    def run_id(self) -> str:
        """The same for the same inputs, so that a re-run takes the place of the earlier one."""
        text = json.dumps([self.logical_date.isoformat(), self.configuration, self.watermark], sort_keys=True)
        return f"{self.logical_date.isoformat()}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def without_lists(self) -> "Inputs":
        """The same of a run that ends before training; it is a run of its own, and takes no other's place."""
        kept = {name: value for name, value in self.configuration.items() if name != "parent"}
        return replace(self, configuration={**kept, "lists": False})


def inputs_of(settings: Settings, logical_date: date, arrived_before: datetime | None = None) -> Inputs:
    """What a run for this night would work on now: all records known at its cut, as far as they had arrived."""
    configuration = configuration_of(settings)
    if arrived_before is not None:
        configuration["arrived_before"] = arrived_before.isoformat()
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        mark = watermark(connection, load_contracts(settings.contracts), logical_date, arrived_before)
        origin = find_origin(connection, settings, logical_date, configuration, arrived_before)
    if origin.parent is not None:
        configuration["parent"] = origin.parent
    return Inputs(logical_date, configuration, mark, origin, arrived_before)


def open_run(settings: Settings, logical_date: date, fresh: bool = False) -> Run:
    """The run for this night over all that has been ingested: a new one, or the one that failed, to be resumed."""
    return start_run(settings, inputs_of(settings, logical_date), fresh)


def start_run(settings: Settings, inputs: Inputs, fresh: bool = False) -> Run:
    """The run over these inputs: a new one, or the one that failed, to be resumed."""
    run_id = inputs.run_id
    finished = {} if fresh else ledger.finished_stages(settings, run_id)
    # rules may have changed since, or somebody has a reason to force them: a gate is judged each time
    finished = {stage: receipt for stage, receipt in finished.items() if not stage.startswith("gate ")}
    if not finished:
        ledger.forget_stages(settings, run_id)
    ledger.begin_run(settings, run_id, inputs.logical_date, inputs.configuration, inputs.watermark)
    origin, seen = inputs.origin, inputs.arrived_before
    return Run(settings, run_id, inputs.logical_date, finished, origin, seen, kept_from(settings))


def latest_run(settings: Settings, logical_date: date) -> Run | None:
    """The newest run for this night as the ledger knows it, left as it is, with its own choices; None if none was."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        ledger.create_tables(connection)
        query = """
            select run_id, configuration from ops.runs where logical_date = ? order by started_at desc limit 1
        """
        row = connection.execute(query, [logical_date]).fetchone()
        if row is None:
            return None
        configuration = json.loads(row[1])
        origin = same_origin(connection, configuration.get("parent"))
    kept = {name: value for name, value in configuration.items() if name in CHOICES}
    moment = configuration.get("arrived_before")
    arrived_before = datetime.fromisoformat(moment) if moment else None
    settings = read_settings(**{**settings.model_dump(), **kept})
    return Run(settings, row[0], logical_date, {}, origin, arrived_before, kept_from(settings))


def kept_from(settings: Settings) -> date | None:
    """The day before which events may have been dropped."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        return dropped_before(connection)
