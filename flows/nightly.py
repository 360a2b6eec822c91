"""The night: from landing files to published lists, as one Prefect flow that can be read aloud.

`ingest → dbt staging → encode → dbt training → gate → train → recommend → dbt scored → gate → realise → dbt published
→ publish → report`. A critical expectation that fails holds the night: yesterday's files stand.
"""

import logging
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging.handlers import APILogHandler
from prefect.states import Completed, Failed
from pydantic import BaseModel, ConfigDict, Field

from flows import ledger
from flows.encode import encode
from flows.gate import judge_gate
from flows.ingest import ingest
from flows.publish import copy_ops, publish
from flows.realise import realise
from flows.receipts import GateReceipt, IngestReceipt, PublishReceipt, Receipt, TrainReceipt
from flows.recommend import recommend
from flows.report import write_report
from flows.reporting.artifacts import publish_artifacts
from flows.run import Run, open_run
from flows.settings import Settings, read_settings
from flows.train import train
from flows.transform import TransformError, transform
from flows.warehouse import Error

LOG = logging.getLogger("crossrec")


class NightParameters(BaseModel):
    """What a person may choose about a night."""

    model_config = ConfigDict(frozen=True)

    logical_date: date | None = Field(
        default=None,
        title="Night",
        description="The day whose end is the cut; nothing later is known. Default: yesterday (UTC).",
    )
    fresh: bool = Field(
        default=False,
        title="Start anew",
        description="Run every stage again, also those that a failed run had finished.",
    )

    @property
    def night(self) -> date:
        """The night that is meant."""
        return self.logical_date or (datetime.now(UTC) - timedelta(days=1)).date()


class NightHeld(Exception):
    """A gate is closed; the message lists the rules that failed, in plain words."""


def is_warehouse_busy(_task: Any, _run: Any, state: State) -> bool:
    """Whether a stage failed because another program had the warehouse open; waiting may help, nothing else does."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, Error) and "lock" in str(error).lower()


def stage_task(name: str) -> Callable[[Callable[..., Receipt]], Any]:
    """A Prefect task of this name that is tried again when the warehouse was busy."""
    return task(
        name=name,
        task_run_name=name,
        retries=3,
        retry_delay_seconds=[5, 20, 60],
        retry_condition_fn=is_warehouse_busy,
        cache_policy=NO_CACHE,
        persist_result=False,
    )


def invoke_dbt_nodes_as_tasks(arguments: list[str], project: Path) -> dict[str, str]:
    """Run dbt so that every node is a task run of this flow."""
    from dbt_common.events.base_types import EventLevel
    from prefect_dbt import PrefectDbtRunner, PrefectDbtSettings

    settings = PrefectDbtSettings(project_dir=project, profiles_dir=project, log_level=EventLevel.WARN)
    runner = PrefectDbtRunner(settings=settings, raise_on_failure=True)
    try:
        outcome = runner.invoke(arguments)
    except ValueError as error:
        raise TransformError(str(error)) from error
    return {node.node.unique_id: str(node.status) for node in outcome.result.results}


def do(run: Run, name: str, kind: type[Any], work: Callable[[], Receipt]) -> Any:
    """Do a stage as a visible task, unless this run has done it before it died."""
    if name in run.finished:
        LOG.info("%s was done before this run was interrupted", name)
    return stage_task(name)(lambda: run.stage(name, kind, work))()


def build(run: Run, selection: str) -> Receipt:
    """Build one dbt selection; its nodes show as tasks."""
    name = f"dbt {selection}"
    if name in run.finished:
        return Receipt(**run.finished[name])
    return run.stage(
        name, Receipt, lambda: transform(run.settings, selection, run.variables, invoke_dbt_nodes_as_tasks)
    )


def pass_gate(run: Run, gate: str) -> GateReceipt:
    """Judge a gate.

    Raises:
        NightHeld: if a critical expectation failed.
    """
    name = f"gate {gate}"
    receipt: GateReceipt = stage_task(name)(
        lambda: run.stage(name, GateReceipt, lambda: judge_gate(run.settings, run.run_id, gate))
    )()
    if not receipt.is_open:
        raise NightHeld("; ".join(receipt.failures))
    return receipt


def prepare(run: Run) -> GateReceipt:
    """From raw to training tables, and the gate before training."""
    settings = run.settings
    build(run, "staging")
    do(run, "encode", Receipt, lambda: encode(settings))
    build(run, "training")
    return pass_gate(run, "training")


def learn(run: Run) -> GateReceipt:
    """Train, score, and the gate before publication."""
    settings, log = run.settings, LOG.info
    do(run, "train", TrainReceipt, lambda: train(settings, run.run_id, run.logical_date, run.recommender_version, log))
    do(run, "recommend", Receipt, lambda: recommend(settings, run.run_id, log))
    build(run, "scored")
    return pass_gate(run, "publication")


def release(run: Run) -> PublishReceipt:
    """Judge earlier nights' lists by what came, and make tonight's visible."""
    settings = run.settings
    do(run, "realise", Receipt, lambda: realise(settings, run.run_id, run.logical_date))
    build(run, "published")
    receipt: PublishReceipt = do(run, "publish", PublishReceipt, lambda: publish(settings, run.logical_date))
    return receipt


def tell(run: Run) -> None:
    """The report page, the artifacts and the readers' copy of the ledger; also of a night that was held or failed."""
    write_report(run.settings, run.run_id)
    publish_artifacts(run.settings, run.run_id)
    copy_ops(run.settings)


