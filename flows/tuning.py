"""The search for better hyperparameters: a study of trials, each judged on past nights as a backtest judges.

The history is exported once, and each trial is a child process that knows only that. No trial is judged by the days by
which the newest night chooses and reports, so what that night says of itself stays true, and there is a night left to
see the winner on. Killed at any moment and started again, the study goes on.
"""

import json
import logging
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial, Trial
from pydantic import BaseModel, ConfigDict, Field

from flows import ledger
from flows.backtest import Choices, configuration_of, export_history
from flows.children import ChildError, run_child
from flows.night_lock import night_lock
from flows.reporting.tuning import write_tuning_page
from flows.search_space import Space, distributions, read_space
from flows.settings import Settings
from flows.study import ERROR, OWN, Tuning
from flows.tuning_nights import MOST_NIGHTS, days_of_tables, judged_nights
from models.configuration import read_configuration
from models.contestants import check_contestants, fingerprint

LOG = logging.getLogger("crossrec")

COMPARABLE = {"seed", "encoder", "platforms", "alphas", "recommender"}
"""The settings under which trials of a study can be compared."""


class TuneChoices(BaseModel):
    """What a person may choose about a search for better hyperparameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    trials: int = Field(
        default=30,
        title="Trials",
        description="How many there shall be in the end; those that an earlier start has finished count. The first is "
        "what is set now. The home is held until then.",
        ge=1,
    )
    recommender: str = Field(
        default="joint",
        title="Recommender",
        description="Whose hyperparameters: joint, single, shipped or another that a backtest knows.",
    )
    nights: tuple[date, ...] = Field(
        default=(),
        title="Nights",
        description="Past nights that trials are judged on, by what people took in the days after each. "
        f"Empty: the last {MOST_NIGHTS} that may be, a window apart.",
    )
    window_days: int = Field(
        default=30, title="Days of a window", description="Days after a night that judge it.", ge=1
    )
    space: Space = Field(
        default={},
        title="Search space",
        description='Values to be tried, as JSON: {"dropout": {"low": 0, "high": 0.5}, "blocks": [1, 2, 3]}. '
        "Empty: those of flows/search_space.yml.",
    )


@dataclass(frozen=True)
class Tuned:
    """What a study came to: its id, a row for each trial as the ledger has it, its page, and what to do next."""

    tuning_id: str
    rows: list[dict[str, Any]]
    page: Path
    advice: str

    @property
    def ranked(self) -> list[dict[str, Any]]:
        """The rows of trials that have a value, the best first."""
        return sorted((row for row in self.rows if row["value"] is not None), key=lambda row: -row["value"])


def tune(settings: Settings, choices: TuneChoices, flow_run_id: str = "") -> Tuned:
    """Try hyperparameters until the study has as many trials as are asked for.

    Raises:
        ValueError: if a choice makes no sense in this home.
        LookupError: if the home has too little history, or nobody took anything after the nights.
        ChildError: if a trial fails before any has succeeded.
    """
    check_contestants([choices.recommender])
    space = distributions(choices.space or read_space(), settings.recommender)
    own = read_configuration(settings.recommender)
    with night_lock(settings, flow_run_id, doing="tuning"):
        first, newest = days_of_tables(settings)
        nights = judged_nights(choices.nights, choices.window_days, own.window_days, first, newest)
        compared = Choices(nights, (choices.recommender,), (settings.seed,), choices.window_days)
        own_values = {name: getattr(own, name) for name in space}
        tuning = Tuning(settings, name_of(settings, compared, space), space, own_values)
        tried = Trials(settings, compared, newest, tuning)
        tried.carry_out(choices.trials)
        return tried.write_down()


def name_of(settings: Settings, compared: Choices, space: dict[str, Any]) -> str:
    """The same for the same nights, space, settings and code."""
    known = {
        **settings.model_dump(mode="json", include=COMPARABLE),
        "nights": [night.isoformat() for night in compared.nights],
        "window_days": compared.window_days,
        "space": {name: str(values) for name, values in space.items()},
    }
    return f"{max(compared.nights)}-{fingerprint(compared.recommenders[0], known)[:12]}"


class Trials:
    """The trials of a study at work: each a child process that learns and is judged, and a line of what came of it."""

    def __init__(self, settings: Settings, compared: Choices, newest: date, tuning: Tuning) -> None:
        self.settings, self.compared, self.newest, self.tuning = settings, compared, newest, tuning
        self.folder = settings.run_folder("tuning")
        self.configuration = configuration_of(settings, compared, newest)

    def carry_out(self, count: int) -> None:
        """Try until `count` have come to an end."""
        before = len(self.tuning.ended)
        LOG.info("study %s: %s trials, %s done before", self.tuning.name, count, before)
        LOG.info("nights %s", ", ".join(map(str, self.compared.nights)))
        if before >= count and self.tuning.finished:
            return
        export_history(self.settings, self.folder, self.configuration)
        while len(self.tuning.ended) < count or not self.tuning.finished:
            self.attempt(f"{len(self.tuning.ended) + 1} of {count}")
            self.write_down()
        shutil.rmtree(self.folder / "inputs")

    def attempt(self, place: str) -> None:
        """Do one trial; one that ends with an error is counted as failed, unless nothing has succeeded yet."""
        trial = self.tuning.ask()
        LOG.info("trial %s (%s): %s …", trial.number, place, in_words(trial.params))
        try:
            facts = self.judge(trial)
        except ChildError as error:
            self.tuning.fail(trial, str(error).splitlines()[-1])
            if not self.tuning.finished:
                raise
            LOG.info("trial %s failed: %s", trial.number, trial.user_attrs[ERROR])
            return
        value = facts.pop("value")
        self.tuning.tell(trial, value, facts)
        best = self.tuning.finished[0]
        LOG.info(
            "trial %s: NDCG@10 %.4f; the best so far is trial %s, %.4f", trial.number, value, best.number, best.value
        )

    def judge(self, trial: Trial) -> dict[str, Any]:
        """Have the recommender learn with the trial's hyperparameters on each night, and judge its lists."""
        path = self.folder / "inputs" / "configuration.json"
        recommender = {**self.settings.recommender, **trial.params}
        path.write_text(json.dumps({**self.configuration, "recommender": recommender}))
        run_child("models.backtest_child", self.folder, lambda line: LOG.info("trial %s: %s", trial.number, line))
        return facts_of(json.loads((self.folder / "outcome.json").read_text()))

    def write_down(self) -> Tuned:
        """Bring what is known so far into the ledger and onto the page."""
        rows = [row_of(trial, self.compared.recommenders[0]) for trial in self.tuning.ended]
        ledger.record_tuning(self.settings, self.tuning.name, rows)
        page = write_tuning_page(self.settings, self.tuning.name, rows)
        return Tuned(self.tuning.name, rows, page, self.advice())

    def advice(self) -> str:
        """How to set the best hyperparameters, and how to see them on a night that no trial was judged on."""
        best, days = self.tuning.finished[0], self.compared.window_days
        if OWN in best.user_attrs:
            return "Nothing that was tried is better than what is set now."
        chosen = json.dumps({**self.settings.recommender, **best.params})
        night, name = self.newest - timedelta(days=days), self.compared.recommenders[0]
        return (
            f"Trial {best.number} is the best. To set it:\nexport CROSSREC_RECOMMENDER='{chosen}'\n"
            "It was chosen by these nights, so it is less good than it looks. On a night that no trial has seen, with "
            "and without it:\n"
            f"crossrec backtest --nights {night} --window-days {days} --recommenders {name}"
        )


