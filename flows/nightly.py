"""The night: from landing files to published lists, as one Prefect flow that can be read aloud.

`ingest → dbt staging → encode → match → dbt training → gate → train → recommend → dbt scored → gate → realise → dbt
published → publish → report`. A critical expectation that fails holds the night: yesterday's files stand.
"""

import logging
import os
from datetime import UTC, date, datetime, timedelta
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.logging.handlers import APILogHandler
from prefect.states import Cancelled, Completed, Failed
from pydantic import BaseModel, ConfigDict, Field

from flows import ledger
from flows.choices import NIGHT, ChoiceError, NightChoices
from flows.contracts import ContractError
from flows.ingest import ingest
from flows.night_lock import HomeBusyError, night_lock
from flows.night_stages import NightHeld, StageName, Stages, stage_task, tell
from flows.progress_lines import show_progress
from flows.publish import count_lists
from flows.receipts import GateReceipt, IngestReceipt, PublishReceipt, Receipt
from flows.recovery import mark_killed
from flows.run import Run, latest_run, open_run
from flows.server import end_with_server
from flows.settings import Settings, read_settings

LOG = logging.getLogger("crossrec")


def night_of(logical_date: date | None) -> date:
    """The night that is meant: the one named, else the day before this run's scheduled start."""
    start: datetime = runtime.flow_run.scheduled_start_time or datetime.now(UTC)
    return logical_date or (start.astimezone(UTC) - timedelta(days=1)).date()


def name_of_night() -> str:
    """The flow run's name."""
    given: Any = runtime.flow_run.parameters
    choices = NightChoices.model_validate(given.get("choices", {}))
    return f"night of {night_of(choices.logical_date)}"


def carry_out(run: Run, is_dry: bool, force_reason: str | None) -> State:
    """Run the stages and end the run in the ledger; the state says in words how the night ended."""
    try:
        state = go_through(Stages(run), is_dry, force_reason)
    except NightHeld as held:
        message = f"{held}\nYesterday's lists stand."
        ledger.end_run(run.settings, run.run_id, "held", message)
        state = Failed(name="Held", message=message)
    except Exception as error:
        ledger.end_run(run.settings, run.run_id, "failed", f"{type(error).__name__}: {error}")
        tell(run)
        raise
    tell(run)
    return state


def go_through(stages: Stages, is_dry: bool, force_reason: str | None) -> State:
    """All stages after ingest, in their order."""
    run = stages.run
    stages.do("dbt staging")
    stages.do("encode")
    stages.do("match")
    stages.do("dbt training")
    before = stages.pass_gate("gate training", force_reason)
    stages.do("train")
    stages.do("recommend")
    stages.do("dbt scored")
    after = stages.pass_gate("gate publication", force_reason)
    stages.do("realise")
    stages.do("dbt published")
    published: PublishReceipt | None = None if is_dry else stages.do("publish")
    return end(run, [before, after], published, force_reason)


def end(run: Run, gates: list[GateReceipt], published: PublishReceipt | None, force_reason: str | None) -> State:
    """Note that the night came to its end, and say what it brought and what its gates had to say."""
    is_forced = not all(gate.is_open for gate in gates)
    status, name, told = ending(published, count_lists(run.settings))
    told += [f"A closed gate was passed by force: {force_reason}."] if is_forced else []
    message = "\n".join([" ".join(told)] + [failure for gate in gates for failure in gate.failures])
    ledger.end_run(
        run.settings,
        run.run_id,
        status,
        message,
        is_flagged=any(gate.is_flagged for gate in gates),
        forced_reason=force_reason if is_forced else None,
    )
    return Completed(name=name, message=message)


