"""The backfill: nights of the past built anew, in their order, each as of its own cut, as one Prefect flow.

The home is held from the first night to the last, so that nobody finds tables of a past night under their feet. Killed
at any moment and started again, it goes on with the night that was not finished.
"""

import logging
import os
from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.logging.handlers import APILogHandler
from prefect.states import Completed, Failed

from flows import ledger
from flows.arrival import arrival_cut
from flows.backfilled import Outcome, done_run, laid_out, outcome_of
from flows.choices import BackfillChoices, ChoiceError
from flows.contracts import ContractError
from flows.ingest import ingest
from flows.night_lock import HomeBusyError, night_lock
from flows.night_stages import Stages, stage_task
from flows.nightly import carry_out
from flows.progress_lines import show_progress
from flows.publish import copy_ops
from flows.receipts import IngestReceipt
from flows.recovery import mark_killed
from flows.run import Inputs, Run, inputs_of, start_run
from flows.server import end_with_server
from flows.settings import Settings, read_settings

LOG = logging.getLogger("crossrec")


def name_of_backfill() -> str:
    """The flow run's name."""
    given: Any = runtime.flow_run.parameters
    choices = BackfillChoices.model_validate(given["choices"])
    return f"backfill of {choices.first_night} to {choices.last_night}"


@flow(name="backfill", flow_run_name=name_of_backfill, persist_result=False)
def backfill(choices: BackfillChoices) -> State:
    """Build nights of the past anew, in their order, each seeing nothing after its own cut.

    Tables and gates of each night are done; on request lists, too, which go to history. Nights that are done with the
    same inputs are skipped. Ends as Done, as Held (the gates of some nights are closed; the others are done), or as
    Failed; then start it again, and it goes on with the night that failed.
    """
    end_with_server()
    show_progress()
    try:
        settings = choices.applied_to(read_settings())
        with night_lock(settings, str(runtime.flow_run.id), "backfill") as killed:
            mark_killed([killed] if killed else [])
            take_in(settings)
            return conclude([build(settings, choices, number) for number in range(len(choices.nights))])
    except (HomeBusyError, ContractError, ChoiceError) as error:
        return Failed(name="Refused", message=str(error))


def take_in(settings: Settings) -> None:
    """Ingest what has landed; it belongs to no night."""
    LOG.info("ingest …")
    receipt: IngestReceipt = stage_task("ingest")(lambda: ingest(settings))()
    LOG.info("ingest done: %s files, %s rejects", receipt.files_count, receipt.rejects_count)


def build(settings: Settings, choices: BackfillChoices, number: int) -> Outcome:
    """Build one night anew, unless it is done, and say how it ended."""
    night, place = choices.nights[number], f"night {number + 1} of {len(choices.nights)}"
    arrived_before = arrival_cut(settings, night) if choices.as_of_arrival else None
    inputs = inputs_of(settings, night, arrived_before)
    run_id = None if choices.fresh else done_run(settings, inputs, choices.recommend)
    is_skipped = run_id is not None
    if run_id is None:
        seen = f", as of {arrived_before:%Y-%m-%d %H:%M} UTC" if arrived_before else ""
        LOG.info("%s: %s%s …", place, night, seen)
        run_id = work_through(settings, inputs, choices)
    outcome = outcome_of(settings, run_id, is_skipped)
    LOG.info("%s: %s %s; gates: %s; lists: %s", place, night, outcome.state, outcome.gates, outcome.lists)
    return outcome


def work_through(settings: Settings, inputs: Inputs, choices: BackfillChoices) -> str:
    """Do all stages of a night that are asked for; the id of its run."""
    run = start_run(settings, inputs if choices.recommend else inputs.without_lists(), choices.fresh)
    if choices.recommend:
        carry_out(run, is_dry=False, force_reason=None)
    else:
        rebuild(run)
    return run.run_id


def rebuild(run: Run) -> None:
    """Build a night's tables and judge them; the lists and the page that the night may have stay as they are."""
    stages = Stages(run)
    try:
        stages.do("dbt staging")
        stages.do("encode")
        stages.do("match")
        stages.do("dbt training")
        gate = stages.judge("gate training")
    except Exception as error:
        ledger.end_run(run.settings, run.run_id, "failed", f"{type(error).__name__}: {error}")
        copy_ops(run.settings)
        raise
    verdict = "open" if gate.is_open else "closed"
    message = "\n".join([f"Tables built anew, no lists made; the gate before training is {verdict}.", *gate.failures])
    ledger.end_run(run.settings, run.run_id, "rebuilt", message, is_flagged=gate.is_flagged)
    copy_ops(run.settings)


def conclude(outcomes: list[Outcome]) -> State:
    """Lay out what became of each night, and say how the whole ended."""
    create_table_artifact([outcome.as_row() for outcome in outcomes], key="backfill-nights", description="Nights")
    done = counted(sum(not outcome.is_skipped for outcome in outcomes))
    before = counted(sum(outcome.is_skipped for outcome in outcomes))
    held = counted(sum(outcome.is_held for outcome in outcomes))
    message = f"{done} built anew, {before} done before"
    if any(outcome.is_held for outcome in outcomes):
        return Failed(name="Held", message=f"{message}; a gate is closed for {held}.\n{laid_out(outcomes)}")
    return Completed(name="Done", message=f"{message}.\n{laid_out(outcomes)}")


def counted(count: int) -> str:
    """A number of nights."""
    return "1 night" if count == 1 else f"{count} nights"


def run_backfill(settings: Settings, choices: BackfillChoices) -> State:
    """Run the flow in this process for the home of these settings and return its final state."""
    os.environ.update(settings.environment())
    final: State = backfill(choices, return_state=True)
    APILogHandler().flush()  # before the server of this backfill ends
    return final
