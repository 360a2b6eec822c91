"""The window before the cut: what was known when it began, what was taken in it, and who judges by that."""

from dataclasses import dataclass, replace

import numpy as np

from models.configuration import Configuration
from models.evaluation import Judged, judge_window
from models.inputs import SECONDS_PER_DAY, Catalogue, Log
from models.popularity import Popularity


@dataclass(frozen=True)
class Window:
    """The window before the cut: what was known when it began, and what was taken in it."""

    log: Log
    cut: int
    days: int
    judged: list[Judged]
    popularity: Popularity
    weighing: list[Judged] | None = None  # others, by whom platforms are weighed between epochs, if they are

    @property
    def users(self) -> np.ndarray:
        """Everybody who is asked about on any platform, in ascending order."""
        return np.unique(np.concatenate([asked.users for asked in (*self.judged, *(self.weighing or []))]))

    def of_platform(self, catalogue: Catalogue, platform: int) -> "Window":
        """The same window as a platform on its own would know it."""
        return replace(self, log=self.log.of_items(catalogue.items_of(platform)))


def open_window(catalogue: Catalogue, log: Log, cut: int, configuration: Configuration) -> Window:
    """The last `window_days` before the cut, at most a quarter of the log's span, at least a day."""
    span = (cut - int(log.times.min())) // SECONDS_PER_DAY if len(log.times) else 1
    days = int(max(1, min(configuration.window_days, span // 4)))
    begin = cut - days * SECONDS_PER_DAY
    known = log.until(begin)
    popularity = Popularity.fit(catalogue, known, begin, days)
    judged = judge_window(catalogue, log, begin, days)
    if configuration.alpha != "gap":
        return Window(known, begin, days, judged, popularity)
    weighing = [who.only(quarter(who.users)) for who in judged]
    return Window(known, begin, days, [who.only(~quarter(who.users)) for who in judged], popularity, weighing)


def even(users: np.ndarray) -> np.ndarray:
    """One half of the persons, by a bit of their mixed index, so that neighbours part."""
    return _mixed(users) % 2 == 0


def odd(users: np.ndarray) -> np.ndarray:
    """The other half."""
    return ~even(users)


def quarter(users: np.ndarray) -> np.ndarray:
    """Every fourth person, of each half as many."""
    return _mixed(users) // 2 % 4 == 0


def _mixed(users: np.ndarray) -> np.ndarray:
    mixed = users.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray(mixed >> np.uint64(40)).astype(np.int64)
