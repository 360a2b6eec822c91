"""How good lists are: each list of the best ten against what its person took in the window after the cut.

Judged on a platform is every person known at the cut who took something there in the window that may be recommended;
the whole catalogue is ranked, and whatever may not return is left out.
"""

from dataclasses import dataclass

import numpy as np

from models.coverage import coverage
from models.inputs import SECONDS_PER_DAY, Catalogue, Log
from models.ndcg import ndcg
from models.ranking import Ranker, best_items
from models.recall import recall

K = 10


@dataclass(frozen=True)
class Judged:
    """What one platform's persons took in the window: pairs ordered by person, and what may not be shown to them."""

    users: np.ndarray  # [persons]
    relevant_rows: np.ndarray  # [pairs] row among `users`
    relevant_items: np.ndarray  # [pairs]
    excluded: tuple[np.ndarray, np.ndarray]  # (row among `users`, item), ordered by row

    def only(self, kept: np.ndarray) -> "Judged":
        """What the persons `kept` `[persons]` bool took."""
        row = np.cumsum(kept) - 1
        relevant, excluded = kept[self.relevant_rows], kept[self.excluded[0]]
        return Judged(
            self.users[kept],
            row[self.relevant_rows[relevant]],
            self.relevant_items[relevant],
            (row[self.excluded[0][excluded]], self.excluded[1][excluded]),
        )


def judge_window(catalogue: Catalogue, log: Log, cut: int, window_days: int) -> list[Judged]:
    """Who is judged by what on each platform, with the window being the days after `cut`."""
    end = cut + window_days * SECONDS_PER_DAY
    known = np.unique(log.users[log.times < cut])
    inside = (log.times >= cut) & (log.times < end) & log.is_positive & np.isin(log.users, known)
    size = len(catalogue.item_ids)
    taken = np.unique(log.users[inside].astype(np.int64) * size + log.items[inside])
    before = log.consumed_times < cut
    consumed = np.unique(log.consumed_users[before].astype(np.int64) * size + log.consumed_items[before])
    relevant, consumed = (np.stack(divmod(pairs, size)) for pairs in (taken[~np.isin(taken, consumed)], consumed))
    result = []
    for platform in range(len(catalogue.platforms)):
        own = relevant[:, catalogue.item_platforms[relevant[1]] == platform]
        users, rows = np.unique(own[0], return_inverse=True)
        excluded = consumed[:, np.isin(consumed[0], users) & (catalogue.item_platforms[consumed[1]] == platform)]
        result.append(Judged(users, rows, own[1], (np.searchsorted(users, excluded[0]), excluded[1])))
    return result


@dataclass(frozen=True)
class Scores:
    """How a recommender did on one platform: `[persons]` arrays, and which share of the catalogue its lists showed."""

    users: np.ndarray
    ndcg: np.ndarray
    recall: np.ndarray
    coverage: float


NOBODY = Scores(np.array([], int), np.array([]), np.array([]), 0.0)


def score_lists(ranker: Ranker, catalogue: Catalogue, platform: int, judged: Judged) -> Scores:
    """Rank one platform's items for those who are judged, and judge the lists."""
    best, _ = best_items(ranker, catalogue, platform, judged.users, judged.excluded, K)
    hits, counts = find_hits(best, judged), np.bincount(judged.relevant_rows, minlength=len(judged.users))
    available = int(catalogue.is_available[catalogue.items_of(platform)].sum())
    return Scores(judged.users, ndcg(hits, counts), recall(hits, counts), coverage(best, available))


def find_hits(best: np.ndarray, judged: Judged) -> np.ndarray:
    """Which of the listed items `[persons, k]`, −1 where there is none, their persons took; bool."""
    size = int(max(best.max(initial=0), judged.relevant_items.max(initial=0))) + 1
    wanted = judged.relevant_rows.astype(np.int64) * size + judged.relevant_items
    shown = np.arange(len(best))[:, None] * size + best
    return np.isin(shown, wanted) & (best >= 0)
