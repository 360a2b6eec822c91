"""Learners that are compared: each a child of its own, which learns for an epoch whenever it is sent a line."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

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


def answer(work: Callable[[], Epoch | float]) -> None:
    """Be a child: do the work for each line that comes, and tell what it gave, until no more can come."""
    for _line in sys.stdin:
        print(json.dumps(work()), flush=True)


def timed(targets: int, epoch: Callable[[], float]) -> Epoch:
    """An epoch of so many targets, which gives its loss, with the processor seconds of all threads."""
    started = time.process_time()
    loss = epoch()
    return Epoch(targets, time.process_time() - started, loss)


@contextmanager
def asked(python: Path | str, module: str, *arguments: str, threads: int = 1) -> Iterator[Callable[[], Any]]:
    """A child that does its work whenever it is called; of one thread, for threads that wait burn seconds."""
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "RAYON_NUM_THREADS")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), **dict.fromkeys(names, str(threads))}
    with subprocess.Popen(
        [str(python), "-m", f"tests.benchmarks.{module}", *arguments], cwd=PROJECT, env=environment, text=True,
        bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as child:  # fmt: skip

        def ask() -> Any:
            child.stdin.write("\n")
            return json.loads(child.stdout.readline())

        yield ask


@contextmanager
def learner(python: Path | str, module: str) -> Iterator[Callable[[], Epoch]]:
    """A child that learns for an epoch whenever it is called."""
    with asked(python, module) as ask:
        yield lambda: Epoch(*ask())
