"""Where the item that was left out stands in each person's list, and how good that is."""

from collections.abc import Iterable

import numpy as np

from models.ranking import Ranker
from tests.benchmarks.left_out_sets import LeftOut

K, BLOCK = 10, 512
FILTERED, UNFILTERED = "seen items filtered", "unfiltered"
LATER = ", left out on a later day"

Ranks = dict[str, np.ndarray]
"""By the way of ranking: `[persons]`, 1 being the best, 0 where a person's platform was not asked about."""


class Judge:
    """The persons of one part and the item of each; ranks it among its platform's items, or among drawn ones.

    An item with the same score stands before the target. Drawn are, once and for all recommenders, items of the
    target's platform that its person never touches.
    """

    def __init__(self, left: LeftOut, part: int) -> None:
        self.catalogue, (self.users, self.targets) = left.catalogue, left.targets(part)
        self.platforms = self.catalogue.item_platforms[self.targets]
        self.same_day = left.same_day[left.parts == part]
        before = np.flatnonzero((left.parts < part) & np.isin(left.users, self.users))
        self.seen = np.searchsorted(self.users, left.users[before]), left.items[before]
        self.drawn = None if left.negatives is None else self._draw(left, left.negatives)

    def _draw(self, left: LeftOut, count: int) -> np.ndarray:
        """For each person `count` items, counted from the first of the platform."""
        chance, drawn = np.random.default_rng(0), np.empty((len(self.users), count), np.int64)
        starts, ends = (np.searchsorted(left.users, self.users, side) for side in ("left", "right"))
        for row, platform in enumerate(self.platforms):
            its = self.catalogue.items_of(platform)
            touched = left.items[starts[row] : ends[row]] - its.start
            size = its.stop - its.start
            found = chance.choice(size, min(size, count + len(touched)), replace=False)
            drawn[row] = found[~np.isin(found, touched)][:count]
        return drawn

    def ranks(self, ranker: Ranker, platforms: Iterable[int]) -> Ranks:
        """Where the target of each person stands whose platform is one of these."""
        names = (FILTERED, UNFILTERED) if self.drawn is None else (f"among {self.drawn.shape[1]} drawn items",)
        ranks = {name: np.zeros(len(self.users), np.int64) for name in names}
        for platform in platforms:
            rows = np.flatnonzero(self.platforms == platform)
            for part in np.split(rows, range(BLOCK, len(rows), BLOCK)):
                for name, found in zip(names, self._ranks(ranker, platform, part), strict=True):
                    ranks[name][part] = found
        return ranks

    def _ranks(self, ranker: Ranker, platform: int, rows: np.ndarray) -> list[np.ndarray]:
        its = self.catalogue.items_of(platform)
        table, line = ranker.scores(platform, self.users[rows]), np.arange(len(rows))
        own = table[line, self.targets[rows] - its.start][:, None]
        if self.drawn is not None:
            return [1 + (np.take_along_axis(table, self.drawn[rows], axis=1) >= own).sum(axis=1)]
        is_before = table >= own
        is_before[line, self.targets[rows] - its.start] = False
        unfiltered = 1 + is_before.sum(axis=1)
        low, high = np.searchsorted(self.seen[0], rows), np.searchsorted(self.seen[0], rows, "right")
        pairs = np.concatenate([np.arange(*ends) for ends in zip(low, high, strict=True)]) if len(rows) else low
        seen_rows, seen = np.searchsorted(rows, self.seen[0][pairs]), self.seen[1][pairs]
        inside = (seen >= its.start) & (seen < its.stop)
        is_before[seen_rows[inside], seen[inside] - its.start] = False
        return [1 + is_before.sum(axis=1), unfiltered]

    def segments(self, ranks: Ranks) -> Ranks:
        """The same, and also of those alone whose target is on a later day than all before, where that is told."""
        if not self.same_day.any():
            return ranks
        return {**ranks, **{name + LATER: np.where(self.same_day, 0, rank) for name, rank in ranks.items()}}

    def by_platform(self, ranks: np.ndarray) -> dict[int, np.ndarray]:
        """NDCG@10 of each platform's persons that were ranked."""
        ranked = {number: ranks[(self.platforms == number) & (ranks > 0)] for number in np.unique(self.platforms)}
        return {number: ndcg_of(rank) for number, rank in ranked.items() if len(rank)}


def ndcg_of(ranks: np.ndarray) -> np.ndarray:
    """NDCG@10 with one relevant item: 1 / log2(rank + 1) in the first ten ranks, 0 beyond; NaN without a rank."""
    asked = np.where(ranks > 0, ranks, np.nan)
    return np.where(asked > K, 0.0, 1 / np.log2(asked + 1))


def recall_of(ranks: np.ndarray) -> np.ndarray:
    """Recall@10 with one relevant item, the hit rate: whether it is within the first ten ranks."""
    return (ranks <= K).astype(float)
