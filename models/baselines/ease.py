"""EASE: a linear autoencoder whose items may not explain themselves, in closed form."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.contestants import Entry, Task
from models.taken_matrix import taken_matrix

LARGEST = 6000


@dataclass(frozen=True)
class Ease:
    """B = I − P · diag(1 / diag P) with P = (XᵀX + λI)⁻¹; score(u, ·) = x_u B (Steck, WWW 2019, 1905.03375).

    X weighs what a person took by its recency, on the item's platform alone. The inverse of n items costs n³, so only
    the most taken are in X; the others score 0.
    """

    weights: list[np.ndarray]  # for each platform [items in X, items in X]
    places: list[np.ndarray]  # for each platform which of its items those are
    taken: list[sparse.csr_matrix]  # for each platform [users, items in X]
    sizes: list[int]

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        table = np.zeros((len(users), self.sizes[platform]), np.float32)
        table[:, self.places[platform]] = self.taken[platform][users] @ self.weights[platform]
        return table


def enter(
    task: Task,
    regularisation: float = 20.0,
    half_life: float = 180.0,
    largest: int = LARGEST,
) -> Entry:
    """Learn from what was taken before the cut."""
    inputs = task.inputs
    weights, places, taken, sizes = [], [], [], []
    for platform in range(len(inputs.catalogue.platforms)):
        items = inputs.catalogue.items_of(platform)
        known = taken_matrix(inputs.log, items, inputs.users_count, inputs.cut, half_life)
        totals = np.asarray(known.sum(axis=0)).ravel()
        chosen = np.sort(np.argsort(-totals, kind="stable")[: min(largest, int((totals > 0).sum()))])
        known = known[:, chosen]
        weights.append(solve((known.T @ known).toarray(), regularisation))
        places.append(chosen)
        taken.append(known)
        sizes.append(items.stop - items.start)
    return Entry(Ease(weights, places, taken, sizes))


def solve(products: np.ndarray, regularisation: float) -> np.ndarray:
    """B `[items, items]` float32 of XᵀX."""
    if not len(products):
        return products.astype(np.float32)
    products = products.astype(np.float32)
    products[np.diag_indices(len(products))] += regularisation
    inverse = np.linalg.inv(products)
    weights = -inverse / np.diag(inverse)[None, :]
    weights[np.diag_indices(len(weights))] = 0
    return np.asarray(weights, np.float32)
