"""A trained recommender at work: who is asked about, and how each item scores for them."""

from dataclasses import dataclass, replace

import numpy as np

from models.configuration import Configuration
from models.inputs import Catalogue, Log
from models.network import Network
from models.popularity import Popularity
from models.sequences import newest_sequences


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

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        prior, states = self.priors[platform], self.state_rows[users]
        table = np.broadcast_to(prior, (len(users), len(prior))).astype(np.float32)
        known = np.flatnonzero(states >= 0)
        vectors = self.vectors[self.catalogue.items_of(platform)]
        table[known] += self.queries[platform][states[known]] @ vectors.T
        return table


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
        states[rows] = network.last_states(batch.items, batch.event_types, batch.gaps, batch.mask).numpy()
    state_rows[sequences.users] = np.arange(len(sequences.users))
    queries = [network.queries(states, number).numpy() for number in range(len(priors))]
    vectors = all_item_vectors(network, len(catalogue.item_ids))
    return Scorer(catalogue, vectors, queries, state_rows, priors)