def carry_out(run: Run) -> State:
    """Run the stages and end the run in the ledger; the state says in words how the night ended."""
    try:
        before, after = prepare(run), learn(run)
        is_flagged = before.is_flagged or after.is_flagged
        receipt = release(run)
        warnings = [*before.failures, *after.failures]
        message = f"{receipt.rows['recommendations']:,} rows published" + "".join(
            f"; {warning}" for warning in warnings
        )
        ledger.end_run(run.settings, run.run_id, "published", message, is_flagged)
        state: State = Completed(name="Published", message=message)
    except NightHeld as held:
        message = f"Held, yesterday's lists stand: {held}"
        ledger.end_run(run.settings, run.run_id, "held", message)
        state = Failed(name="Held", message=message)
    except Exception as error:
        ledger.end_run(run.settings, run.run_id, "failed", f"{type(error).__name__}: {error}")
        tell(run)
        raise
    tell(run)
    return state


@flow(name="nightly", flow_run_name="night of {parameters.night}", persist_result=False)
def nightly(parameters: NightParameters = NightParameters()) -> State:
    """Ingest what has landed, learn from everything up to the night's end, and publish ranked lists.

    Ends as Published, as Held (a gate is closed; the message says which rule, what was found, what is allowed), or
    as Failed. A night that failed is resumed at the stage that failed when it is run again.
    """
    settings = read_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    try:
        with FileLock(settings.home / "night.lock", timeout=0):
            started_at = ledger.now()
            LOG.info("ingest …")
            receipt: IngestReceipt = stage_task("ingest")(lambda: ingest(settings))()
            run = open_run(settings, parameters.night, parameters.fresh)
            LOG.info("ingest done: %s files, %s rejects", receipt.files_count, receipt.rejects_count)
            ledger.record_stage(settings, run.run_id, started_at, receipt)
            return carry_out(run)
    except Timeout:
        return Failed(
            name="Refused",
            message=f"One night at a time works in a home; another one holds {settings.home / 'night.lock'}. "
            "Wait until it ends.",
        )


def run_nightly(settings: Settings, parameters: NightParameters) -> State:
    """Run the flow in this process for the home of these settings and return its final state."""
    os.environ.update(settings.environment())
    final: State = nightly(parameters, return_state=True)
    APILogHandler().flush()  # before the server of this night ends
    return final
