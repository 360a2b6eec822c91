"""A trained recommender at work: who is asked about, what is scored, and in which order."""

from dataclasses import dataclass, replace

import numpy as np

from models.configuration import Configuration
from models.inputs import Catalogue, Log
from models.network import Network
from models.popularity import Popularity
from models.sequences import newest_sequences
from models.top_k import top_k


@dataclass(frozen=True)
class Scorer:
    """Everything that scoring needs, as arrays.

    Persons without a state are scored by the prior alone.
    """

    catalogue: Catalogue
    vectors: np.ndarray  # [items, size] unit item vectors
    queries: list[np.ndarray]  # for each platform [persons with a state, size], scaled
    state_rows: np.ndarray  # [persons] row among the states, −1 without history
    priors: list[np.ndarray]  # for each platform [its items] log-probabilities

    def blended(self, *weights: float) -> "Scorer":
        """The same with the network's part weighed, by one weight or one of each platform; 0 is the prior alone."""
        each = weights if len(weights) == len(self.queries) else weights * len(self.queries)
        return replace(
            self, queries=[query * np.float32(weight) for query, weight in zip(self.queries, each, strict=True)]
        )

    def lists(self, platform: int, users: np.ndarray, excluded: tuple[np.ndarray, np.ndarray], k: int) -> tuple:
        """The best k items of one platform, counted over the whole catalogue, for each of `users`; see `top_k`.

        Args:
            excluded: pairs (row among `users`, item counted over the whole catalogue), ordered by row.
        """
        items = self.catalogue.items_of(platform)
        prior = np.where(self.catalogue.is_available[items], self.priors[platform], -np.inf).astype(np.float32)
        vectors, states = self.vectors[items].T, self.state_rows[users]

        def score(rows: slice) -> np.ndarray:
            table = np.broadcast_to(prior, (rows.stop - rows.start, len(prior))).copy()
            known = np.flatnonzero(states[rows] >= 0)
            table[known] += self.queries[platform][states[rows][known]] @ vectors
            return table

        inside = (excluded[1] >= items.start) & (excluded[1] < items.stop)
        own = excluded[0][inside], excluded[1][inside] - items.start
        best, scores = top_k(score, len(users), len(prior), own, k)
        return np.where(best >= 0, best + items.start, -1), scores


def all_item_vectors(network: Network, count: int, block: int = 8192) -> np.ndarray:
    """Unit vectors `[items, size]` of the whole catalogue."""
    parts = [
        network.item_vectors(np.arange(begin, min(begin + block, count), dtype=np.int32)).numpy()
        for begin in range(0, count, block)
    ]
    vectors = np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def make_scorer(
    network: Network | None,
    catalogue: Catalogue,
    log: Log,
    popularity: Popularity,
    configuration: Configuration,
    users_count: int,
    asked: np.ndarray | None = None,
) -> Scorer:
    """A scorer as of the end of `log`, for everybody or only for those who are `asked` about.

    Without a network it is the prior alone.
    """
    priors = [popularity.now(number) for number in range(len(catalogue.platforms))]
    state_rows = np.full(users_count, -1, np.int64)
    size = configuration.embedding_size
    if network is None:
        empty = [np.zeros((0, size), np.float32) for _ in priors]
        return Scorer(catalogue, np.zeros((len(catalogue.item_ids), size), np.float32), empty, state_rows, priors)
    sequences = newest_sequences(log, configuration.sequence_length)
    if asked is not None:
        sequences = sequences.of_users(asked)
    states = np.zeros((len(sequences.users), size), np.float32)
    for rows, batch in sequences.batches(configuration.tokens_per_batch, configuration.sequence_length):
        hidden = network(batch.items, batch.event_types, batch.gaps, batch.mask).numpy()
        states[rows] = hidden[np.arange(len(rows)), batch.mask.sum(axis=1) - 1]
    state_rows[sequences.users] = np.arange(len(sequences.users))
    queries = [network.queries(states, number).numpy() for number in range(len(priors))]
    vectors = all_item_vectors(network, len(catalogue.item_ids))
    return Scorer(catalogue, vectors, queries, state_rows, priors)
