"""Popularity: everybody is offered what was taken most of late."""

from dataclasses import dataclass

import numpy as np

from models.contestants import Entry, Task
from models.inputs import SECONDS_PER_DAY
from models.popularity import Popularity, daily_counts


@dataclass(frozen=True)
class Popular:
    """The same scores for everybody: of each platform's items how often they were taken lately."""

    counts: list[np.ndarray]  # for each platform [its items]

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        return np.tile(self.counts[platform].astype(np.float32), (len(users), 1))


def enter(task: Task, last_days: int | None = None, half_life: float | None = None) -> Entry:
    """Counts of the last days, or Σ_d n(i, d) 2^(−age/half-life); without either, the prior that nights fit.

    A list of the most popular items of a recent window is the bar that Ji et al. (2005.13829) set for all others.
    """
    inputs = task.inputs
    last_day = inputs.cut // SECONDS_PER_DAY - 1
    if last_days is None and half_life is None:
        days = int(inputs.configuration["window_days"])
        popularity = Popularity.fit(inputs.catalogue, inputs.log, inputs.cut, days)
        counts = [popularity.now(platform) for platform in range(len(inputs.catalogue.platforms))]
        half_lives = [prior.half_life for prior in popularity.priors]
        return Entry(Popular(counts), {"half_lives": half_lives})
    each = daily_counts(inputs.catalogue, inputs.log)
    if last_days is not None:
        return Entry(Popular([one.taken(last_day - last_days, last_day) for one in each]))
    return Entry(Popular([one.decayed(last_day, float(half_life or 1)) for one in each]))
