"""A person who was forgotten is nowhere in a home, and what is learned without them is as if they had never been."""

import hashlib
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
import pytest

from tests.conftest import NIGHT, SMALL, Home
from tests.flows.landing_without import leave_out

pytestmark = pytest.mark.slow

STATEMENTS = {
    "lists": "select * from recommendations order by all",
    "owners": "select * from accounts order by all",
    "metrics": "select * from metrics where run_id = (select max(run_id) from recommendations) order by all",
}


class Person(NamedTuple):
    """Somebody whom the page of the night shows, with all by which they can be told in the home."""

    user_id: str
    accounts: list[tuple[str, str]]
    needles: list[str]


def frame(home: Home, name: str) -> pd.DataFrame:
    with duckdb.connect(str(home.path / "published.duckdb"), read_only=True) as connection:
        return connection.execute(STATEMENTS[name]).fetch_df()


@pytest.fixture(scope="module")
def person(small_night: Home) -> Person:
    """A person on several platforms, shown on the page of the night and in Prefect."""
    page = (small_night.path / "reports" / f"{NIGHT.isoformat()}.html").read_text()
    with duckdb.connect(str(small_night.path / "warehouse.duckdb"), read_only=True) as connection:
        counted = connection.execute(
            "select user_id from marts.dim_users where platforms_count > 2 and contains(?, user_id)"
            " and user_id in (select user_id from marts.dim_accounts where platform = 'news') order by all",
            [page],
        ).fetchall()
        user_id = counted[0][0]
        found = connection.execute(
            "select platform, account_id, email_token, phone_token from marts.dim_accounts"
            " join intermediate.int_accounts_deduplicated using (platform, account_id) where user_id = ?",
            [user_id],
        ).fetchall()
    accounts = [(platform, account_id) for platform, account_id, _, _ in found]
    tokens = {token for _, _, *tokens in found for token in tokens if token}
    return Person(user_id, accounts, sorted({user_id, *tokens, *(account_id for _, account_id in accounts)}))


def copy_of(home: Home, folder: Path) -> Home:
    copy = Home(folder / "home", SMALL)
    copy.environment.pop("PREFECT_API_URL", None)
    shutil.copytree(home.path, copy.path)
    return copy


def traces(home: Home, person: Person) -> Iterator[str]:
    """Every place where one of the person's names stands in the bytes of a file or in a column of a table."""
    for path in sorted(path for path in home.path.rglob("*") if path.is_file()):
        if path.is_relative_to(home.path / "landing") or path.name == "suppressions.csv":
            continue
        content = path.read_bytes()
        yield from (f"{needle} in {path.name}" for needle in person.needles if needle.encode() in content)
        for table, rows in tables(path):
            text = rows.to_csv()
            yield from (f"{needle} in {path.name} {table}" for needle in person.needles if needle in text)


