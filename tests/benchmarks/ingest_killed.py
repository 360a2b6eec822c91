"""Ingest that is killed at any moment and run again: it has to end where an undisturbed one ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from flows.settings import PROJECT, Settings
from flows.simulate import simulate
from flows.simulation.native_shapes import SHAPES
from flows.warehouse import connect, identifier
from tests.benchmarks.measured import Measured, seconds_of
from tests.benchmarks.simulated_days import days_from, land_days

EVENTS = 1_000_000
MOMENTS = 50
KEY = {"CROSSREC_KEY": "a key for benchmarks"}


class Death(NamedTuple):
    """How an ingest was killed: after which share of its time, with how many files done, and what came of it."""

    share: float
    files_done: int
    was_killed: bool
    contents: dict[str, tuple[int, int]]


def bench_killed_ingest(folder: Path, scale: float) -> Iterator[Measured]:
    """Kill ingest at moments spread evenly over its duration; count those after which `raw` differs in the end."""
    landing = land(folder / "landing", round(EVENTS * scale))
    undisturbed, seconds = undisturbed_ingest(folder / "undisturbed", landing)
    deaths = list(killed_ingests(folder, landing, seconds, MOMENTS))
    killed = [death for death in deaths if death.was_killed]
    halfway = sum(death.files_done > 0 for death in killed)
    differing = [death.share for death in deaths if death.contents != undisturbed]
    words = f"{len(killed)} ingests of {undisturbed_events(undisturbed):,} events killed, {halfway} of them between"
    yield Measured(f"{words} files: after {{}} of them the raw tables differ", len(differing), at_most=0)
    yield Measured("{} of the kills came before the end", len(killed) / MOMENTS, at_least=0.8)


def land(landing: Path, events: int) -> Path:
    """A landing of all platforms with all kinds of records, broken ones too, and about so many events more."""
    simulate(Settings(home=landing.parent), people=200, days=4, until=date(2026, 1, 4))
    files_a_platform = 4
    count = events // (len(SHAPES) * files_a_platform)
    land_days(landing, tuple(SHAPES), days_from(date(2026, 1, 1), 2), files_a_platform // 2, count, 1000, 500)
    return landing


def undisturbed_ingest(home: Path, landing: Path) -> tuple[dict[str, tuple[int, int]], float]:
    """What an ingest ends with that nobody kills, and its seconds."""
    with begun_ingest(home, landing) as process:
        seconds = seconds_of(process.wait)
        assert process.returncode == 0
    return contents_of(home), seconds


def killed_ingests(folder: Path, landing: Path, seconds: float, moments: int) -> Iterator[Death]:
    """Ingests into new homes, each killed at its moment and then run to the end."""
    for number in range(moments):
        home, share = folder / f"killed-{number}", (number + 0.5) / moments
        with begun_ingest(home, landing) as process:
            time.sleep(seconds * share)
            process.send_signal(signal.SIGKILL)
            process.wait()
        was_killed, files_done = process.returncode == -signal.SIGKILL, files_in(home)
        with begun_ingest(home, landing) as process:
            process.wait()
            assert process.returncode == 0
        yield Death(share, files_done, was_killed, contents_of(home))


def begun_ingest(home: Path, landing: Path) -> "subprocess.Popen[str]":
    """A process that has just begun to ingest a landing into a home."""
    home.mkdir(exist_ok=True)
    if not (home / "landing").exists():
        (home / "landing").symlink_to(landing)
    command = [sys.executable, "-m", "tests.benchmarks.ingest_once", str(home)]
    process = subprocess.Popen(
        command, cwd=PROJECT, env={**os.environ, **KEY}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def contents_of(home: Path) -> dict[str, tuple[int, int]]:
    """Each table of `raw` as its count of rows and a sum of their hashes, whatever their order and time of loading."""
    with connect(home / "warehouse.duckdb", read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'raw' order by table_name"
        ).fetchall()
        rows = "select columns(lambda name: name <> 'loaded_at') from raw.{}"
        query = f"select count(*), coalesce(sum(hash(rows_of)), 0) from ({rows}) as rows_of"
        found = {table: connection.execute(query.format(identifier(table))).fetchone() for (table,) in tables}
    return {table: (int(row[0]), int(row[1])) for table, row in found.items() if row}


def undisturbed_events(contents: dict[str, tuple[int, int]]) -> int:
    """How many events were accepted."""
    return sum(count for table, (count, _) in contents.items() if table.endswith("_events"))


def files_in(home: Path) -> int:
    """How many files are in the manifest of a home, which a kill may have left without one."""
    if not (home / "warehouse.duckdb").exists():
        return 0
    with connect(home / "warehouse.duckdb") as connection:
        tables = connection.execute(
            "select count(*) from information_schema.tables where table_schema = 'raw' and table_name = 'files'"
        ).fetchone()
        row = connection.execute("select count(*) from raw.files").fetchone() if tables and tables[0] else None
    return int(row[0]) if row else 0
