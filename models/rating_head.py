"""What a person would rate an item, on the platform's own scale."""

from dataclasses import dataclass

import numpy as np

from models.inputs import Outcomes

LEAST_RATINGS = 50
SHRINKAGE = 10.0  # ratings by which a mean is drawn to the platform's
RIDGE = 10.0


@dataclass(frozen=True)
class Baseline:
    """μ + b_u + b_i of one platform, b being shrunk means of what is left (Koren, KDD 2008, baseline estimates)."""

    mean: float
    of_users: np.ndarray  # [users]
    of_items: np.ndarray  # [items of all platforms]
    low: float
    high: float

    def of(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Of pairs `[pairs]`."""
        return self.mean + self.of_users[users] + self.of_items[items]


def fit_baseline(rated: Outcomes, users_count: int, items_count: int) -> Baseline | None:
    """From one platform's ratings; None without any."""
    if not len(rated.values):
        return None
    mean = float(rated.values.mean())
    of_items = _shrunk(rated.items, rated.values - mean, items_count)
    of_users = _shrunk(rated.users, rated.values - mean - of_items[rated.items], users_count)
    return Baseline(mean, of_users, of_items, float(rated.values.min()), float(rated.values.max()))


def _shrunk(whose: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    sums, counts = np.bincount(whose, values, count), np.bincount(whose, minlength=count)
    return np.asarray(sums / (counts + SHRINKAGE))


@dataclass(frozen=True)
class RatingHead:
    """r = baseline + `slope` · (a − `centre`), within the scale, with a the network's affinity of person and item."""

    slope: float
    centre: float

    def of(self, baseline: Baseline, users: np.ndarray, items: np.ndarray, affinities: np.ndarray) -> np.ndarray:
        """Of pairs `[pairs]`."""
        ratings = baseline.of(users, items) + self.slope * (affinities - self.centre)
        return np.clip(ratings, baseline.low, baseline.high)


def fit_rating(baseline: Baseline, rated: Outcomes, affinities: np.ndarray) -> RatingHead | None:
    """The slope by ridge regression on ratings `[ratings]` that the baseline does not know; None if there are few."""
    if len(rated.values) < LEAST_RATINGS:
        return None
    centre = float(affinities.mean())
    left, away = rated.values - baseline.of(rated.users, rated.items), affinities - centre
    return RatingHead(float(away @ left / (away @ away + RIDGE)), centre)
