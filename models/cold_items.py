"""Cold items among themselves: who is offered which of the items that nobody had anything to do with before the cut.

A night's pool on a platform is every cold item that could be shown that night and has a text; what happens later does
not decide what is in it. Judged is every person known at the cut who took some of the pool in the window, by the best
ten of the pool alone: that an item is new, or that others are popular, makes no difference among them.
"""

from dataclasses import dataclass, replace

import numpy as np

from models.evaluation import METRICS, Judged, K
from models.inputs import Catalogue

AMONG_COLD, AT_RANDOM = "cold items among themselves", "random"


@dataclass(frozen=True)
class ColdItems:
    """The pool of a night, and who took some of it."""

    catalogue: Catalogue  # in which the pool alone is available
    judged: list[Judged]  # for each platform; what else these persons took is left out

    def at_random(self, platform: int) -> dict[str, np.ndarray]:
        """By metric what a list of the pool in random order is worth in the mean, exactly, `[persons]`.

        Each of the first ten ranks then holds a taken item with the share that they are of the pool, and metrics are
        sums over ranks.
        """
        judged, size = self.judged[platform], len(self.judged[platform].users)
        pool = self.catalogue.is_available
        counts = np.bincount(judged.relevant_rows, minlength=size)
        hidden = np.bincount(judged.excluded[0][pool[judged.excluded[1]]], minlength=size)
        sizes = pool[self.catalogue.items_of(platform)].sum() - hidden
        hits = np.where(np.arange(K) < sizes[:, None], (counts / sizes)[:, None], 0.0)
        return {name: metric(hits, counts) for name, metric in METRICS.items()}


def find_cold(catalogue: Catalogue, judged: list[Judged]) -> ColdItems:
    """The pool of a night, from its catalogue and from what is judged on each platform."""
    pool = catalogue.is_available & catalogue.has_text & ~judged[0].is_warm
    return ColdItems(replace(catalogue, is_available=pool), [_within(pool, one) for one in judged])


def _within(pool: np.ndarray, judged: Judged) -> Judged:
    """Who took some of the pool, and that alone."""
    kept = pool[judged.relevant_items]
    rows, items = judged.relevant_rows[kept], judged.relevant_items[kept]
    taker = np.isin(np.arange(len(judged.users)), rows)
    return replace(judged, relevant_rows=rows, relevant_items=items).only(taker)
