"""Bootstrap intervals of means over persons."""

from collections.abc import Sequence

import numpy as np


def bootstrap_means(
    values: Sequence[np.ndarray], persons: Sequence[np.ndarray], draws: int = 1000, seed: int = 0
) -> np.ndarray:
    """Means of several groups of values under resampling of the persons (Efron & Tibshirani 1993).

    A person is drawn with all their values at once, so that what they have in common, on several platforms say, does
    not make intervals too narrow. For a paired difference hand in the differences.

    Args:
        values: for each group `[n]`.
        persons: for each group `[n]` whose value it is.
        draws: how many resamples.

    Returns:
        `[groups, draws]`; NaN where a group has no value.
    """
    everybody = np.unique(np.concatenate(persons)) if persons else np.array([])
    if not len(everybody):
        return np.full((len(values), draws), np.nan)
    chance = np.random.default_rng(seed)
    weights = chance.multinomial(len(everybody), np.full(len(everybody), 1 / len(everybody)), size=draws).astype(float)
    sums, counts = np.zeros((2, len(everybody), len(values)))
    for number, (group, whose) in enumerate(zip(values, persons, strict=True)):
        rows = np.searchsorted(everybody, whose)
        sums[:, number] = np.bincount(rows, weights=group, minlength=len(everybody))
        counts[:, number] = np.bincount(rows, minlength=len(everybody))
    means = (weights @ sums / np.maximum(weights @ counts, 1)).T
    means[[not len(group) for group in values]] = np.nan
    return means


def interval(means: np.ndarray) -> tuple[float, float]:
    """The 95 % percentile interval of resampled means `[draws]`."""
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
