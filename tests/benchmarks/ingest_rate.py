"""The rate of ingest against DuckDB's bare reader, format by format, and the memory that it takes.

Both read the same files into a DuckDB file, with as many threads and as much memory, by turns, each in a process of
its own.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from flows.settings import PROJECT, Settings
from tests.benchmarks.ingest_child import READERS
from tests.benchmarks.measured import Measured
from tests.benchmarks.simulated_days import days_from, land_days

EVENTS = 10_000_000
EVENTS_A_FILE = 250_000
FILES_A_DAY = 2
PEOPLE, ITEMS = 200_000, 50_000
ROUNDS = 2
GIBIBYTE = 1 << 30

FORMATS = {"music": "JSON lines gz", "news": "CSV", "video": "Parquet"}
LEAST_RATES = {"music": 0.6, "news": 0.5, "video": 0.4}


def bench_ingest_rate(folder: Path, scale: float) -> Iterator[Measured]:
    """Ingest against `create table as select * from read_…`."""
    files = max(round(EVENTS * scale / EVENTS_A_FILE), 1)
    parts = min(files, FILES_A_DAY)
    days = days_from(date(2026, 1, 1), files // parts)
    peak = 0.0
    for platform in FORMATS:
        landing = folder / "landing"
        land_days(landing, (platform,), days, parts, EVENTS_A_FILE, PEOPLE, ITEMS)
        seconds: dict[str, list[float]] = {"bare": [], "ours": []}
        for number in range(ROUNDS):
            for way in ("bare", "ours"):
                took, memory = child(way, platform, folder / f"{way}-{platform}-{number}", landing)
                seconds[way].append(took)
                peak = max(peak, memory) if way == "ours" else peak
        rate = min(seconds["bare"]) / min(seconds["ours"])
        count = f"{len(days) * parts * EVENTS_A_FILE:,}"
        words = f"ingesting {count} events as {FORMATS[platform]} has {{}} of the rate of {READERS[platform]}"
        yield Measured(words, rate, at_least=LEAST_RATES[platform])
    limit = memory_limit() + GIBIBYTE / 2
    yield Measured("ingesting takes at its peak {} of the memory limit and half a gibibyte", peak / limit, at_most=1.0)


def memory_limit() -> float:
    """Bytes that DuckDB may use; the setting is written as 2GB."""
    return float(Settings().memory_limit.removesuffix("GB")) * 1e9


def child(way: str, platform: str, home: Path, landing: Path) -> tuple[float, float]:
    """Seconds and bytes of memory at the peak of a process that reads all files of a platform."""
    command = [sys.executable, "-m", "tests.benchmarks.ingest_child", way, platform, str(home), str(landing)]
    environment = {**os.environ, "CROSSREC_KEY": "a key for benchmarks"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    return told["seconds"], told["peak_bytes"]
