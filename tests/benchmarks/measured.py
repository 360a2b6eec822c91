"""What a benchmark has found: a ratio within one run, and the bar that it has to reach, if there is one.

Machines are shared and noisy, so no time has a bar, only what two pieces of work took beside each other.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Measured:
    """A sentence about a number, and what the number has to be: at least, or at most, a bar."""

    sentence: str
    number: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_missed(self) -> bool:
        """Whether the number is on the wrong side of its bar."""
        is_low = self.at_least is not None and self.number < self.at_least
        return is_low or (self.at_most is not None and self.number > self.at_most)

    def __str__(self) -> str:
        """The sentence with its number, and how that stands to its bar."""
        words = self.sentence.format(f"{self.number:.3f}")
        for name, bar in (("at least", self.at_least), ("at most", self.at_most)):
            if bar is not None:
                words += f"  ({name} {bar:.3f}: {'MISSED' if self.is_missed else 'reached'})"
        return words


def seconds_of(work: Callable[[], object]) -> float:
    """The seconds that a piece of work took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def best_of_three(work: Callable[[], object]) -> float:
    """The least seconds that a piece of work took."""
    return min(seconds_of(work) for _ in range(3))


def processor_seconds_of(work: Callable[[], object]) -> float:
    """The seconds of a processor, of all threads together, that a piece of work took in this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def by_turns(*works: Callable[[], float]) -> np.ndarray:
    """What pieces of work give `[rounds, works]`, in five rounds of all of them: what else goes on meets all."""
    return np.array([[work() for work in works] for _ in range(5)])
