"""Nights of the past, built anew: what they see, what they leave alone, and how they go on after a kill."""

import os
import shutil
import signal
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.conftest import NIGHT, Home

pytestmark = pytest.mark.slow

BEFORE, NEXT = NIGHT - timedelta(days=1), NIGHT + timedelta(days=1)
LATE_FILE = Path("shop/events") / f"{BEFORE}.jsonl"
ON_TIME = Path("games/events") / f"{NEXT}.csv"
LISTS = ["user_id", "platform", "item_rank", "item_id", "item_title", "score", "reason_text"]


def read(file: Path, query: str, *values: Any) -> pd.DataFrame:
    """What a query finds in a DuckDB file."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query, list(values)).fetch_df()


def lists_of(home: Home, night: date) -> pd.DataFrame:
    """The lists that history holds of a night, without what names their run."""
    files = home.path / "history" / f"logical_date={night}" / "recommendations.parquet"
    with duckdb.connect() as connection:
        return connection.execute(
            f"select {', '.join(LISTS)} from read_parquet(?) order by all", [str(files)]
        ).fetch_df()


def tables_of(home: Home) -> dict[str, pd.DataFrame]:
    """All that a recommender and the gate before it learn of a night; not when it was loaded."""
    with duckdb.connect(str(home.path / "warehouse.duckdb"), read_only=True) as connection:
        query = """
            select schema_name || '.' || table_name from duckdb_tables()
            where table_name <> 'dim_account_history' -- it holds what all nights say
            and (schema_name in ('marts', 'training') or table_name in ('platform_facts', 'night_facts')) order by 1
        """
        names = [name for (name,) in connection.execute(query).fetchall()]
        tables = {name: connection.execute(f"select * from {name} order by all").fetch_df() for name in names}
    return {name: table.drop(columns="loaded_at", errors="ignore") for name, table in tables.items()}


def assert_same(first: dict[str, pd.DataFrame], second: dict[str, pd.DataFrame]) -> None:
    assert first.keys() == second.keys() and len(first) > 10
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, second[name], obj=name, check_exact=True)


def runs_of(home: Home) -> dict[str, list[str]]:
    """How the runs of each night ended, the newest first."""
    query = "select logical_date::varchar as night, status from runs order by started_at desc"
    return {str(night): list(group.status) for night, group in read(home.path / "ops.duckdb", query).groupby("night")}


def backfill(home: Home, first: date, last: date, *options: str, code: int = 0) -> str:
    """Run a backfill to its end."""
    return home.run("backfill", "--from", str(first), "--to", str(last), *options, code=code)


def copy_of(home: Home, other: Home) -> Home:
    """Another home with everything that this one holds."""
    shutil.copytree(home.path, other.path, dirs_exist_ok=True)
    return other


class Past:
    """A home that has run one night, and what comes to it later: the next day's events, and a late file.

    Items are known as they were described last, so the next day's items are there from the beginning.
    """

    def __init__(self, home: Home, aside: Path) -> None:
        self.home, self.landing, self.aside = home, home.path / "landing", aside
        home.simulate(until=NEXT, days=11)
        self.files = [file.relative_to(self.landing) for file in self.landing.glob(f"*/events/{NEXT}*")]
        assert ON_TIME in self.files and len(self.files) == 5
        self.files.append(LATE_FILE)
        for file in self.files:
            (aside / file).parent.mkdir(parents=True, exist_ok=True)
            (self.landing / file).rename(aside / file)
        home.night()
        self.lists, self.tables = lists_of(home, NIGHT), tables_of(home)

    def deliver(self, home: Home, files: list[Path]) -> None:
        """Land files in a home."""
        for file in files:
            shutil.copy2(self.aside / file, home.path / "landing" / file)


@pytest.fixture(scope="module")
def make_home(new_home: Callable[[str], Home]) -> Callable[[str], Home]:
    """Makes homes in which nothing is learned, for nights that are quicker still."""

    def make(name: str) -> Home:
        home = new_home(name)
        home.environment["CROSSREC_MODE"] = "popularity"
        return home

    return make


@pytest.fixture(scope="module")
def past(make_home: Callable[[str], Home], tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A home that has run one night."""
    return Past(make_home("past"), tmp_path_factory.mktemp("aside"))


@pytest.fixture(scope="module")
def backfilled(past: Past, make_home: Callable[[str], Home]) -> Home:
    """A copy of that home, in which the tests of this file go back in time one after the other."""
    return copy_of(past.home, make_home("backfilled"))


