"""The night: from landing files to published lists, as one Prefect flow that can be read aloud.

`ingest → dbt staging → encode → dbt training → gate → train → recommend → dbt scored → gate → realise → dbt published
→ publish → report`. A critical expectation that fails holds the night: yesterday's files stand.
"""

import logging
import os
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.logging.handlers import APILogHandler
from prefect.states import Cancelled, Completed, Failed
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from flows import ledger
from flows.contracts import ContractError, load_contracts
from flows.ingest import ingest
from flows.night_lock import HomeBusyError, night_lock
from flows.night_stages import NightHeld, StageName, Stages, stage_task, tell
from flows.progress_lines import show_progress
from flows.publish import count_lists
from flows.receipts import GateReceipt, IngestReceipt, Receipt
from flows.recovery import mark_killed
from flows.run import Run, latest_run, open_run
from flows.server import end_with_server
from flows.settings import Settings, read_settings

LOG = logging.getLogger("crossrec")

NIGHT = Field(
    default=None,
    title="Night",
    description="The day whose end is the cut: nothing later is known. Empty: the day before the start, by UTC.",
)


class ChoiceError(ValueError):
    """What was chosen for a night makes no sense in this home; nothing was done."""


class NightChoices(BaseModel):
    """What a person may choose about a night; what is not named is as the home is set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    logical_date: date | None = NIGHT
    platforms: Annotated[tuple[str, ...], AfterValidator(lambda names: tuple(sorted(set(names))))] = Field(
        default=(),
        title="Platforms",
        description="Learn from these and recommend on these only. Empty: all.",
    )
    mode: Literal["joint", "single", "popularity"] = Field(
        default="joint",
        title="Mode",
        description="joint: one recommender learns from all platforms, and one of each alone is there to compare with. "
        "single: each platform learns alone. popularity: nothing is learned.",
    )
    alphas: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default={},
        title="Weights of the platforms (α)",
        description="How much each platform counts in the loss, 0 or more, in the place of its contract's weight. "
        "A platform that is not named keeps its own.",
    )
    k: int = Field(
        default=20,
        title="Length of a list (k)",
        description="Items for each person on each platform.",
        ge=1,
        le=100,
    )
    dry_run: bool = Field(
        default=False,
        title="Dry run",
        description="Do everything but publish: there is a report to look at, and yesterday's lists stand.",
    )
    force_publish: str = Field(
        default="",
        title="Publish although a gate is closed, because",
        description="A reason, kept with the run for all to read. Empty: a closed gate holds the night.",
        max_length=500,
    )
    fresh: bool = Field(
        default=False,
        title="Start anew",
        description="Run every stage again, also those that an earlier try has finished.",
    )

    def applied_to(self, settings: Settings) -> Settings:
        """The home's settings with what was chosen.

        Raises:
            ChoiceError: if a platform has no contract, or a list is to be longer than what is scored.
        """
        names = [contract.platform for contract in load_contracts(settings.contracts)]
        unknown = sorted({*self.platforms, *self.alphas} - set(names))
        if unknown:
            raise ChoiceError(
                f"A platform of a night is one of {', '.join(names)}; found {', '.join(unknown)}. "
                "Correct its name, or add its contract: crossrec platform add."
            )
        if self.k > settings.scored_k:
            raise ChoiceError(
                f"A list holds at most as many items as are scored, {settings.scored_k}; found {self.k}. "
                "Ask for less, or set CROSSREC_SCORED_K."
            )
        fields = {"platforms": "platforms", "mode": "mode", "alphas": "alphas", "k": "published_k"}
        named = {there: getattr(self, here) for here, there in fields.items() if here in self.model_fields_set}
        return settings.model_copy(update=named)


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
        message = f"{held} Yesterday's lists stand."
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
    stages.do("dbt training")
    before = stages.pass_gate("gate training", force_reason)
    stages.do("train")
    stages.do("recommend")
    stages.do("dbt scored")
    after = stages.pass_gate("gate publication", force_reason)
    stages.do("realise")
    stages.do("dbt published")
    if not is_dry:
        stages.do("publish")
    return end(run, [before, after], is_dry, force_reason)


def end(run: Run, gates: list[GateReceipt], is_dry: bool, force_reason: str | None) -> State:
    """Note that the night came to its end, and say what it brought and what its gates had to say."""
    is_forced = not all(gate.is_open for gate in gates)
    told = [f"{count_lists(run.settings):,} rows {'left unpublished: a dry run' if is_dry else 'published'}."]
    told += [f"A closed gate was passed by force: {force_reason}."] if is_forced else []
    message = " ".join(told + [failure for gate in gates for failure in gate.failures])
    status, name = ("dry_run", "Dry run") if is_dry else ("published", "Published")
    ledger.end_run(
        run.settings,
        run.run_id,
        status,
        message,
        is_flagged=any(gate.is_flagged for gate in gates),
        forced_reason=force_reason if is_forced else None,
    )
    return Completed(name=name, message=message)


@flow(name="nightly", flow_run_name=name_of_night, persist_result=False)
def nightly(choices: NightChoices = NightChoices()) -> State:
    """Ingest what has landed, learn from everything up to the night's end, and publish ranked lists.

    Ends as Published, as Held (a gate is closed; the message says which rule, what was found, what is allowed), or
    as Failed. A night that failed or was held is resumed where it stopped when it is run again.
    """
    end_with_server()
    show_progress()
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
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
