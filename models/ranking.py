"""What ranks a platform's items for persons: recommenders and baselines alike, and combinations of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.inputs import Catalogue
from models.top_k import top_k


class Ranker(Protocol):
    """Scores a platform's items for persons, as of one cut."""

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """A new array `[users, the platform's items]` float32, higher is better."""
        ...


@dataclass(frozen=True)
class ByPlatform:
    """For each platform a ranker of its own."""

    rankers: Sequence[Ranker]

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `Ranker`."""
        return self.rankers[platform].scores(platform, users)


def best_items(
    ranker: Ranker,
    catalogue: Catalogue,
    platform: int,
    users: np.ndarray,
    excluded: tuple[np.ndarray, np.ndarray],
    k: int,
) -> tuple[np.ndarray, np.ndarray]:
    """The best k available items of one platform, counted over the whole catalogue, for each of `users`.

    Args:
        ranker: what scores them.
        catalogue: all items.
        platform: whose items are ranked.
        users: `[users]`.
        excluded: pairs (row among `users`, item counted over the whole catalogue), ordered by row.
        k: how many are wanted.

    Returns:
        `[users, k]` items, −1 where there are no more, and their scores; see `top_k`.
    """
    items = catalogue.items_of(platform)
    is_missing = ~catalogue.is_available[items]

    def score(rows: slice) -> np.ndarray:
        table = ranker.scores(platform, users[rows])
        table[:, is_missing] = -np.inf
        return table

    inside = (excluded[1] >= items.start) & (excluded[1] < items.stop)
    own = excluded[0][inside], excluded[1][inside] - items.start
    best, scores = top_k(score, len(users), items.stop - items.start, own, k)
    return np.where(best >= 0, best + items.start, -1), scores
