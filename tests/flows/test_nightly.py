"""A whole small night, end to end: what it publishes, twice, killed, held, and spied upon."""

import gzip
import json
import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import psutil
import pytest

from flows.warehouse import FILE_KEY, attachment
from tests.conftest import NIGHT, Home

pytestmark = pytest.mark.slow

STAGES = [
    "ingest",
    "dbt staging",
    "encode",
    "match",
    "dbt training",
    "gate training",
    "train",
    "recommend",
    "dbt scored",
    "gate publication",
    "realise",
    "dbt published",
    "publish",
]
# columns that say when something ran or how dear it was, and so differ from run to run
OF_RUNNING = ["started_at", "ended_at", "judged_at", "trained_at", "seconds", "peak_memory_mb"]


def published(home: Home) -> dict[str, pd.DataFrame]:
    """Every published table by name, without what only tells of the running."""
    with duckdb.connect() as connection:
        path, key = home.path / "published.duckdb", home.environment.get(FILE_KEY)
        connection.execute(attachment(path, "published", read_only=True, key=key))
        connection.execute("use published")
        names = "select table_name from duckdb_tables() where database_name = 'published' order by 1"
        tables = {
            name: connection.execute(f"select * from {name} order by all").fetch_df()
            for (name,) in connection.execute(names).fetchall()
        }
    return {name: table.drop(columns=OF_RUNNING, errors="ignore") for name, table in tables.items()}


def assert_same(first: dict[str, pd.DataFrame], second: dict[str, pd.DataFrame]) -> None:
    assert first.keys() == second.keys()
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, second[name], obj=name, check_exact=True)


def copy_of(home: Home, new_home, name: str) -> Home:
    """A home of its own with everything that another home holds."""
    copy = new_home(name)
    shutil.copytree(home.path, copy.path, dirs_exist_ok=True)
    return copy


def newest_event_files(home: Home, platform: str, day: date = NIGHT, prefix: str = "*") -> list[Path]:
    files = sorted((home.path / "landing" / platform / "events").rglob(f"{prefix}{day.isoformat()}*"))
    assert files, f"{platform} delivered nothing on {day}"
    return files


def test_every_person_gets_a_list_on_every_platform(small_night: Home) -> None:
    """Each person has, on each platform, ranks 1 to 20 of different items, each with a title and a reason in words."""
    tables = published(small_night)
    lists = tables["recommendations"]
    persons, platforms = tables["accounts"].user_id.unique(), sorted(tables["accounts"].platform.unique())
    assert platforms == ["games", "music", "news", "shop", "video"]
    grouped = lists.groupby(["user_id", "platform"])
    assert len(grouped) == len(persons) * len(platforms)
    assert (grouped.item_rank.agg(list).map(lambda ranks: sorted(ranks) == list(range(1, 21)))).all()
    assert (grouped.item_id.nunique() == 20).all()
    assert lists.reason_text.str.len().min() > 10
    assert {"joint+single", "single", "item-knn", "prior"} >= set(lists.source)


def test_every_stage_and_every_node_of_dbt_is_a_task_run_that_has_ended(small_night: Home) -> None:
    """When the night is over, Prefect shows each of them as completed, the nodes within what their stage took."""
    query = "select name, state_type, start_time, end_time from task_run"
    with sqlite3.connect(f"file:{small_night.path / 'prefect' / 'prefect.db'}?mode=ro", uri=True) as connection:
        shown = connection.execute(query).fetchall()
    assert {state for _, state, _, _ in shown} == {"COMPLETED"}
    query = "select stage, started_at, ended_at, receipt ->> '$.rows.nodes' from ops.stage_runs order by started_at"
    with duckdb.connect(str(small_night.path / "ops.duckdb"), read_only=True) as connection:
        stages = {
            name: (str(began), str(ended), nodes) for name, began, ended, nodes in connection.execute(query).fetchall()
        }
    assert list(stages) == STAGES
    for name, (began, ended, nodes) in stages.items():
        within = [shown_name for shown_name, _, start, end in shown if began <= start <= end <= ended]
        assert (
            len(within) == int(nodes) if name.startswith("dbt ") else name in {shown_name for shown_name, *_ in shown}
        )


