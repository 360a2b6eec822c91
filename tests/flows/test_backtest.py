"""The backtest of a small home: what it leaves, what it does again, and what it refuses."""

import shutil
from pathlib import Path

import pytest

from flows.settings import Settings
from flows.warehouse import connect
from tests.conftest import SMALL, Home
from tests.flows.test_report import Page

NIGHTS = ("--nights", "2026-02-26,2026-02-24", "--window-days", "3")
NAMES = ("--recommenders", "popularity,item-knn")


@pytest.fixture(scope="module")
def home(small_night: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the small night's home, whose tables stand as of its night."""
    path = tmp_path_factory.mktemp("backtested") / "home"
    shutil.copytree(small_night.path, path, ignore=shutil.ignore_patterns("prefect", "landing", "*.lock"))
    return Home(path, SMALL)


def rows(home: Home, query: str) -> list[tuple]:
    with connect(Settings(home=home.path).warehouse) as connection:
        return connection.execute(query).fetchall()


def test_a_backtest_is_kept_shown_and_goes_on(home: Home) -> None:
    """Figures go to the ledger, to a page that links nothing outside, and to the terminal; lists are made once."""
    output = home.run("backtest", *NIGHTS, *NAMES, "--masked")
    assert "tables stand as of 2026-03-01" in output
    known = rows(home, "select distinct logical_date::varchar from ops.backtest_metrics order by all nulls last")
    assert known == [("2026-02-24",), ("2026-02-26",), (None,)]
    (page,) = (home.path / "reports").glob("backtest-*.html")
    content = Page(page.read_text(encoding="utf-8"))
    assert content.open == []
    assert set(content.links) <= {"index.html"} | {link for link in content.links if link.startswith("#")}
    query = """
        select printf('%.4f', value) from ops.backtest_metrics
        where logical_date is null and recommender = 'item-knn' and platform = 'macro' and metric = 'ndcg@10'
    """
    for (value,) in rows(home, query):
        assert value in content.text
    assert rows(home, f"{query} and segment = 'all'")[0][0] in output
    assert rows(home, f"{query} and segment = 'new here, known elsewhere'")
    assert rows(home, f"{query} and segment = 'cold items among themselves'")
    for text in (content.text, output):
        cold = text[text.index("Cold items among themselves") :]
        assert rows(home, f"{query.replace('item-knn', 'random')}")[0][0] in cold
    assert rows(home, "select bool_and((facts ->> 'peak_memory_mb')::double > 0) from ops.backtest_jobs") == [(True,)]
    folder = home.path / "runs" / "backtest"
    assert {path.name for path in folder.iterdir()} == {"lists", "outcome.json"}

    kept = {path.name: path.stat().st_mtime_ns for path in (folder / "lists").iterdir()}
    assert len(kept) == 2 * 2 * 2
    lost = next(name for name in kept if "item-knn" in name)
    (folder / "lists" / lost).unlink()
    before = rows(home, "select * exclude (recorded_at) from ops.backtest_metrics order by all")
    assert "8 lists to be judged, 7 of them made before" in home.run("backtest", *NIGHTS, *NAMES, "--masked")
    again = {path.name: path.stat().st_mtime_ns for path in (folder / "lists").iterdir()}
    assert {name for name in kept if again[name] != kept[name]} == {lost}
    assert rows(home, "select * exclude (recorded_at) from ops.backtest_metrics order by all") == before


def test_another_encoder_encodes_first(home: Home) -> None:
    """Where tables stand but another encoder is asked for, it encodes every text that they have."""
    Home(home.path, {**SMALL, "CROSSREC_ENCODER": "hashing"}).run("backtest", *NIGHTS, "--recommenders", "popularity")
    counts = dict(rows(home, "select encoder, count(*) from features.text_embeddings group by all"))
    assert counts["hashing"] == counts["use"] > 0


def test_what_cannot_be_compared_is_told(home: Home, tmp_path: Path) -> None:
    """A wrong name lists the right ones, a home without logs says what to do, a wrong date is wrong usage."""
    assert "item-knn" in home.run("backtest", *NIGHTS, "--recommenders", "oracle", code=1)
    assert "crossrec ingest" in Home(tmp_path / "empty", SMALL).run("backtest", *NIGHTS, *NAMES, code=1)
    assert "YYYY-MM-DD" in home.run("backtest", "--nights", "yesterday", code=2)
