"""Learners that are compared: each a child of its own, which learns for an epoch whenever it is sent a line."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from models.configuration import Configuration

PROJECT = Path(__file__).resolve().parents[2]
PERSONS, ITEMS_A_PLATFORM = 600, 13_000
# every event but a person's first is a target, and there are as few negatives as its peers can do with
CONFIGURATION = Configuration(negatives=256, target_half_life=1e9)


class Epoch(NamedTuple):
    """How much was learned from in an epoch, what it took, and the mean loss of each platform, summed."""

    targets: int
    processor_seconds: float
    loss: float


def answer(epoch: Callable[[], Epoch]) -> None:
    """Be a child: tell of an epoch for each line that comes, until no more can come."""
    for _line in sys.stdin:
        print(json.dumps(epoch()), flush=True)


def timed(targets: int, epoch: Callable[[], float]) -> Epoch:
    """An epoch of so many targets, which gives its loss, with the processor seconds of all threads."""
    started = time.process_time()
    loss = epoch()
    return Epoch(targets, time.process_time() - started, loss)


@contextmanager
def learner(python: Path | str, module: str) -> Iterator[Callable[[], Epoch]]:
    """A child that learns for an epoch whenever it is called; of one thread, for threads that wait burn seconds."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        [str(python), "-m", f"tests.benchmarks.{module}"], cwd=PROJECT, env=environment, text=True, bufsize=1,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as child:  # fmt: skip

        def ask() -> Epoch:
            child.stdin.write("\n")
            return Epoch(*json.loads(child.stdout.readline()))

        yield ask
