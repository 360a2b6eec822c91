"""The window before the cut: what was known when it began, what was taken in it, and by whom."""

from dataclasses import dataclass, replace

import numpy as np

from models.configuration import Configuration
from models.evaluation import Judged, judge_window
from models.halves import quarter
from models.heads import Witnesses, call_witnesses
from models.inputs import SECONDS_PER_DAY, Catalogue, Log
from models.popularity import Popularity


@dataclass(frozen=True)
class Window:
    """The window before the cut: what was known when it began, and what was taken in it."""

    log: Log
    begin: int  # its first second
    days: int
    judged: list[Judged]
    popularity: Popularity
    witnesses: Witnesses
    weighing: list[Judged] | None = None  # others, by whom platforms are weighed between epochs, if they are

    @property
    def users(self) -> np.ndarray:
        """Everybody of whom anything is asked, in ascending order."""
        return np.unique(np.concatenate([self.witnesses.users, *(who.users for who in self.weighing or [])]))

    def of_platform(self, catalogue: Catalogue, platform: int) -> "Window":
        """The same window as a platform on its own would know it, but for what all tell of the prior's half-life."""
        return replace(self, log=self.log.of_items(catalogue.items_of(platform)))


def open_window(catalogue: Catalogue, log: Log, cut: int, configuration: Configuration) -> Window:
    """The last `window_days` before the cut, at most a quarter of the log's span, at least a day."""
    span = (cut - int(log.times.min())) // SECONDS_PER_DAY if len(log.times) else 1
    days = int(max(1, min(configuration.window_days, span // 4)))
    begin = cut - days * SECONDS_PER_DAY
    known = log.until(begin)
    popularity = Popularity.fit(catalogue, known, begin, days)
    judged, weighing, others = judge_window(catalogue, log, begin, days), None, known.users
    if configuration.alpha == "gap":
        weighing, others = [who.only(quarter(who.users)) for who in judged], others[~quarter(others)]
        judged = [who.only(~quarter(who.users)) for who in judged]
    witnesses = call_witnesses(others, log, begin, judged)
    return Window(known, begin, days, judged, popularity, witnesses, weighing)
