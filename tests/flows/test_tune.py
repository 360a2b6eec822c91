"""The search for hyperparameters: how it goes on after a kill, what judges a trial, and what is refused."""

import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import Trial

from flows.backtest import Choices, backtest
from flows.children import ChildError
from flows.search_space import Range, distributions, read_space
from flows.settings import Settings
from flows.study import Tuning
from flows.tuning import TuneChoices, tune
from flows.tuning_nights import judged_nights
from flows.warehouse import connect
from tests.conftest import SMALL, Home
from tests.flows.test_report import Page

QUICK = "tests.flows.quick_contestant:recent"
NIGHTS = (date(2026, 2, 23), date(2026, 2, 25))
OWN = {"dropout": 0.2, "alpha": "equal"}
SPACE = {"dropout": FloatDistribution(0.0, 0.5), "alpha": CategoricalDistribution(("equal", "size", "gap"))}


@pytest.fixture(scope="module")
def home(small_night: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the small night's home, whose tables stand as of its night."""
    path = tmp_path_factory.mktemp("tuned") / "home"
    shutil.copytree(small_night.path, path, ignore=shutil.ignore_patterns("prefect", "landing", "*.lock"))
    return Home(path, SMALL)


def trials_of(home: Home) -> list[dict[str, Any]]:
    """The trials as the ledger has them, in their order."""
    with connect(Settings(home=home.path).warehouse) as connection:
        table = connection.execute("select * from ops.tuning_trials order by trial").to_arrow_table().to_pylist()
    return [{**row, "hyperparameters": json.loads(row["hyperparameters"])} for row in table]


def test_a_killed_study_goes_on_and_says_what_to_set(home: Home, tmp_path: Path) -> None:
    """Killed in its second trial it tries that again and ends with all; trials are worth what a backtest says."""
    (tmp_path / "space.json").write_text('{"target_half_life": {"low": 5e-1, "high": 100, "log": true}}')
    options = ("tune", "--trials", "3", "--window-days", "2", "--recommender", QUICK)
    command = (*options, "--space", str(tmp_path / "space.json"))
    (tmp_path / "countdown").write_text("3")
    killed = Home(home.path, {**SMALL, "KILL_AT": str(tmp_path / "countdown")}).run(*command, code=-9)
    told = re.findall(r"trial (\d) \((\d) of 3\): target_half_life (\S+) …", killed)
    assert [place for _, place, _ in told] == ["1", "2"]

    output = home.run(*command)
    assert "3 trials, 1 done before" in output
    again = re.findall(r"trial (\d) \((\d) of 3\): target_half_life (\S+) …", output)
    assert [place for _, place, _ in again] == ["2", "3"] and again[0][2] == told[1][2]
    rows = trials_of(home)
    assert [(row["trial"], row["is_own"]) for row in rows] == [(0, True), (2, False), (3, False)]
    best = max(rows, key=lambda row: row["value"])
    assert not best["is_own"] and len({row["value"] for row in rows}) > 1

    (line,) = re.findall(r"CROSSREC_RECOMMENDER='(.+)'", output)
    (page,) = (home.path / "reports").glob("tuning-*.html")
    content = Page(page.read_text(encoding="utf-8"))
    assert content.open == []
    assert {link for link in content.links if not link.startswith("#")} == {"index.html"}
    assert f"Trial {best['trial']} is the best of 3" in content.text
    charts = re.findall(r"<svg.*?</svg>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert [re.findall(r"<title[^>]*>(.*?)</title>", chart)[0] for chart in charts] == [
        "NDCG@10 by trial",
        "NDCG@10 by hyperparameter",
    ]
    assert f"the best is trial {best['trial']} with {best['value']:.4f}" in charts[0]
    assert all(f"{row['value']:.4f}" in text for row in rows for text in (content.text, output))
    assert {path.name for path in (home.path / "runs" / "tuning").iterdir()} == {"lists", "outcome.json"}
    settings = Settings(home=home.path, recommender=json.loads(line))
    done = backtest(settings, Choices(nights=NIGHTS, recommenders=(QUICK,), seeds=(7,), window_days=2))
    wanted = {"night": "mean", "platform": "macro", "segment": "all", "metric": "ndcg@10"}
    (mean,) = [row["value"] for row in done.outcome["metrics"] if wanted.items() <= row.items()]
    assert mean == best["value"]


def test_a_study_whose_first_trial_fails_stops(home: Home) -> None:
    """What is set now has to work: its error is told, and no other trial is begun."""
    choices = TuneChoices(trials=1, recommender=QUICK, window_days=2, space={"blocks": (1, 3)})
    with pytest.raises(ChildError, match="three blocks are too many"):
        tune(Settings(home=home.path, recommender={"blocks": 3}), choices)


def worth(trial: Trial) -> float:
    """A value that hyperparameters have."""
    return -abs(trial.params["dropout"] - 0.35) + 0.1 * (trial.params["alpha"] == "gap")


def test_kills_leave_no_trace_in_what_is_tried(tmp_path: Path) -> None:
    """The trials of a study that was killed at work, in its first trial and later, are those of an undisturbed one."""

    def opened(name: str) -> Tuning:
        return Tuning(Settings(home=tmp_path), name, SPACE, OWN)

    calm = opened("calm")
    while len(calm.ended) < 12:
        trial = calm.ask()
        calm.tell(trial, worth(trial), {})
    assert calm.ended[0].params == OWN
    assert len({trial.params["dropout"] for trial in calm.ended}) == 12
    tuning, kills = opened("killed"), [0, 3, 10]
    while (done := len(tuning.ended)) < 12:
        trial = tuning.ask()
        if done in kills:
            kills.remove(done)
            tuning = opened("killed")
        else:
            tuning.tell(trial, worth(trial), {})
    assert len(tuning.study.get_trials()) == 12 + 3
    assert [trial.params for trial in tuning.ended] == [trial.params for trial in calm.ended]
    assert [trial.value for trial in tuning.finished] == [trial.value for trial in calm.finished]


def test_what_kills_twice_is_not_tried_a_third_time(tmp_path: Path) -> None:
    """A trial that is killed is tried once more; then it counts as failed, as one does that ended with an error."""
    settings = Settings(home=tmp_path)
    first = Tuning(settings, "study", SPACE, OWN)
    first.tell(first.ask(), 1.0, {})
    twice = [Tuning(settings, "study", SPACE, OWN).ask().params for _ in range(2)]
    assert twice[0] == twice[1] != OWN
    third = Tuning(settings, "study", SPACE, OWN)
    assert [trial.number for trial in third.ended] == [0, 2]
    trial = third.ask()
    assert trial.params != twice[0]
    third.fail(trial, "out of memory")
    assert [one.number for one in Tuning(settings, "study", SPACE, OWN).ended] == [0, 2, 3]
    assert [one.number for one in third.finished] == [0]


def test_no_trial_is_judged_by_the_days_that_the_newest_night_reports_on() -> None:
    """Its last quarter, at most 30 days, is left out, and no less than one window; what asks for more is refused."""

    def nights(first: date, *asked: date, window_days: int = 30) -> list[str]:
        return [str(night) for night in judged_nights(asked, window_days, 30, first, date(2026, 3, 1))]

    year = date(2025, 3, 1)
    assert nights(year) == ["2025-11-01", "2025-12-01", "2025-12-31"]
    assert nights(year, window_days=10) == ["2025-12-31", "2026-01-10", "2026-01-20"]
    assert nights(date(2026, 1, 1), window_days=10) == ["2026-01-15", "2026-01-25", "2026-02-04"]
    assert nights(date(2026, 2, 20), window_days=2) == ["2026-02-23", "2026-02-25"]
    assert nights(year, date(2025, 12, 31), date(2025, 7, 1)) == ["2025-07-01", "2025-12-31"]
    with pytest.raises(ValueError, match="2025-12-31 or earlier; found 2026-01-01"):
        nights(year, date(2026, 1, 1))
    with pytest.raises(LookupError, match="Choose a shorter window"):
        nights(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ("drop_out: {low: 0, high: 1}", "hyperparameter is one of .*found 'drop_out'"),
        ("blocks: {low: 1, high: 2.5}", "blocks is of type int; found 2.5"),
        ("alpha: [equal, best]", "alpha is one of .*found 'best'"),
        ("dropout: {low: 0.3, high: 0.1}", "low is below high.*found 0.3 and 0.1"),
        ("dropout: {low: 0.3, high: 0.5}", "dropout is 0.2"),
        ("dropout: [0.2]", "dropout"),
        ("dropout", "dictionary"),
        ("dropout: [", "JSON or YAML"),
    ],
)
def test_what_is_no_search_space_is_refused(tmp_path: Path, space: str, message: str) -> None:
    """The message names the hyperparameter, the rule and what was found."""
    path = tmp_path / "space.yml"
    path.write_text(space)
    with pytest.raises(ValueError, match=message):
        distributions(read_space(path), {})


def test_the_default_space_is_one() -> None:
    """It holds what is set by default; what a home has set outside of it is told."""
    assert set(distributions(read_space(), {})) == set(read_space())
    assert isinstance(read_space()["dropout"], Range)
    with pytest.raises(ValueError, match="alpha is 'gap'"):
        distributions(read_space(), {"alpha": "gap"})