def ending(published: PublishReceipt | None, rows_count: int) -> tuple[str, str, list[str]]:
    """Status, name and a sentence for a night that was not held: where its lists went."""
    if published is None:
        return "dry_run", "Dry run", [f"{rows_count:,} rows left unpublished: a dry run."]
    if published.published:
        return "published", "Published", [f"{rows_count:,} rows published."]
    sentence = (
        f"{rows_count:,} rows written to history only: people see the newer lists of {published.newer_night}. "
        "To go back to older ones, remove published.duckdb and run the night again."
    )
    return "history_only", "History only", [sentence]


@flow(name="nightly", flow_run_name=name_of_night, persist_result=False)
def nightly(choices: NightChoices = NightChoices()) -> State:
    """Ingest what has landed, learn from everything up to the night's end, and publish ranked lists.

    Ends as Published, as History only (people see a newer night's lists already), as Held (a gate is closed; the
    message says which rule, what was found, what is allowed), or as Failed. A night that failed or was held is resumed
    where it stopped when it is run again.
    """
    end_with_server()
    show_progress()
    if choices.logical_date is None and is_overdue():
        return Cancelled(name="Skipped", message="For more than a day nobody ran it; a newer night is due.")
    try:
        settings = choices.applied_to(read_settings())
        with night_lock(settings, str(runtime.flow_run.id)) as killed:
            mark_killed([killed] if killed else [])
            run = begin(settings, night_of(choices.logical_date), choices.fresh)
            return carry_out(run, choices.dry_run, choices.force_publish.strip() or None)
    except (HomeBusyError, ContractError, ChoiceError) as error:
        return Failed(name="Refused", message=str(error))


def is_overdue() -> bool:
    """Whether this run should have started more than a day ago."""
    start = runtime.flow_run.scheduled_start_time
    return start is not None and datetime.now(UTC) - start.astimezone(UTC) > timedelta(days=1)


def begin(settings: Settings, night: date, fresh: bool) -> Run:
    """Ingest what has landed, and open the run that it makes."""
    started_at = ledger.now()
    LOG.info("ingest …")
    receipt: IngestReceipt = stage_task("ingest")(lambda: ingest(settings))()
    run = open_run(settings, night, fresh)
    LOG.info("ingest done: %s files, %s rejects", receipt.files_count, receipt.rejects_count)
    ledger.record_stage(settings, run.run_id, started_at, receipt)
    return run


class StageChoice(BaseModel):
    """Which stage of which night."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: StageName = Field(title="Stage", description="What to do again; what follows it is not done.")
    logical_date: date | None = NIGHT


@flow(name="stage", flow_run_name="{choice.stage} again", persist_result=False)
def stage(choice: StageChoice) -> State:
    """Do one stage of a night's newest run again, with the choices of that run; the report is written anew.

    For mending by hand: the stages behind it are not done. A night that is to be done whole is one of `nightly`.
    """
    end_with_server()
    show_progress()
    settings, night = read_settings(), night_of(choice.logical_date)
    try:
        with night_lock(settings, str(runtime.flow_run.id)) as killed:
            mark_killed([killed] if killed else [])
            run = latest_run(settings, night)
            if run is None:
                raise ChoiceError(f"A stage is one of a run; there is none for {night}. Run nightly first.")
            return Completed(name="Done", message=f"{choice.stage}: {repeat(run, choice.stage).rows}")
    except NightHeld as held:
        return Failed(name="Held", message=f"The gate is closed: {held}")
    except (HomeBusyError, ContractError, ChoiceError) as error:
        return Failed(name="Refused", message=str(error))


def repeat(run: Run, name: StageName) -> Receipt:
    """Do one stage, and tell of the run as it now is."""
    stages = Stages(run)
    try:
        return stages.pass_gate(name) if name.startswith("gate ") else stages.do(name)
    finally:
        tell(run)


def run_nightly(settings: Settings, choices: NightChoices) -> State:
    """Run the flow in this process for the home of these settings and return its final state."""
    os.environ.update(settings.environment())
    final: State = nightly(choices, return_state=True)
    APILogHandler().flush()  # before the server of this night ends
    return final
