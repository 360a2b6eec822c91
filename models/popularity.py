"""The popularity priors of all platforms as of one cut."""

from dataclasses import dataclass

import numpy as np

from models.inputs import SECONDS_PER_DAY, Catalogue, Log
from models.popularity_prior import DailyCounts, PopularityPrior, fit_priors


def daily_counts(catalogue: Catalogue, log: Log) -> list[DailyCounts]:
    """For each platform how often its items, counted from 0, were taken on each day."""
    result = []
    for platform in range(len(catalogue.platforms)):
        items = catalogue.items_of(platform)
        own = (log.day_items >= items.start) & (log.day_items < items.stop)
        size = items.stop - items.start
        result.append(DailyCounts(log.day_items[own] - items.start, log.days[own], log.day_counts[own], size))
    return result


@dataclass(frozen=True)
class Popularity:
    """The fitted priors of all platforms, as of one cut."""

    counts: list[DailyCounts]
    priors: list[PopularityPrior]
    last_day: int

    @classmethod
    def fit(cls, catalogue: Catalogue, log: Log, cut: int, window_days: int) -> "Popularity":
        """Fit on what was taken before the cut."""
        counts, last_day = daily_counts(catalogue, log), cut // SECONDS_PER_DAY - 1
        return cls(counts, fit_priors(counts, last_day, window_days), last_day)

    def now(self, platform: int) -> np.ndarray:
        """Log-probabilities `[platform's items]` at the cut."""
        return self.priors[platform].at(self.counts[platform], self.last_day)

    def table(self, platform: int, first_day: int) -> np.ndarray:
        """Log-probabilities `[days, platform's items]` at the end of each day from `first_day` on."""
        return self.priors[platform].by_day(self.counts[platform], first_day, self.last_day)
