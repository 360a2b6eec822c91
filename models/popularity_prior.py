"""The popularity prior: how likely each item of a platform is to be the next one taken, whoever takes it.

Decayed counts c_h(i, t) = Σ_{d ≤ t} n(i, d) 2^(−(t − d)/h), and from them the log-linear

    log p(i | t) = β log(c_h(i, t) + ε) + constant.

The half-life h is the one whose list would have ranked best (DCG@10) after simulated past cuts, on the platform and, as
much again, on all together; β maximises the likelihood of what was really taken after them (the conditional logit,
McFadden 1974). The last simulated window ends at the cut, so nothing later is seen. A plain likelihood fit over many
half-lives was tried and ranks worse: it explains the long tail, while a list lives from its head.
"""

from dataclasses import dataclass

import numpy as np

HALF_LIVES = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 14.0, 30.0, 60.0, 90.0)
FLOOR = 0.01  # ε: what an item counts that nobody has taken yet
CUTS, STEP_DAYS, RANKS = 12, 7, 10
EXPONENTS = np.linspace(0.1, 1.5, 29)


@dataclass(frozen=True)
class DailyCounts:
    """How often each item of one platform was taken on each day: parallel arrays `[rows]`, and the catalogue's size."""

    items: np.ndarray
    days: np.ndarray
    counts: np.ndarray
    size: int

    def decayed(self, last_day: int, half_life: float) -> np.ndarray:
        """c_h of each item `[size]` at the end of `last_day`; later rows change nothing."""
        known = self.days <= last_day
        weights = self.counts[known] * 0.5 ** ((last_day - self.days[known]) / half_life)
        return np.bincount(self.items[known], weights, minlength=self.size)

    def taken(self, after: int, up_to: int) -> np.ndarray:
        """How often each item `[size]` was taken on the days in (after, up_to]."""
        inside = (self.days > after) & (self.days <= up_to)
        return np.bincount(self.items[inside], self.counts[inside].astype(float), minlength=self.size)


def simulated_cuts(counts: DailyCounts, last_day: int, window_days: int) -> list[int]:
    """Past days, newest first, that have a past of their own and a whole window up to `last_day` after them."""
    first = counts.days.min() if len(counts.days) else last_day
    days = [last_day - window_days - number * STEP_DAYS for number in range(CUTS)]
    return [day for day in days if day >= first]


def half_life_gains(counts: DailyCounts, last_day: int, window_days: int) -> np.ndarray:
    """Mean DCG@10 `[half_lives]` of each half-life's list after simulated cuts, the best one scaled to 1."""
    discounts = 1 / np.log2(np.arange(2, RANKS + 2))
    gains = np.zeros(len(HALF_LIVES))
    for day in simulated_cuts(counts, last_day, window_days):
        taken = counts.taken(day, day + window_days)
        for number, half_life in enumerate(HALF_LIVES):
            top = np.argsort(-counts.decayed(day, half_life), kind="stable")[:RANKS]
            gains[number] += taken[top] @ discounts[: len(top)] / max(taken.sum(), 1)
    return gains / gains.max() if gains.max() > 0 else gains


def choose_half_lives(platforms: list[DailyCounts], last_day: int, window_days: int) -> list[float]:
    """A half-life for each platform: its own evidence and, as much again, that of all platforms together.

    One platform's bursts are few, and a choice on them alone is noise.
    """
    gains = np.stack([half_life_gains(counts, last_day, window_days) for counts in platforms])
    together = gains + gains.mean(axis=0)
    default = HALF_LIVES.index(7.0)
    return [HALF_LIVES[int(np.argmax(row)) if row.any() else default] for row in together]


def choose_exponent(counts: DailyCounts, half_life: float, last_day: int, window_days: int) -> float:
    """The exponent β under which what was taken after simulated cuts is most likely."""
    likelihood = np.zeros(len(EXPONENTS))
    for day in simulated_cuts(counts, last_day, window_days):
        logs, taken = np.log(counts.decayed(day, half_life) + FLOOR), counts.taken(day, day + window_days)
        for number, exponent in enumerate(EXPONENTS):
            likelihood[number] += taken @ log_softmax(exponent * logs)
    return float(EXPONENTS[int(np.argmax(likelihood))]) if likelihood.any() else 1.0


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Logits, shifted along the last axis so that their exponentials sum to 1."""
    if not logits.size:
        return logits
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


@dataclass(frozen=True)
class PopularityPrior:
    """The fitted prior of one platform."""

    half_life: float
    exponent: float

    def at(self, counts: DailyCounts, last_day: int) -> np.ndarray:
        """Log-probabilities `[size]` float32 of the platform's items, as known at the end of `last_day`."""
        logs = self.exponent * np.log(counts.decayed(last_day, self.half_life) + FLOOR)
        return log_softmax(logs).astype(np.float32)

    def by_day(self, counts: DailyCounts, first_day: int, last_day: int) -> np.ndarray:
        """Log-probabilities `[days, size]` float32 at the end of each day from `first_day` to `last_day`."""
        decayed = counts.decayed(first_day - 1, self.half_life)
        table = np.empty((last_day - first_day + 1, counts.size), np.float32)
        for row, day in enumerate(range(first_day, last_day + 1)):
            decayed = decayed * 0.5 ** (1 / self.half_life) + counts.taken(day - 1, day)
            table[row] = log_softmax(self.exponent * np.log(decayed + FLOOR))
        return table


def fit_priors(platforms: list[DailyCounts], last_day: int, window_days: int) -> list[PopularityPrior]:
    """The prior of each platform, fitted on what was known and taken up to `last_day`."""
    half_lives = choose_half_lives(platforms, last_day, window_days)
    return [
        PopularityPrior(half_life, choose_exponent(counts, half_life, last_day, window_days))
        for counts, half_life in zip(platforms, half_lives, strict=True)
    ]