def facts_of(outcome: dict[str, Any]) -> dict[str, Any]:
    """What a trial came to: the mean macro NDCG@10 with its interval, that of each night, and seconds."""
    wanted = ("macro", "all", "ndcg@10")
    rows = [row for row in outcome["metrics"] if (row["platform"], row["segment"], row["metric"]) == wanted]
    by_night = {row["night"]: row for row in rows}
    if "mean" not in by_night:
        raise LookupError("Nobody took anything in the days after these nights. Choose others, or a longer window.")
    mean = by_night.pop("mean")
    return {
        **{name: mean[name] for name in ("value", "low", "high")},
        "nights": {night: row["value"] for night, row in by_night.items()},
        "seconds": sum(job["seconds"] for job in outcome["jobs"]),
    }


def row_of(trial: FrozenTrial, recommender: str) -> dict[str, Any]:
    """A trial as the ledger has it."""
    facts = ("low", "high", "nights", "seconds", ERROR)
    return {
        "trial": trial.number,
        "recommender": recommender,
        "is_own": OWN in trial.user_attrs,
        "hyperparameters": trial.params,
        "value": trial.value,
        **{name: trial.user_attrs.get(name) for name in facts},
    }


def in_words(hyperparameters: dict[str, Any]) -> str:
    """Hyperparameters as a person reads them."""
    shown = {name: f"{value:.3g}" if isinstance(value, float) else value for name, value in hyperparameters.items()}
    return "  ".join(f"{name} {value}" for name, value in shown.items())


def laid_out(tuned: Tuned, most: int = 10) -> list[dict[str, str]]:
    """The best trials, a row each; all of their hyperparameters in words."""
    return [
        {
            "trial": f"{row['trial']}{' (set now)' * row['is_own']}",
            "NDCG@10": f"{row['value']:.4f}",
            "95 % interval": f"{row['low']:.4f} to {row['high']:.4f}",
            "seconds": f"{row['seconds']:.0f}",
            "hyperparameters": in_words(row["hyperparameters"]),
        }
        for row in tuned.ranked[:most]
    ]
