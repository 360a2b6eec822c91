"""`crossrec runs`: how nights ended, honest about those that nobody works on any more."""

import json
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest
from filelock import FileLock
from rich.cells import cell_len

from flows import ledger
from flows.publish import copy_ops
from flows.reporting.verdict import ADVICE
from flows.run_details import show_run
from flows.runs import list_runs
from flows.settings import Settings
from flows.warehouse import connect
from tests.flows.made_up_night import NIGHT, make_night

PUBLISHED, HELD, FAILED = "2026-03-01-aaaaaaaaaaaa", "2026-03-01-bbbbbbbbbbbb", "2026-02-28-cccccccccccc"
RUNNING = "2026-03-02-dddddddddddd"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A run that failed, one that was published, one that was held, all in the readers' copy."""
    settings = Settings(home=tmp_path_factory.mktemp("runs"))
    ledger.begin_run(settings, FAILED, date(2026, 2, 28), {}, "")
    ledger.end_run(settings, FAILED, "failed", "OSError: the disk is full")
    make_night(settings, run_id=PUBLISHED)
    make_night(settings, "held", HELD)
    copy_ops(settings)
    return settings


@pytest.fixture
def settings(made: Settings, tmp_path: Path) -> Settings:
    """A copy of these runs that a test may spoil; files keep the times at which they were written."""
    copytree(made.home, tmp_path, dirs_exist_ok=True)
    return Settings(home=tmp_path)


def begin(settings: Settings) -> None:
    """A night that has begun and not ended; its lock file stands there."""
    ledger.begin_run(settings, RUNNING, date(2026, 3, 2), {}, "")
    (settings.home / "night.lock").touch()


@pytest.mark.parametrize("width", [80, 140])
def test_runs_are_listed_newest_first(settings: Settings, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run with its state, what the gates said and how good it was, within the window's width."""
    monkeypatch.setenv("COLUMNS", str(width))
    text = list_runs(settings)
    assert max(map(cell_len, text.splitlines())) <= width
    places = [text.index(words) for words in ("bbbbbbbbbbbb", "aaaaaaaaaaaa", "cccccccccccc")]
    assert places == sorted(places)
    for words in (
        "2 open, 1 warning",
        "flagged",
        "NDCG@10  0.064  0.054 to 0.074",
        "uplift  +0.001  -0.002 to 0.004",
        "realised 0.126  2026-02-28",
        "1 closed, 0 warnings",
    ):
        assert words in text
    assert "The rule VolumeHolds about news; found what news brought" in " ".join(text.split()) or width == 80


def test_less_can_be_asked_for(settings: Settings) -> None:
    """The newest run alone, or those for one night; a night without runs is refused."""
    assert "aaaaaaaaaaaa" not in list_runs(settings, limit=1)
    assert "bbbbbbbbbbbb" not in list_runs(settings, night=date(2026, 2, 28))
    with pytest.raises(LookupError, match="none of 2026-01-01"):
        list_runs(settings, night=date(2026, 1, 1))


def test_json_tells_the_same(settings: Settings) -> None:
    """For programs: state, the rules that held the night in words, and the figures with their intervals."""
    held, published, failed = json.loads(list_runs(settings, form="json"))
    assert [run["state"] for run in (held, published, failed)] == ["held", "published", "failed"]
    assert held["closed_by"] == ["The rule VolumeHolds about news; found what news brought, allowed at least 20 %."]
    assert published["uplift"] == pytest.approx({"difference": 0.001, "low": -0.002, "high": 0.004})


def test_killed_is_told_from_running(settings: Settings) -> None:
    """What the ledger calls running is running only while a process holds the home's lock; else it was killed."""
    begin(settings)
    with FileLock(settings.home / "night.lock"):
        assert "running" in list_runs(settings) and "killed" not in list_runs(settings)
    text = list_runs(settings)
    assert "killed" in text and "no process works on it" in text and "crossrec night --date 2026-03-02" in text
    assert "killed" in show_run(settings, RUNNING)
    with FileLock(settings.home / "night.lock", timeout=0):
        pass  # looking has let go of it


def test_looking_makes_no_lock(settings: Settings) -> None:
    """A home in which no night has worked yet has no lock file afterwards either."""
    list_runs(settings)
    assert not (settings.home / "night.lock").exists()


def test_copy_is_read_while_a_night_works(settings: Settings) -> None:
    """While the warehouse is taken the readers' copy answers, and says that a night is missing in it."""
    begin(settings)
    with FileLock(settings.home / "night.lock"), connect(settings.warehouse):
        text = list_runs(settings)
    assert "dddddddddddd" not in text and "aaaaaaaaaaaa" in text and "A night is at work now" in text


@pytest.mark.parametrize("name", [PUBLISHED, "aaaaaaaaaaaa", "2026-03-01-aaa"])
def test_a_run_is_told_in_detail(settings: Settings, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its stages, the rules that were broken with what to do, the recommender, and its worth by platform."""
    monkeypatch.setenv("COLUMNS", "140")
    text = show_run(settings, name)
    assert text.startswith(f"{PUBLISHED}  night of 1 March 2026\npublished, flagged")
    for words in (
        "train       61.3 s  ██████████████████████████████",
        "warning   The rule ItemsAreListed about shop; found what shop brought, allowed at least 20 %.",
        ADVICE["ItemsAreListed"],
        "CPU float32 · 8 epochs in 82 s · 1,510 MB · 1,234,567 parameters",
        "+0.010  0.004 to 0.016    helps",
        "lists of 28 February 2026",
    ):
        assert words in text, words
    assert "36 rows published.\n" in text and text.count("ItemsAreListed about shop") == 1, "told once, with its gate"


def test_a_night_means_its_newest_run(settings: Settings) -> None:
    """Of two runs for a night the newer one is told, with the rule that held it and what to do."""
    text = show_run(settings, str(NIGHT))
    assert text.startswith(f"{HELD}  ") and "critical  The rule VolumeHolds about news" in text
    assert "none has been trained" in text


def test_a_name_of_several_nights_is_refused(settings: Settings) -> None:
    """What begins the ids of several nights is refused with the choices; what begins none, with where to look."""
    with pytest.raises(LookupError, match=f"is {HELD}, {PUBLISHED}, {FAILED}. Name one"):
        show_run(settings, "2026")
    with pytest.raises(LookupError, match=r"none is 'x'\. All runs: crossrec runs"):
        show_run(settings, "x")


def test_older_home_is_listed(settings: Settings) -> None:
    """Tables and columns that an older home has not are taken as empty."""
    with connect(settings.ops) as connection:
        for table in ("metrics", "uplift", "realised", "stage_runs", "recommender_versions", "gate_results"):
            connection.execute(f"drop table {table}")
        connection.execute("alter table runs drop column message")
        connection.execute("alter table runs drop column is_flagged")
    assert "no gate has judged" in list_runs(settings) and "none has ended" in show_run(settings, PUBLISHED)


def test_home_without_runs_says_what_to_do(tmp_path: Path) -> None:
    """Where no night has run yet, a sentence says how to begin one; so it does where the ledger is empty."""
    settings = Settings(home=tmp_path)
    with pytest.raises(LookupError, match="crossrec night"):
        list_runs(settings)
    with connect(settings.warehouse) as connection:
        connection.execute("create schema staging")
    with pytest.raises(LookupError, match="crossrec night"):
        list_runs(settings)
