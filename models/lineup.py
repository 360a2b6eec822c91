"""The recommenders of a night side by side: joint, single and popularity, and what joint brought."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.bootstrap import bootstrap_means, interval
from models.evaluation import ALL, METRICS, SEGMENTS, Scores


def metric_rows(recommender: str, platforms: Sequence[str], scores: Sequence[Scores]) -> list[dict[str, Any]]:
    """A row for each platform and "macro", and each metric: the mean with its 95 % bootstrap interval.

    Args:
        recommender: joint, single or popularity.
        platforms: names.
        scores: of each platform.
    """
    rows = []
    for metric in METRICS:
        users, values = zip(*(score.of(ALL, metric) for score in scores), strict=True)
        means = bootstrap_means(values, users)
        for name, value, draws, count in _with_macro(platforms, users, values, means):
            low, high = interval(draws)
            rows.append(_row(recommender, name, metric, value, low, high, count))
    rows += [
        _row(recommender, name, "coverage@10", score.coverage, None, None, len(score.users))
        for name, score in zip(platforms, scores, strict=True)
        if len(score.users)
    ]
    return rows


def uplift_rows(platforms: Sequence[str], single: Sequence[Scores], joint: Sequence[Scores]) -> list[dict[str, Any]]:
    """What joint brought, in every segment and metric; see `paired_rows`."""
    pairs = [(segment, metric) for segment in SEGMENTS for metric in METRICS]
    rows = [row for segment, metric in pairs for row in paired_rows(platforms, single, joint, segment, metric)]
    return [{**row, "single": row.pop("before"), "joint": row.pop("after")} for row in rows]


def paired_rows(
    platforms: Sequence[str], one: Sequence[Scores], other: Sequence[Scores], segment: str, metric: str
) -> list[dict[str, Any]]:
    """The other minus the one for each platform and "macro": the same persons, the same metric, a paired interval."""
    users, before = zip(*(score.of(segment, metric) for score in one), strict=True)
    _, after = zip(*(score.of(segment, metric) for score in other), strict=True)
    means = bootstrap_means([later - earlier for later, earlier in zip(after, before, strict=True)], users)
    pairs = zip(_with_macro(platforms, users, before, means), _with_macro(platforms, users, after, means), strict=True)
    rows = []
    for (name, earlier, draws, count), (_, later, _, _) in pairs:
        low, high = interval(draws)
        rows.append(
            {
                "platform": name,
                "segment": segment,
                "metric": metric,
                "before": earlier,
                "after": later,
                "difference": later - earlier,
                "low": low,
                "high": high,
                "persons_count": count,
            }
        )
    return rows


def _with_macro(
    platforms: Sequence[str], users: Sequence[np.ndarray], values: Sequence[np.ndarray], means: np.ndarray
) -> list[tuple[str, float, np.ndarray, int]]:
    """Name, mean, resampled means and persons of each platform that judged anybody, and of the mean over them."""
    known = [number for number, group in enumerate(values) if len(group)]
    rows = [(platforms[number], float(values[number].mean()), means[number], len(values[number])) for number in known]
    if known:
        everybody = np.unique(np.concatenate([users[number] for number in known]))
        mean = float(np.mean([values[number].mean() for number in known]))
        rows.append(("macro", mean, means[known].mean(axis=0), len(everybody)))
    return rows


def _row(
    recommender: str, platform: str, metric: str, value: float, low: float | None, high: float | None, count: int
) -> dict[str, Any]:
    return {
        "recommender": recommender,
        "platform": platform,
        "segment": ALL,
        "metric": metric,
        "value": value,
        "low": low,
        "high": high,
        "persons_count": count,
    }
