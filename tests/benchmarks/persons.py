"""What matching persons costs: time grows with the links, and a million accounts need no more than 2 GiB.

Accounts are in the shape of the simulator's: five platforms, of three people in five several, e-mail, phone and device
as often as there; besides a tablet that thousands use, and chains of people who share a phone with the next.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from flows.settings import PROJECT
from tests.benchmarks.measured import Measured

ACCOUNTS = 1_000_000
SMALL = 8
"""So many times fewer accounts are matched beside it."""

MOST_BYTES = 2 * 2**30
MOST_TIMES = 1.5 * SMALL


def bench_persons(folder: Path, scale: float) -> Iterator[Measured]:
    """The tables from the identifiers to the dimension, over many accounts and over an eighth of them."""
    many = round(ACCOUNTS * scale)
    small, large = (child(folder / str(count), count) for count in (many // SMALL, many))
    words = f"persons of {large['accounts']:,} accounts"
    ratio = large["seconds"] / small["seconds"]
    yield Measured(f"{words} take {{}} times the seconds of an eighth of them", ratio, at_most=MOST_TIMES)
    yield Measured(f"  {words}: {large['persons']:,}, found in {{}} seconds", large["seconds"])
    yield Measured("  with {} seconds of a processor, the start of dbt among them", large["processor_seconds"])
    for name, seconds in large["nodes"]:
        yield Measured(f"    of these {name} {{}}", seconds)
    yield Measured(f"{words} take {{}} of 2 GiB at the peak", large["peak_bytes"] / MOST_BYTES, at_most=1)


def child(home: Path, accounts: int) -> dict:
    """What a process of its own tells of matching so many accounts."""
    command = [sys.executable, "-m", "tests.benchmarks.persons_child", str(home), str(accounts)]
    environment = {**os.environ, "CROSSREC_KEY": "a key for benchmarks"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])
