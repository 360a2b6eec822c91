"""Ingest that is killed at any moment and run again: it has to end where an undisturbed one ends."""

import shutil
import signal
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from flows.settings import Settings
from flows.simulate import simulate
from flows.simulation.native_shapes import SHAPES
from flows.warehouse import connect, identifier
from tests.benchmarks.ingest_once import begun_ingest
from tests.benchmarks.measured import Measured, seconds_of
from tests.benchmarks.simulated_days import days_from, land_days

EVENTS = 1_000_000
MOMENTS = 50

Contents = dict[str, tuple[int, int]]
"""Rows and a sum of their hashes, by table."""


class Death(NamedTuple):
    """How an ingest was killed: after which share of its time, with how many files done, and what came of it."""

    share: float
    files_done: int
    was_killed: bool
    contents: Contents


def bench_killed_ingest(folder: Path, scale: float) -> Iterator[Measured]:
    """Kill ingest at moments spread evenly over its duration; count those after which `raw` differs in the end."""
    landing = land(folder / "landing", round(EVENTS * scale))
    undisturbed, seconds = undisturbed_ingest(folder, landing)
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


def undisturbed_ingest(folder: Path, landing: Path) -> tuple[Contents, float]:
    """What an ingest ends with that nobody kills, and the seconds of the quicker one of two, once it has begun."""
    homes = [folder / f"undisturbed-{number}" for number in range(2)]
    seconds = [whole_ingest(home, landing) for home in homes]
    contents, others = (contents_of(home) for home in homes)
    assert contents == others
    return contents, min(seconds)


def whole_ingest(home: Path, landing: Path) -> float:
    """The seconds of an ingest that comes to its end, from when it has begun."""
    process = begun_ingest(home, landing)
    seconds = seconds_of(process.join)
    assert process.exitcode == 0
    return seconds


def killed_ingests(folder: Path, landing: Path, seconds: float, moments: int) -> Iterator[Death]:
    """Ingests into new homes, each killed at its moment and then run to the end; nobody opens what the kill left."""
    for number in range(moments):
        home, share = folder / f"killed-{number}", (number + 0.5) / moments
        process = begun_ingest(home, landing)
        time.sleep(seconds * share)
        process.kill()
        process.join()
        killed_at = datetime.now(UTC).replace(tzinfo=None)
        whole_ingest(home, landing)
        with connect(home / "warehouse.duckdb", read_only=True) as connection:
            row = connection.execute("select count(*) from raw.files where loaded_at < ?", [killed_at]).fetchone()
        yield Death(share, row[0] if row else 0, process.exitcode == -signal.SIGKILL, contents_of(home))
        shutil.rmtree(home)


def contents_of(home: Path) -> Contents:
    """Each table of `raw` that is loaded into, as its count of rows and a sum of their hashes, whatever their order.

    Of the times of loading only their order counts.
    """
    with connect(home / "warehouse.duckdb", read_only=True) as connection:
        tables = connection.execute("""
            select table_name from information_schema.columns
            where table_schema = 'raw' and column_name = 'loaded_at' order by table_name
        """).fetchall()
        query = """
            with moments as (select loaded_at, row_number() over (order by loaded_at) as moment from raw.files),
            contents as (
                select records.* exclude (loaded_at), moments.moment
                from raw.{} as records left join moments using (loaded_at)
            )
            select count(*), coalesce(sum(hash(contents)), 0) from contents
        """
        found = {table: connection.execute(query.format(identifier(table))).fetchone() for (table,) in tables}
    return {table: (int(row[0]), int(row[1])) for table, row in found.items() if row}


def undisturbed_events(contents: Contents) -> int:
    """How many events were accepted."""
    return sum(count for table, (count, _) in contents.items() if table.endswith("_events"))