@pytest.fixture(scope="module")
def next_night(backfilled: Home) -> Home:
    """The same home after the next night."""
    backfilled.night(NEXT)
    return backfilled


def test_a_night_built_anew_sees_nothing_after_its_cut(past: Past, backfilled: Home) -> None:
    """With events of the next day loaded, a night's tables and facts are the rows that the night itself had built.

    With the same inputs nothing is done; asked for all the same, it publishes nothing.
    """
    past.deliver(backfilled, [ON_TIME])
    before = backfilled.published_digest()
    assert "done before: published" in backfill(backfilled, NIGHT, NIGHT)
    output = backfill(backfilled, NIGHT, NIGHT, "--fresh")
    assert "1 night built anew" in output and "rebuilt" in output and "1 open" in output
    assert_same(past.tables, tables_of(backfilled))
    assert runs_of(backfilled) == {str(NIGHT): ["rebuilt", "published"]}
    assert backfilled.published_digest() == before


def test_as_of_arrival_a_night_knows_what_was_known_then(past: Past, backfilled: Home) -> None:
    """With late events loaded, a night as of arrival has the lists that it had; one that saw no record is held.

    The held night is told, is passed over, and gives the exit code of a night that is held.
    """
    past.deliver(backfilled, past.files)
    output = backfill(backfilled, BEFORE, NIGHT, "--as-of-arrival", "--recommend", code=3)
    assert f"night 1 of 2: {BEFORE} held" in output and "a gate is closed for 1 night" in output
    pd.testing.assert_frame_equal(lists_of(backfilled, NIGHT), past.lists, check_exact=True)
    assert not (backfilled.path / "history" / f"logical_date={BEFORE}").exists()


def test_killed_a_backfill_goes_on_where_it_stopped(backfilled: Home) -> None:
    """`kill -9` in the second night: started again it passes over the first and ends the second; both are judged."""
    process = backfilled.start("backfill", "--from", str(BEFORE), "--to", str(NIGHT))
    is_second = False
    for line in process.stdout or ():
        is_second = is_second or "night 2 of 2" in line
        if is_second and "dbt training …" in line:
            break
    assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    output = backfill(backfilled, BEFORE, NIGHT)
    assert f"night 1 of 2: {BEFORE} done before: rebuilt" in output and f"night 2 of 2: {NIGHT} rebuilt" in output
    assert "dbt staging was done before" in output and "1 night built anew, 1 night done before" in output
    query = """
        select runs.logical_date, count(*) filter (where not is_success and severity = 'critical') as closed_count
        from runs inner join gate_results using (run_id)
        where status = 'rebuilt' group by all order by all
    """
    judged = read(backfilled.path / "ops.duckdb", query)
    assert list(judged.logical_date.dt.date) == [BEFORE, NIGHT] and list(judged.closed_count) == [0, 0]


@pytest.mark.thorough
def test_the_next_night_is_as_if_there_had_been_no_backfill(
    past: Past, next_night: Home, make_home: Callable[[str], Home]
) -> None:
    """After backfills of both kinds the next night has the tables and lists of a home that never went back."""
    undisturbed = copy_of(past.home, make_home("undisturbed"))
    past.deliver(undisturbed, past.files)
    undisturbed.night(NEXT)
    pd.testing.assert_frame_equal(lists_of(undisturbed, NEXT), lists_of(next_night, NEXT), check_exact=True)
    assert_same(tables_of(undisturbed), tables_of(next_night))


def test_people_never_see_an_older_night_again(past: Past, next_night: Home) -> None:
    """Lists of an older night go to history, where all that is now known has changed them; people see the newest."""
    before = next_night.published_digest()
    output = backfill(next_night, NIGHT, NEXT, "--recommend")
    assert f"{NIGHT} history only" in output and f"{NEXT} done before: published" in output
    assert next_night.published_digest() == before
    assert not lists_of(next_night, NIGHT).equals(past.lists)
    query = "select distinct logical_date from recommendation_history order by all"
    assert list(read(next_night.path / "published.duckdb", query).logical_date.dt.date) == [NIGHT, NEXT]
    ended = read(next_night.path / "ops.duckdb", "select message from runs where status = 'history_only'").message[0]
    assert f"history only: people see the newer lists of {NEXT}" in ended
