"""How good lists are: each list of the best ten against what its person took in the window after it.

Judged on a platform is every person known at the cut who took something there in the window that may be recommended;
the whole catalogue is ranked, and whatever may not return is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.coverage import coverage
from models.inputs import SECONDS_PER_DAY, Catalogue, Log
from models.ndcg import ndcg
from models.ranking import Ranker, best_items
from models.recall import recall

K = 10
METRICS = {f"ndcg@{K}": ndcg, f"recall@{K}": recall}
ALL, FEW_EVENTS = "all", 10
SEGMENTS = (ALL, "few events", "many events", "one platform", "several platforms", "warm items", "cold items")


@dataclass(frozen=True)
class Judged:
    """What one platform's persons took in the window: pairs ordered by person, and what may not be shown to them.

    And what of them, and of the items, was known before.
    """

    users: np.ndarray  # [persons]
    relevant_rows: np.ndarray  # [pairs] row among `users`
    relevant_items: np.ndarray  # [pairs]
    excluded: tuple[np.ndarray, np.ndarray]  # (row among `users`, item), ordered by row
    events_counts: np.ndarray  # [persons]
    platforms_counts: np.ndarray  # [persons]
    is_warm: np.ndarray  # [items of all platforms] whether anybody had anything to do with it

    def only(self, kept: np.ndarray) -> "Judged":
        """What the persons `kept` `[persons]` bool took."""
        row = np.cumsum(kept) - 1
        relevant, excluded = kept[self.relevant_rows], kept[self.excluded[0]]
        return Judged(
            self.users[kept],
            row[self.relevant_rows[relevant]],
            self.relevant_items[relevant],
            (row[self.excluded[0][excluded]], self.excluded[1][excluded]),
            self.events_counts[kept],
            self.platforms_counts[kept],
            self.is_warm,
        )


def judge_window(catalogue: Catalogue, log: Log, cut: int, window_days: int) -> list[Judged]:
    """Who is judged by what on each platform, with the window being the days after `cut`."""
    end = cut + window_days * SECONDS_PER_DAY
    is_known, size = log.times < cut, len(catalogue.item_ids)
    known, events_counts = np.unique(log.users[is_known], return_counts=True)
    pairs = log.users[is_known].astype(np.int64) * len(catalogue.platforms)
    pairs = np.unique(pairs + catalogue.item_platforms[log.items[is_known]])
    _, platforms_counts = np.unique(pairs // len(catalogue.platforms), return_counts=True)
    is_warm = np.isin(np.arange(size), log.items[is_known])
    inside = (log.times >= cut) & (log.times < end) & log.is_positive & np.isin(log.users, known)
    taken = np.unique(log.users[inside].astype(np.int64) * size + log.items[inside])
    before = log.consumed_times < cut
    consumed = np.unique(log.consumed_users[before].astype(np.int64) * size + log.consumed_items[before])
    relevant, consumed = (np.stack(divmod(pairs, size)) for pairs in (taken[~np.isin(taken, consumed)], consumed))
    result = []
    for platform in range(len(catalogue.platforms)):
        own = relevant[:, catalogue.item_platforms[relevant[1]] == platform]
        users, rows = np.unique(own[0], return_inverse=True)
        excluded = consumed[:, np.isin(consumed[0], users) & (catalogue.item_platforms[consumed[1]] == platform)]
        hidden, places = (np.searchsorted(users, excluded[0]), excluded[1]), np.searchsorted(known, users)
        result.append(Judged(users, rows, own[1], hidden, events_counts[places], platforms_counts[places], is_warm))
    return result


@dataclass(frozen=True)
class Scores:
    """How a recommender did on one platform, and which share of the catalogue its lists showed."""

    users: np.ndarray
    values: Mapping[tuple[str, str], np.ndarray]  # by segment and metric [persons], NaN for who is not in it
    coverage: float

    @property
    def ndcg(self) -> np.ndarray:
        """NDCG of each person `[persons]`."""
        return self.values[ALL, f"ndcg@{K}"]

    def of(self, segment: str, metric: str) -> tuple[np.ndarray, np.ndarray]:
        """Who is in a segment, and their values."""
        values = self.values.get((segment, metric), np.full(len(self.users), np.nan))
        inside = ~np.isnan(values)
        return self.users[inside], values[inside]


NOBODY = Scores(np.array([], int), {(ALL, metric): np.array([]) for metric in METRICS}, 0.0)


def score_lists(ranker: Ranker, catalogue: Catalogue, platform: int, judged: Judged) -> Scores:
    """Rank one platform's items for those who are judged, and judge the lists."""
    best, _ = best_items(ranker, catalogue, platform, judged.users, judged.excluded, K)
    available = int(catalogue.is_available[catalogue.items_of(platform)].sum())
    return Scores(judged.users, measure(best, judged), coverage(best, available))


def measure(best: np.ndarray, judged: Judged) -> dict[tuple[str, str], np.ndarray]:
    """What lists `[persons, k]` are worth: by segment and metric `[persons]`, NaN for who is not in the segment.

    Warm and cold items are judged alone: only those that the person took of them count, where there are any.
    """
    hits, everyone = find_hits(best, judged), np.ones(len(judged.users), bool)
    is_few, is_one = judged.events_counts <= FEW_EVENTS, judged.platforms_counts == 1
    anything, is_warm = np.ones_like(judged.is_warm), judged.is_warm
    groups = (everyone, is_few, ~is_few, is_one, ~is_one, everyone, everyone)
    wanted = (*[anything] * 5, is_warm, ~is_warm)
    values = {}
    for segment, inside, items in zip(SEGMENTS, groups, wanted, strict=True):
        counts = np.bincount(judged.relevant_rows[items[judged.relevant_items]], minlength=len(judged.users))
        for name, metric in METRICS.items():
            found = metric(hits & items[best], counts)
            values[segment, name] = np.where(inside & (counts > 0), found, np.nan)
    return values


def find_hits(best: np.ndarray, judged: Judged) -> np.ndarray:
    """Which of the listed items `[persons, k]`, −1 where there is none, their persons took; bool."""
    size = int(max(best.max(initial=0), judged.relevant_items.max(initial=0))) + 1
    wanted = judged.relevant_rows.astype(np.int64) * size + judged.relevant_items
    shown = np.arange(len(best))[:, None] * size + best
    return np.isin(shown, wanted) & (best >= 0)
