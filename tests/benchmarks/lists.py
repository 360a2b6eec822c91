"""What the lists of all persons on all platforms cost: the rate beside NumPy alone, and the memory."""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from models.recommender import Scorer
from models.top_k import BLOCK_BYTES
from tests.benchmarks.learning import PROJECT
from tests.benchmarks.lists_child import K, drawn_scorer, lists
from tests.benchmarks.measured import Measured, by_turns, processor_seconds_of

PERSONS, ITEMS_A_PLATFORM = 100_000, 25_000
PERSONS_BY_TURNS = 2000
GIBIBYTE = 1 << 30


def bench_lists(_folder: Path, scale: float) -> Iterator[Measured]:
    """The exact best ten, and at the peak the memory of a process of its own, beyond what the framework takes."""
    scorer = drawn_scorer(PERSONS_BY_TURNS, ITEMS_A_PLATFORM)
    for ours, plain in zip(lists(scorer), plain_lists(scorer), strict=True):
        assert (ours == plain).all()
    works = (partial(processor_seconds_of, lambda make=make: [*make(scorer)]) for make in (lists, plain_lists))
    with threadpool_limits(1):  # threads that wait burn seconds
        seconds = by_turns(*works)
    words = f"lists of ten among {ITEMS_A_PLATFORM:,} items, on each platform, have {{}} times the rate of NumPy alone"
    yield Measured(words, np.median(seconds[:, 1] / seconds[:, 0]), at_least=1)
    persons = round(PERSONS * scale)
    command = [sys.executable, "-m", "tests.benchmarks.lists_child", str(persons), str(ITEMS_A_PLATFORM)]
    done = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    words = f"lists of {persons:,} persons among {len(scorer.vectors):,} items take {{}} GiB beyond the framework's"
    yield Measured(words, json.loads(done.stdout.splitlines()[-1]) / GIBIBYTE, at_most=1)


def plain_lists(scorer: Scorer) -> Iterator[np.ndarray]:
    """The same items by a matrix product and `argpartition`, in blocks as large as ours."""
    block = BLOCK_BYTES // (4 * ITEMS_A_PLATFORM)
    for platform, (queries, prior) in enumerate(zip(scorer.queries, scorer.priors, strict=True)):
        items = scorer.catalogue.items_of(platform)
        vectors, found = scorer.vectors[items].T, []
        for begin in range(0, len(queries), block):
            table = queries[begin : begin + block] @ vectors
            table += prior
            best = np.argpartition(table, -K, axis=1)[:, -K:]
            order = np.argsort(-np.take_along_axis(table, best, axis=1), axis=1)
            found.append(np.take_along_axis(best, order, axis=1) + items.start)
        yield np.concatenate(found)
