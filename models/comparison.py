"""Contestants side by side over several nights: means and paired differences with intervals, whole and by segment.

A person is drawn with all their platforms and nights at once, and by all contestants alike, so differences are paired.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from models.bootstrap import bootstrap_means, interval
from models.cold_items import AMONG_COLD, AT_RANDOM, ColdItems
from models.evaluation import ALL, Judged, measure
from models.history import History

if TYPE_CHECKING:
    from models.backtest_child import Job, Listed

MEAN = "mean"
NEW_HERE = "new here, known elsewhere"

Groups = dict[tuple[str, str, int], tuple[np.ndarray, np.ndarray]]
"""By recommender, night and platform: persons and a value of each."""


def compare(
    history: History,
    judged_in: "Callable[[Job], list[Judged]]",
    cold_in: "Callable[[Job], ColdItems]",
    listed: "Mapping[Job, Listed]",
) -> dict[str, Any]:
    """What a backtest came to, `metrics` and `differences`, as rows."""
    names = history.inputs.catalogue.platforms
    measured = measure_all(judged_in, listed) | measure_cold(cold_in, listed)
    metrics, differences = [], []
    for (segment, metric), groups in measured.items():
        table = Resampled(groups, names)
        metrics += [{"segment": segment, "metric": metric, **row} for row in table.means()]
        differences += [{"segment": segment, "metric": metric, **row} for row in table.differences()]
    return {"metrics": metrics, "differences": differences}


def measure_all(
    judged_in: "Callable[[Job], list[Judged]]", listed: "Mapping[Job, Listed]"
) -> dict[tuple[str, str], Groups]:
    """By segment and metric a value of each person; of several seeds the mean."""
    found: dict[tuple[str, str], dict[tuple[str, str, int], list[np.ndarray]]] = {}
    persons: dict[tuple[bool, str, int], np.ndarray] = {}
    for job, one in listed.items():
        for platform, judged in enumerate(judged_in(job)):
            persons[job.is_masked, job.night, platform] = judged.users
            for (segment, metric), values in measure(one.best[platform], judged).items():
                if job.is_masked and (segment, metric) != (ALL, "ndcg@10"):
                    continue
                where = found.setdefault((NEW_HERE if job.is_masked else segment, metric), {})
                where.setdefault((job.recommender, job.night, platform), []).append(values)
    result: dict[tuple[str, str], Groups] = {}
    for (segment, metric), groups in found.items():
        for key, several in groups.items():
            values = np.mean(several, axis=0)
            users = persons[segment == NEW_HERE, key[1], key[2]]
            known = ~np.isnan(values)
            result.setdefault((segment, metric), {})[key] = users[known], values[known]
    return result


def measure_cold(
    cold_in: "Callable[[Job], ColdItems]", listed: "Mapping[Job, Listed]"
) -> dict[tuple[str, str], Groups]:
    """The same of cold items among themselves, with what a random order would come to as one more recommender."""
    found: dict[tuple[str, str], dict[tuple[str, str, int], list[np.ndarray]]] = {}
    persons: dict[tuple[str, int], np.ndarray] = {}
    for job, one in ((job, one) for job, one in listed.items() if not job.is_masked):
        cold = cold_in(job)
        for platform, judged in enumerate(cold.judged):
            persons[job.night, platform] = judged.users
            values = measure(one.cold[platform], judged)
            for metric, at_random in cold.at_random(platform).items():
                where = found.setdefault((AMONG_COLD, metric), {})
                where.setdefault((job.recommender, job.night, platform), []).append(values[ALL, metric])
                where[AT_RANDOM, job.night, platform] = [at_random]
    return {
        name: {key: (persons[key[1:]], np.mean(several, axis=0)) for key, several in groups.items()}
        for name, groups in found.items()
    }


class Resampled:
    """Means of groups, over nights and platforms too, and the same under resampling of the persons."""

    def __init__(self, groups: Groups, platforms: Sequence[str]) -> None:
        self.recommenders = list(dict.fromkeys(recommender for recommender, _, _ in groups))
        self.nights = list(dict.fromkeys(night for _, night, _ in groups))
        self.platforms, self.groups = platforms, groups
        shape = len(self.recommenders), len(self.nights), len(platforms)
        keys = [(r, n, p) for r in self.recommenders for n in self.nights for p in range(len(platforms))]
        nobody = np.array([], int), np.array([])
        found = [groups.get(key, nobody) for key in keys]
        draws = bootstrap_means([values for _, values in found], [users for users, _ in found])
        values = np.array([group.mean() if len(group) else np.nan for _, group in found])
        self.draws, self.values = draws.reshape(*shape, -1), values.reshape(shape)

    def cells(self) -> Iterator[tuple[str, str, np.ndarray, np.ndarray, int]]:
        """Night or "mean", platform or "macro", the mean of each recommender, its draws, how many persons."""
        for nights, night in [*(([night], night) for night in self.nights), (self.nights, MEAN)]:
            rows = [self.nights.index(one) for one in nights]
            values, draws = mean_of_known(self.values[:, rows], 1), mean_of_known(self.draws[:, rows], 1)
            for platform, name in enumerate(self.platforms):
                count = self._persons_count(nights, [platform])
                if count:
                    yield night, name, values[:, platform], draws[:, platform], count
            count = self._persons_count(nights, range(len(self.platforms)))
            if count:
                yield night, "macro", mean_of_known(values, 1), mean_of_known(draws, 1), count

    def _persons_count(self, nights: Sequence[str], platforms: Sequence[int]) -> int:
        first = self.recommenders[0]
        keys = [(first, night, platform) for night in nights for platform in platforms]
        return len(set[int]().union(*(self.groups[key][0] for key in keys if key in self.groups)))

    def means(self) -> Iterator[dict[str, Any]]:
        """A row for each recommender, night or "mean", and platform or "macro"."""
        for night, platform, values, draws, count in self.cells():
            for number, recommender in enumerate(self.recommenders):
                low, high = interval(draws[number])
                yield {
                    "recommender": recommender,
                    "night": night,
                    "platform": platform,
                    "value": float(values[number]),
                    "low": low,
                    "high": high,
                    "persons_count": count,
                }

    def differences(self) -> Iterator[dict[str, Any]]:
        """A row for each two recommenders and platform or "macro", over all nights: the first minus the second."""
        for night, platform, values, draws, count in self.cells():
            for number, recommender in enumerate(self.recommenders if night == MEAN else []):
                for other, against in enumerate(self.recommenders):
                    if other != number:
                        low, high = interval(draws[number] - draws[other])
                        yield {
                            "recommender": recommender,
                            "against": against,
                            "platform": platform,
                            "difference": float(values[number] - values[other]),
                            "low": low,
                            "high": high,
                            "persons_count": count,
                        }


def mean_of_known(values: np.ndarray, axis: int) -> np.ndarray:
    """The mean along an axis, of what is not NaN; NaN where all is."""
    known = ~np.isnan(values)
    counts = known.sum(axis=axis)
    sums = np.where(known, values, 0).sum(axis=axis)
    return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))