def test_training_hears_how_much_of_the_records_can_be_used(small_night: Home) -> None:
    """Of each platform the share that is not rejected, repeated or unknown, as the night counted; there are some."""
    shares = "reject_share, duplicate_share, unknown_item_share, unknown_event_type_share"
    with duckdb.connect(small_night.path / "warehouse.duckdb", read_only=True) as connection:
        query = f"select {shares} from quality.platform_facts order by platform"
        wrong = connection.execute(query).fetch_df().fillna(0)
    (path,) = (small_night.path / "runs").glob("*/inputs/platforms.parquet")
    told = pd.read_parquet(path).quality
    assert told.tolist() == pytest.approx((1 - wrong).prod(axis=1).tolist())
    assert told.between(0.5, 1).all() and told.nunique() > 1


def test_nothing_after_the_cut_counts_and_a_re_run_gives_the_same_rows(small_night: Home, new_home) -> None:
    """A night run again, with events planted after the cut, publishes the same rows under the same run_id."""
    home = copy_of(small_night, new_home, "future")
    before = published(home)
    shop = newest_event_files(home, "shop")[0]
    lines = shop.read_text().splitlines()
    tomorrow = (NIGHT + timedelta(days=1)).isoformat()
    planted = [line.replace(NIGHT.isoformat(), tomorrow) for line in lines if NIGHT.isoformat() in line]
    assert planted
    records = [json.loads(line) for line in planted if line.startswith("{") and line.endswith("}")]
    records = [record for record in records if record["customer"]]  # a broken record has no time to be after the cut
    for number, record in enumerate(records):
        record[next(iter(record))] = f"planted-{number}"
    shop.with_name("planted.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    home.night(NIGHT, 0, "--fresh")
    with duckdb.connect(str(home.path / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute("select count(*) from raw.shop_events where id like 'planted-%'").fetchone()
    assert found is not None and found[0] > 0
    assert_same(before, published(home))


def test_the_next_night_adds_to_history(small_night: Home, new_home, next_day: date) -> None:
    """The next night publishes its own lists, keeps the earlier night in history, and judges it by what came since.

    Told not to learn from nothing every night, it goes on from the recommender of the first.
    """
    home = copy_of(small_night, new_home, "next")
    home.environment["CROSSREC_RETRAIN_DAYS"] = "7"
    earlier = published(home)["recommendations"]
    home.simulate(until=next_day, days=11)
    home.night(next_day)
    tables = published(home)
    assert set(tables["recommendations"].logical_date.astype(str)) == {next_day.isoformat()}
    versions = tables["recommender_versions"].sort_values("logical_date")
    assert versions.parent.fillna("").tolist() == ["", versions.recommender_version.iloc[0]]
    with duckdb.connect(str(home.path / "published.duckdb"), read_only=True) as connection:
        query = "select * from recommendation_history where logical_date = ? order by user_id, platform, item_rank"
        kept = connection.execute(query, [NIGHT]).fetch_df()
        nights = connection.execute("select distinct logical_date from recommendation_history order by 1").fetchall()
    assert [night for (night,) in nights] == [NIGHT, next_day]
    columns = ["user_id", "platform", "item_rank", "item_id", "score", "run_id"]
    wanted = earlier[columns].sort_values(["user_id", "platform", "item_rank"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(kept[columns], wanted, check_exact=True)
    assert set(tables["realised"].list_logical_date.astype(str)) == {NIGHT.isoformat()}


@pytest.mark.parametrize(
    "stages",
    [["dbt staging", "train", "publish"], pytest.param(STAGES, marks=pytest.mark.thorough)],
    ids=["some", "all"],
)
def test_killed_in_any_stage_a_night_ends_like_an_undisturbed_one(
    small_night: Home, new_home, stages: list[str]
) -> None:
    """`kill -9` in one stage after the other, then a re-run: the same tables, no orphan, always a readable file."""
    home = new_home("killed")
    shutil.copytree(small_night.path / "landing", home.path / "landing")
    shutil.copyfile(small_night.path / "published.duckdb", home.path / "published.duckdb")
    chance, unreadable, is_over = random.Random(0), [], threading.Event()

    def poll() -> None:
        while not is_over.is_set():
            try:
                with duckdb.connect(str(home.path / "published.duckdb"), read_only=True) as connection:
                    connection.execute("select count(*) from recommendations").fetchone()
            except duckdb.Error as error:
                unreadable.append(error)
            time.sleep(0.05)

    reader = threading.Thread(target=poll)
    reader.start()
    try:
        for stage in stages:
            kill_in(home, stage, chance.uniform(0.05, 2.0 if stage in ("train", "recommend") else 0.5))
        home.night()
    finally:
        is_over.set()
        reader.join()
    assert not unreadable
    assert_same(published(small_night), published(home))


def kill_in(home: Home, stage: str, seconds: float) -> None:
    """Start the night and kill it, and nothing but it, so many seconds after this stage began; no process stays."""
    process = home.start("night", "--date", NIGHT.isoformat())
    seen = []
    for line in process.stdout or ():
        seen.append(line)
        if f" {stage} …" in line:
            break
    assert process.poll() is None, f"the night ended before {stage}:\n{''.join(seen)}"
    time.sleep(seconds)
    family = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive, f"killed in {stage}, these outlived it: {[orphan.cmdline() for orphan in alive]}"


def test_a_night_without_a_platform_is_held(small_night: Home, new_home) -> None:
    """Without one platform's files the night is held, says so in words, and yesterday's lists stand."""
    home = new_home("missing")
    shutil.copytree(small_night.path / "landing", home.path / "landing")
    shutil.copyfile(small_night.path / "published.duckdb", home.path / "published.duckdb")
    for file in newest_event_files(home, "video"):
        file.unlink()
    before = home.published_digest()
    output = home.night(NIGHT, 3)
    assert "Held" in output and "video" in output and "0 events" in output
    assert home.published_digest() == before
    assert "video" in (home.path / "reports" / f"{NIGHT.isoformat()}.html").read_text()


@pytest.mark.thorough
def test_a_night_with_tripled_files_is_held(small_night: Home, new_home) -> None:
    """With one platform's events of the night delivered three times over, the duplicates hold the night.

    Once the files are removed and withdrawn, the night ends as if they had never come.
    """
    home = new_home("tripled")
    shutil.copytree(small_night.path / "landing", home.path / "landing")
    for file in newest_event_files(home, "music"):
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        again = content + content if content.endswith(b"\n") else content + b"\n" + content
        copy = file.with_name("again-" + file.name)
        copy.write_bytes(gzip.compress(again) if file.suffix == ".gz" else again)
    output = home.night(NIGHT, 3)
    assert "Held" in output and "music" in output and "repetitions" in output
    assert not (home.path / "published.duckdb").exists()
    copies = newest_event_files(home, "music", prefix="again-")
    for copy in copies:
        copy.unlink()
    home.run("withdraw", *(str(copy.relative_to(home.path / "landing")) for copy in copies))
    home.night()
    before, after = published(small_night), published(home)
    assert_same({"recommendations": before["recommendations"]}, {"recommendations": after["recommendations"]})


def test_no_planted_identifier_is_stored_anywhere(small_night: Home) -> None:
    """No planted e-mail or phone, in any spelling, is in a column of a table or Parquet file or in a byte of a file."""
    planted = json.loads((small_night.path / "truth" / "planted.json").read_text())
    needles = {needle for kind in planted.values() for needle in kind}
    assert len(needles) > 100
    texts = [path for path in small_night.path.rglob("*") if path.is_file()]
    places = []
    for path in texts:
        if path.is_relative_to(small_night.path / "landing") or path.is_relative_to(small_night.path / "truth"):
            continue
        content = path.read_bytes()
        places += [f"{needle} in {path.name}" for needle in needles if needle.encode() in content]
        places += [f"{needle} in {column}" for column, values in columns_of(path) for needle in needles & values]
        places += [
            f"a part of {column} holds {needle}"
            for column, values in columns_of(path)
            if column.endswith((".text", ".extra", ".message", ".receipt", ".configuration"))
            for needle in needles
            if any(needle in value for value in values)
        ]
    assert not places


def columns_of(path: Path) -> list[tuple[str, set[str]]]:
    """Every column of text in a DuckDB or Parquet file: its name and its values."""
    with duckdb.connect() as connection:
        if path.suffix == ".parquet":
            frames = {path.name: connection.execute("select * from read_parquet(?)", [str(path)]).fetch_df()}
        elif path.suffix == ".duckdb":
            connection.execute(f"attach '{path}' as file (read_only)")
            query = "select schema_name, table_name from duckdb_tables() where database_name = 'file'"
            names = connection.execute(query).fetchall()
            frames = {
                f"{schema}.{table}": connection.execute(f'select * from file."{schema}"."{table}"').fetch_df()
                for schema, table in names
            }
        else:
            frames = {}
    return [
        (f"{name}.{column}", set(frame[column].dropna().astype(str)))
        for name, frame in frames.items()
        for column in frame.select_dtypes("object").columns
    ]
