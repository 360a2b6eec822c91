"""Item2Vec: vectors of items that tell which were taken by the same persons, fitted with the library `gensim`."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.contestants import Entry, Task
from models.inputs import Log
from models.taken_matrix import taken_matrix


@dataclass(frozen=True)
class ItemVectors:
    """score(u, i) = Σ_j x_uj cos(v_j, v_i) over what a person took, x being the recency of a taking.

    The paper compares items alone; that a person is the sum of their items is this project's rule, as in item-kNN.
    """

    vectors: list[np.ndarray]  # for each platform [items that were learned from, size], of length 1 or 0
    own: list[slice]  # for each platform which of those are its own
    taken: list[sparse.csr_matrix]  # for each platform [users, items that were learned from]

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        vectors = self.vectors[platform]
        return np.asarray(self.taken[platform][users] @ vectors @ vectors[self.own[platform]].T, np.float32)


def enter(
    task: Task,
    is_joint: bool = False,
    size: int = 100,
    window: int = 100,
    negatives: int = 15,
    subsampling: float = 1e-3,
    epochs: int = 20,
    half_life: float = 180.0,
) -> Entry:
    """Maximise Σ_i Σ_{j≠i} log σ(⟨u_i, v_j⟩) + Σ_n log σ(−⟨u_i, v_n⟩) over the items i, j of each person, n drawn.

    Skip-gram with negative sampling over sets of items (Barkan & Koenigstein 2016, 1603.04259, its numbers: n ∝
    count^.75, frequent items are subsampled, u are the items' vectors). Of a long history the pairs up to `window`
    takings apart count. Items of all platforms together, or of each alone.
    """
    inputs = task.inputs
    catalogue, everything = inputs.catalogue, slice(0, len(inputs.catalogue.item_ids))
    vectors: list[np.ndarray] = []
    own, taken = [], []
    for platform in range(len(catalogue.platforms)):
        its = catalogue.items_of(platform)
        known = everything if is_joint else its
        if not (is_joint and vectors):
            learned = learn(
                baskets_of(inputs.log, known),
                known.stop - known.start,
                int(inputs.configuration["seed"]),
                vector_size=size,
                window=window,
                negative=negatives,
                sample=subsampling,
                epochs=epochs,
            )
        vectors.append(learned)
        own.append(slice(its.start - known.start, its.stop - known.start))
        taken.append(taken_matrix(inputs.log, known, inputs.users_count, inputs.cut, half_life))
    return Entry(ItemVectors(vectors, own, taken))


def baskets_of(log: Log, items: slice) -> list[np.ndarray]:
    """What each person took of these items, counted from the first of them, oldest first; two takings or more."""
    kept = log.is_positive & (log.items >= items.start) & (log.items < items.stop)
    baskets = np.split(log.items[kept] - items.start, np.flatnonzero(np.diff(log.users[kept])) + 1)
    return [basket for basket in baskets if len(basket) > 1]


def learn(baskets: list[np.ndarray], count: int, seed: int, **options: float) -> np.ndarray:
    """Vectors `[count, size]` of length 1; zeros of items that stand in no basket."""
    from gensim.models.word2vec import Word2Vec

    vectors = np.zeros((count, int(options["vector_size"])), np.float32)
    if baskets:
        words = [[str(item) for item in basket] for basket in baskets]
        # one thread, for several race and no two runs are alike
        learned = Word2Vec(
            words, sg=1, hs=0, ns_exponent=0.75, min_count=1, shrink_windows=False, seed=seed, workers=1, **options
        ).wv
        vectors[np.array(learned.index_to_key, int)] = learned.get_normed_vectors()
    return vectors
