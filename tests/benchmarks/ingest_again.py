"""What it costs to ingest a folder again in which nothing is new."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from flows.ingest import ingest
from flows.settings import Settings
from flows.simulate import simulate
from tests.benchmarks.measured import Measured, best_of_three, seconds_of


def bench_ingest_again(folder: Path, _scale: float) -> Iterator[Measured]:
    """Ingesting a folder again, against the first time."""
    settings = Settings(home=folder)
    simulate(settings, people=500, days=10, until=date(2026, 3, 1))
    first = seconds_of(lambda: ingest(settings))
    again = best_of_three(lambda: ingest(settings))
    yield Measured("ingesting nothing new takes {} of the time of the first time", again / first)
