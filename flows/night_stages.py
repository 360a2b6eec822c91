"""The stages of a night as Prefect shows them: what each does, under which name, and when it is tried again."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from prefect import task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from flows.dbt_nodes import nodes_as_tasks
from flows.encode import encode
from flows.gate import judge_gate
from flows.ingest import ingest
from flows.match import match
from flows.publish import copy_ops, publish
from flows.realise import realise
from flows.receipts import GateReceipt, IngestReceipt, PublishReceipt, Receipt, TrainReceipt
from flows.recommend import recommend
from flows.report import write_report
from flows.reporting.artifacts import publish_artifacts
from flows.run import Run
from flows.train import train
from flows.transform import invoke_dbt, transform
from flows.warehouse import Error

LOG = logging.getLogger("crossrec")

StageName = Literal[
    "ingest", "dbt staging", "encode", "match", "dbt training", "gate training", "train", "recommend", "dbt scored",
    "gate publication", "realise", "dbt published", "publish",
]  # fmt: skip
STAGES: tuple[StageName, ...] = get_args(StageName)

RECEIPTS: Mapping[str, type[Receipt]] = {"ingest": IngestReceipt, "train": TrainReceipt, "publish": PublishReceipt}


class NightHeld(Exception):
    """A gate is closed; the message has a line for each rule that failed, in plain words."""


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
    with nodes_as_tasks() as hear:
        return invoke_dbt(arguments, project, [hear])


def work_of(run: Run, name: StageName) -> Any:
    """Do what a stage does."""
    settings, log = run.settings, LOG.info
    kind, _, rest = name.partition(" ")
    if kind == "dbt":
        return transform(settings, rest, run.variables, invoke_dbt_nodes_as_tasks)
    if kind == "gate":
        return judge_gate(settings, run.run_id, rest)
    work: dict[str, Callable[[], Receipt]] = {
        "ingest": lambda: ingest(settings),
        "encode": lambda: encode(settings),
        "match": lambda: match(settings),
        "train": lambda: train(settings, run.run_id, run.logical_date, run.recommender_version, run.origin, log),
        "recommend": lambda: recommend(settings, run.run_id, log),
        "realise": lambda: realise(settings, run.run_id, run.logical_date),
        "publish": lambda: publish(settings, run.logical_date),
    }
    return work[name]()


class Stages:
    """The stages of one run, each a visible task with its receipt in the ledger, and a bar that shows how far it is."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.bar: Any = create_progress_artifact(0.0, key="night-progress", description="Stages done")

    def do(self, name: StageName) -> Any:
        """Do a stage, unless this run has done it before it died; the nodes of dbt are tasks themselves."""
        kind = RECEIPTS.get(name, Receipt)
        if name in self.run.finished:
            LOG.info("%s was done before this run was interrupted", name)
        if name.startswith("dbt "):
            receipt = self.run.stage(name, kind, lambda: work_of(self.run, name))
        else:
            receipt = stage_task(name)(lambda: self.run.stage(name, kind, lambda: work_of(self.run, name)))()
        self.note(name)
        return receipt

    def judge(self, name: StageName) -> GateReceipt:
        """Judge a gate, also one that was judged before: its rules or the reason to force it may be new."""
        receipt: GateReceipt = stage_task(name)(
            lambda: self.run.stage(name, GateReceipt, lambda: work_of(self.run, name))
        )()
        self.note(name)
        return receipt

    def pass_gate(self, name: StageName, force_reason: str | None = None) -> GateReceipt:
        """Judge a gate, and go on if it is open or somebody forces the night.

        Raises:
            NightHeld: if a critical expectation failed and nobody forces the night.
        """
        receipt = self.judge(name)
        if not receipt.is_open and force_reason:
            LOG.warning("%s is closed and passed by force: %s", name, force_reason)
        elif not receipt.is_open:
            raise NightHeld("\n".join(receipt.failures))
        return receipt

    def note(self, name: StageName) -> None:
        """Move the bar behind a stage."""
        share = 100.0 * (STAGES.index(name) + 1) / len(STAGES)
        update_progress_artifact(self.bar, share, description=f"{name} done")


def tell(run: Run) -> None:
    """The report page, the artifacts and the readers' copy of the ledger; also of a night that was held or failed."""
    write_report(run.settings, run.run_id)
    publish_artifacts(run.settings, run.run_id)
    copy_ops(run.settings)
