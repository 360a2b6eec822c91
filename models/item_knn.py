"""Item-kNN: an item is scored by its similarity to what the person took."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.inputs import Catalogue, Log
from models.taken_matrix import taken_matrix


@dataclass(frozen=True)
class ItemKnn:
    """Cosine between columns of the taken matrix, shrunk, the k nearest of each item (Sarwar et al., WWW 2001).

    s(i, j) = Σ_u x_ui x_uj / (‖x_i‖ ‖x_j‖ + shrinkage); score(u, i) = Σ_j x_uj s(i, j), with x the recency of a taking.
    """

    similarity: list[sparse.csr_matrix]  # for each platform [items that were taken, its items]
    taken: list[sparse.csr_matrix]  # for each platform [users, items that were taken]

    def products(self, platform: int, users: np.ndarray) -> sparse.csr_matrix:
        """The scores `[users, the platform's items]`; what stands for none is 0."""
        return self.taken[platform][users] @ self.similarity[platform]

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        return self.products(platform, users).toarray()


def learn_neighbours(
    catalogue: Catalogue,
    log: Log,
    users_count: int,
    cut: int,
    is_joint: bool = False,
    neighbours: int = 30,
    shrinkage: float = 2.0,
    half_life: float = 180.0,
) -> ItemKnn:
    """Learn from what was taken before the cut.

    Args:
        catalogue: all items.
        log: what persons did; what is not earlier than the cut is left out.
        users_count: how many persons there are.
        cut: the first second that is not known.
        is_joint: neighbours are of any platform, else of the item's own.
        neighbours: how many of each item count.
        shrinkage: added to the product of the norms, so that two items with few takers are not called alike.
        half_life: days in which a taking's weight halves.
    """
    whole = slice(0, len(catalogue.item_ids))
    everything = taken_matrix(log, whole, users_count, cut, half_life)
    norms = np.sqrt(np.asarray(everything.multiply(everything).sum(axis=0)).ravel())
    similarity, taken = [], []
    for platform in range(len(catalogue.platforms)):
        items = catalogue.items_of(platform)
        source = whole if is_joint else items
        known = everything[:, source]
        products = (known.T @ everything[:, items]).tocoo()
        rows, columns = products.row, products.col
        kept = rows + source.start != columns + items.start
        rows, columns = rows[kept], columns[kept]
        values = products.data[kept] / (norms[rows + source.start] * norms[columns + items.start] + shrinkage)
        similarity.append(nearest(rows, columns, values, products.shape, neighbours))
        taken.append(known)
    return ItemKnn(similarity, taken)


def nearest(
    rows: np.ndarray, columns: np.ndarray, values: np.ndarray, shape: tuple[int, int], neighbours: int
) -> sparse.csr_matrix:
    """A sparse matrix with the largest values of each column only."""
    order = np.lexsort((rows, -values, columns))
    rows, columns, values = rows[order], columns[order], values[order]
    place = np.arange(len(columns)) - np.searchsorted(columns, columns)
    kept = place < neighbours
    return sparse.csr_matrix((values[kept].astype(np.float32), (rows[kept], columns[kept])), shape=shape)
