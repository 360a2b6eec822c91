"""The rate of training, in targets for each second of a processor, beside RecTools and beside the same in PyTorch."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from tests.benchmarks.learning import learner
from tests.benchmarks.measured import Measured, by_turns
from tests.benchmarks.rectools import python

LEARNERS = ("learning_child", "peers.plain_epochs", "peers.rectools_epochs")


def bench_training_rate(_folder: Path, _scale: float) -> Iterator[Measured]:
    """Epochs by turns, over the same log; the same network learns as much in either framework."""
    with ExitStack() as stack:
        pythons = (sys.executable, python(), python())
        ours, plain, rectools = (stack.enter_context(learner(*each)) for each in zip(pythons, LEARNERS, strict=True))
        epochs = by_turns(ours, plain, rectools)
    assert len(np.unique(epochs[:, :, 0])) == 1, "All learn from the same targets."
    seconds, losses = epochs[:, :, 1], epochs[:, :, 2].mean(axis=0)
    words = "training has {} times the rate of "
    yield Measured(f"{words}RecTools' SASRec", np.median(seconds[:, 2] / seconds[:, 0]), at_least=5)
    yield Measured(f"{words}the same network in PyTorch", np.median(seconds[:, 1] / seconds[:, 0]), at_least=0.9)
    yield Measured("  whose loss is {} times ours", losses[1] / losses[0], at_least=0.98, at_most=1.02)
    yield Measured("  {} targets a second of a processor", epochs[0, 0, 0] / np.median(seconds[:, 0]))
