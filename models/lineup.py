"""The recommenders of a night side by side: joint, single and popularity, and what joint brought."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.bootstrap import bootstrap_means, interval
from models.evaluation import Scores

METRICS = ("ndcg", "recall")


def metric_rows(recommender: str, platforms: Sequence[str], scores: Sequence[Scores]) -> list[dict[str, Any]]:
    """A row for each platform and "macro", and each metric: the mean with its 95 % bootstrap interval.

    Args:
        recommender: joint, single or popularity.
        platforms: names.
        scores: of each platform.
    """
    rows = []
    for metric in METRICS:
        values = [getattr(score, metric) for score in scores]
        means = bootstrap_means(values, [score.users for score in scores])
        for name, value, draws, count in _with_macro(platforms, values, means, scores):
            low, high = interval(draws)
            rows.append(_row(recommender, name, f"{metric}@10", value, low, high, count))
    rows += [
        _row(recommender, name, "coverage@10", score.coverage, None, None, len(score.users))
        for name, score in zip(platforms, scores, strict=True)
        if len(score.users)
    ]
    return rows


def uplift_rows(platforms: Sequence[str], single: Sequence[Scores], joint: Sequence[Scores]) -> list[dict[str, Any]]:
    """Joint minus single for each platform and "macro": the same persons, the same metric, a paired interval."""
    rows = []
    for metric in METRICS:
        before, after = ([getattr(score, metric) for score in scores] for scores in (single, joint))
        differences = [later - earlier for later, earlier in zip(after, before, strict=True)]
        means = bootstrap_means(differences, [score.users for score in joint])
        pairs = zip(
            _with_macro(platforms, before, means, joint), _with_macro(platforms, after, means, joint), strict=True
        )
        for (name, earlier, draws, count), (_, later, _, _) in pairs:
            low, high = interval(draws)
            rows.append(
                {
                    "platform": name,
                    "segment": "all",
                    "metric": f"{metric}@10",
                    "single": earlier,
                    "joint": later,
                    "difference": later - earlier,
                    "low": low,
                    "high": high,
                    "persons_count": count,
                }
            )
    return rows


def _with_macro(
    platforms: Sequence[str], values: list[np.ndarray], means: np.ndarray, scores: Sequence[Scores]
) -> list[tuple[str, float, np.ndarray, int]]:
    """Name, mean, resampled means and persons of each platform that judged anybody, and of the mean over them."""
    known = [number for number, group in enumerate(values) if len(group)]
    rows = [(platforms[number], float(values[number].mean()), means[number], len(values[number])) for number in known]
    if known:
        everybody = np.unique(np.concatenate([scores[number].users for number in known]))
        mean = float(np.mean([values[number].mean() for number in known]))
        rows.append(("macro", mean, means[known].mean(axis=0), len(everybody)))
    return rows


def _row(
    recommender: str, platform: str, metric: str, value: float, low: float | None, high: float | None, count: int
) -> dict[str, Any]:
    return {
        "recommender": recommender,
        "platform": platform,
        "segment": "all",
        "metric": metric,
        "value": value,
        "low": low,
        "high": high,
        "persons_count": count,
    }