def tables(path: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    with duckdb.connect() as connection:
        if path.suffix == ".parquet":
            yield "", connection.execute("from read_parquet(?)", [str(path)]).fetch_df()
        if path.suffix == ".duckdb":
            connection.execute(f"attach '{path}' as file (read_only)")
            names = "select schema_name, table_name from duckdb_tables() where database_name = 'file'"
            for schema, table in connection.execute(names).fetchall():
                # arrays of numbers are left out: they name nobody, and there are many
                columns = "* exclude (embedding)" if table == "text_embeddings" else "*"
                rows = connection.execute(f'select {columns} from file."{schema}"."{table}"').fetch_df()
                yield f"{schema}.{table}", rows


def write_uncompressed(path: Path) -> None:
    """Write a database file anew so that every text in it can be read in its bytes."""
    with duckdb.connect() as connection:
        connection.execute("set force_compression = 'uncompressed'")
        connection.execute(f"attach '{path}' as {path.stem}; attach '{path}.plain' as plain")
        connection.execute(f"copy from database {path.stem} to plain; detach plain")
    path.with_name(f"{path.name}.plain").replace(path)


@pytest.mark.usefixtures("uncompressed")
def test_nothing_is_left_in_any_byte_or_column(
    small_night: Home, person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a home whose databases are written without compression no byte and no column of any file tells the person.

    Before the erasure each name is found in the warehouse's bytes, so that the search can be trusted.
    """
    from flows.erasure import forget
    from flows.settings import read_settings

    home = copy_of(small_night, tmp_path)
    shutil.rmtree(home.path / "truth")
    for name in ("warehouse", "published", "ops"):
        write_uncompressed(home.path / f"{name}.duckdb")
    content = (home.path / "warehouse.duckdb").read_bytes()
    texts = [needle for needle in person.needles if not needle.isdigit()]
    assert all(needle.encode() in content for needle in texts)
    with sqlite3.connect(home.path / "prefect" / "prefect.db") as connection:
        assert connection.execute("select count(*) from artifact where instr(data, ?)", [person.user_id]).fetchone()[0]
    home.run("forget", "--verify", person.user_id, code=1)
    monkeypatch.setenv("CROSSREC_KEY", SMALL["CROSSREC_KEY"])
    receipt = forget(read_settings(home=home.path), person.user_id)
    assert receipt.rows["marts.fct_interactions"] and receipt.rows["reports/ (pages)"] == 1
    assert list(traces(home, person)) == []
    for platform, account_id in person.accounts:
        assert "Nothing is left" in home.run("forget", "--verify", f"{platform}:{account_id}")
    assert "Nothing is left" in home.run("forget", "--verify", person.user_id)
    with duckdb.connect(str(home.path / "ops.duckdb"), read_only=True) as connection:
        counted = connection.execute("select sum(rows_count), bool_and(completed_at is not null) from erasures")
        assert counted.fetchone() == (sum(receipt.rows.values()), True)
        marked = "select count(*) from recommender_versions where must_retrain_by is not null"
        assert connection.execute(marked).fetchone() == (1,)


def test_killed_anywhere_an_erasure_that_is_started_again_ends_complete(
    small_night: Home, person: Person, tmp_path: Path
) -> None:
    """`kill -9` at eight moments, started again by a user_id that soon nothing else knows: nothing is left."""
    home, chance, kills = copy_of(small_night, tmp_path), random.Random(5), 0
    for _ in range(8):
        process = home.start("forget", person.user_id)
        time.sleep(chance.uniform(0.7, 4.5))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        process.communicate()
        if (home.path / "suppressions.csv").exists() and not (home.path / "erasure.json").exists():
            break
    assert kills
    if (home.path / "erasure.json").exists() or not (home.path / "suppressions.csv").exists():
        home.run("forget", person.user_id)
    assert list(traces(home, person)) == []
    assert "Nothing is left" in home.run("forget", "--verify", person.user_id)
    assert len((home.path / "suppressions.csv").read_text().splitlines()) > len(person.accounts)


@pytest.mark.thorough
def test_all_others_get_the_lists_of_a_world_without_the_person(
    small_night: Home, person: Person, tmp_path: Path
) -> None:
    """Forgotten and trained anew: the same run, lists, owners and metrics as if the person had never been.

    A warehouse built anew from the same landing brings nothing back. Then the person acts again on one platform,
    and is somebody new, without the past.
    """
    home, never = copy_of(small_night, tmp_path), Home(tmp_path / "never", SMALL)
    shutil.copytree(small_night.path / "landing", never.path / "landing")
    assert leave_out(never.path / "landing", person.accounts) > 20
    home.run("forget", person.user_id)
    home.night()
    never.night()
    for name in ("lists", "owners", "metrics"):
        pd.testing.assert_frame_equal(frame(home, name), frame(never, name), obj=name, check_exact=True)
    assert person.user_id not in set(frame(home, "owners").user_id)
    assert list(traces(home, person)) == []
    (home.path / "warehouse.duckdb").rename(home.path.parent / "warehouse.duckdb")
    home.run("ingest")
    assert list(traces(home, person)) == []
    (home.path.parent / "warehouse.duckdb").rename(home.path / "warehouse.duckdb")
    return_to_news(home, person)


def return_to_news(home: Home, person: Person) -> None:
    """Have the person read something after the erasure, and look at who they are."""
    reader = next(account_id for platform, account_id in person.accounts if platform == "news")
    newest = sorted((home.path / "landing" / "news" / "events").glob("*.csv"))[-1]
    header, line = newest.read_text().splitlines()[:2]
    moment = datetime.now(UTC) + timedelta(hours=1)
    cells = dict(zip(header.split(","), line.split(","), strict=True))
    cells |= {"event_id": "came-back", "reader": reader, "event": "read", "ts": str(int(moment.timestamp()))}
    newest.with_name("later.csv").write_text(f"{header}\n{','.join(cells.values())}\n")
    home.run("ingest")
    for selection in ("staging", "training"):
        home.run("transform", selection, "--date", moment.date().isoformat())
    with duckdb.connect(str(home.path / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select accounts.user_id, users.accounts_count, (select count(*) from marts.fct_interactions where"
            " account_id = accounts.account_id) from marts.dim_accounts as accounts"
            " join marts.dim_users as users using (user_id) where account_id = ?",
            [reader],
        ).fetchall()
    assert found == [("u" + hashlib.md5(f"news:{reader}:1".encode()).hexdigest()[:16], 1, 1)]
