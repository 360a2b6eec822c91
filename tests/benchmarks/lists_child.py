"""`python -m tests.benchmarks.lists_child PERSONS ITEMS`: rank so many items of each platform; the bytes it took."""

import sys
from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from threadpoolctl import threadpool_limits

from models.device import prepare_device
from models.ranking import best_items
from models.recommender import Blend, Scorer
from tests.benchmarks.drawn_log import PLATFORMS, drawn_catalogue
from tests.benchmarks.ingest_child import peak_bytes

SIZE, K, PERSONS_AT_ONCE = 64, 10, 4096
NOTHING = np.zeros(0, int), np.zeros(0, int)


def drawn_scorer(persons: int, items_a_platform: int) -> Scorer:
    """A network that knows everybody and has learned nothing, and its priors."""
    chance, catalogue = np.random.default_rng(0), drawn_catalogue(items_a_platform)
    vectors = chance.standard_normal((len(catalogue.item_ids), SIZE), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    queries = [chance.standard_normal((persons, SIZE), np.float32) for _ in range(PLATFORMS)]
    priors = [np.log(chance.dirichlet(np.ones(items_a_platform))).astype(np.float32) for _ in queries]
    return Scorer(catalogue, vectors, queries, np.arange(persons), priors, None, (Blend(1.0, 0.0),) * PLATFORMS)


def lists(scorer: Scorer) -> Iterator[np.ndarray]:
    """The best items `[persons, 10]` of each platform, made for some persons at a time, as in a night."""
    persons = np.arange(len(scorer.state_rows))
    for platform in range(PLATFORMS):
        parts = np.split(persons, range(PERSONS_AT_ONCE, len(persons), PERSONS_AT_ONCE))
        known = scorer, scorer.catalogue, platform
        yield np.concatenate([best_items(*known, users, NOTHING, K)[0] for users in parts])


def main() -> None:
    """Rank, with the framework at work in the same process."""
    prepare_device(0)
    tf.linalg.matmul(tf.ones([SIZE, SIZE]), tf.ones([SIZE, SIZE]))
    before = peak_bytes()
    with threadpool_limits(1):  # threads that wait burn seconds
        for best in lists(drawn_scorer(*map(int, sys.argv[1:]))):
            assert (best >= 0).all()
    print(peak_bytes() - before)


if __name__ == "__main__":
    main()
