"""The probability that a person takes an item, from the score that ranked it: a calibration for each platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import isotonic_regression

TAKEN_EACH = 25  # taken pairs that a step rests on; a head needs two steps
MOST_STEPS = 20
BINS = 10


@dataclass(frozen=True)
class Pairs:
    """Persons and items that they could have taken, parallel arrays `[pairs]`."""

    users: np.ndarray
    scores: np.ndarray
    is_taken: np.ndarray
    weights: np.ndarray  # how many such pairs each stands for

    def only(self, kept: np.ndarray) -> "Pairs":
        """Some of them, by a mask `[pairs]`."""
        return Pairs(self.users[kept], self.scores[kept], self.is_taken[kept], self.weights[kept])


@dataclass(frozen=True)
class ProbabilityHead:
    """P(taken | score): never falling, linear between steps (isotonic calibration; Zadrozny & Elkan, KDD 2002).

    `basis` says what the pairs were: `impressions`, or `lists` as they would have been when the window began.
    """

    basis: str
    scores: Sequence[float]
    probabilities: Sequence[float]

    def of(self, scores: np.ndarray) -> np.ndarray:
        """The probability of each score; above the highest step and below the lowest it stays as it is there."""
        return np.interp(scores, self.scores, self.probabilities)


def fit_probability(basis: str, pairs: Pairs) -> ProbabilityHead | None:
    """A head with steps of equally many taken pairs; None where too few were taken for two of them."""
    taken = pairs.scores[pairs.is_taken]
    steps = min(MOST_STEPS, len(taken) // TAKEN_EACH)
    if steps < 2:
        return None
    edges = np.quantile(taken, np.arange(1, steps) / steps)
    step = np.searchsorted(edges, pairs.scores, side="right")
    weights = np.bincount(step, pairs.weights, steps)
    is_used = weights > 0  # equal scores leave steps empty
    means, shares = (
        np.bincount(step, pairs.weights * values, steps)[is_used] / weights[is_used]
        for values in (pairs.scores, pairs.is_taken)
    )
    risen = isotonic_regression(shares, weights=weights[is_used]).x
    return ProbabilityHead(basis, means.tolist(), risen.tolist())


def judge_probability(basis: str, pairs: Pairs, is_first: np.ndarray) -> dict[str, list[dict[str, Any]]] | None:
    """How well probabilities hold for each half of the pairs under the head of the other; None without such heads.

    Args:
        basis: what the pairs are.
        pairs: all of them.
        is_first: `[pairs]` the half of each one's person.

    Returns:
        `metrics`: Brier score and expected calibration error of the score as it is and of the probability, as rows;
        `reliability`: a row for each tenth of the pairs, from the least probable to the most.
    """
    of_first, of_second = fit_probability(basis, pairs.only(is_first)), fit_probability(basis, pairs.only(~is_first))
    if of_first is None or of_second is None:
        return None
    calibrated = np.where(is_first, of_second.of(pairs.scores), of_first.of(pairs.scores))
    metrics = []
    for name, probabilities in (("score", np.exp(np.minimum(pairs.scores, 0))), ("probability", calibrated)):
        bins = binned(probabilities, pairs)
        error = np.average(np.abs(bins["predicted"] - bins["observed"]), weights=bins["weights"])
        brier = np.average((probabilities - pairs.is_taken) ** 2, weights=pairs.weights)
        for metric, value in (("brier", brier), ("ece", error)):
            row = {"recommender": name, "segment": basis, "metric": metric, "value": float(value)}
            metrics.append({**row, "low": None, "high": None, "persons_count": len(np.unique(pairs.users))})
    columns = {name: values.tolist() for name, values in bins.items() if name != "weights"}
    reliability = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return {"metrics": metrics, "reliability": [{"basis": basis, **row} for row in reliability]}


def binned(probabilities: np.ndarray, pairs: Pairs) -> dict[str, np.ndarray]:
    """Predicted and observed share of taken pairs in bins of equal weight, by what was predicted.

    Their mean distance is the expected calibration error (Naeini et al., AAAI 2015).
    """
    order = np.argsort(probabilities, kind="stable")
    passed = np.cumsum(pairs.weights[order]) - pairs.weights[order] / 2
    places = np.empty(len(order), int)
    places[order] = np.minimum(passed / pairs.weights.sum() * BINS, BINS - 1).astype(int)
    numbers, places, counts = np.unique(places, return_inverse=True, return_counts=True)
    weights = np.bincount(places, pairs.weights)
    predicted, observed = (
        np.bincount(places, pairs.weights * values) / weights for values in (probabilities, pairs.is_taken)
    )
    return {"bin": numbers + 1, "predicted": predicted, "observed": observed, "pairs_count": counts, "weights": weights}
