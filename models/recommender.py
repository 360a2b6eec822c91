"""A trained recommender at work: who is asked about, and how each item scores for them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models.configuration import Configuration
from models.inputs import Catalogue, Log
from models.item_knn import ItemKnn
from models.network import Network
from models.popularity import Popularity
from models.sequences import newest_sequences


@dataclass(frozen=True)
class Blend:
    """How much the parts of a score count: log prior + `network` · its score + `neighbours` · log(1 + item-kNN's)."""

    network: float
    neighbours: float


PRIOR_ALONE = Blend(0.0, 0.0)


@dataclass(frozen=True)
class Parts:
    """What a blend weighs: the parts of some persons' scores on one platform."""

    prior: np.ndarray  # [the platform's items]
    affinities: np.ndarray  # [users, items] what the network says
    near: sparse.csr_matrix | None  # [users, items] log(1 + item-kNN's score)

    def weighed(self, blend: Blend) -> np.ndarray:
        """The scores `[users, items]` float32."""
        table = np.float32(blend.network) * self.affinities
        table += self.prior
        if blend.neighbours and self.near is not None:
            rows = np.repeat(np.arange(len(table)), np.diff(self.near.indptr))
            table[rows, self.near.indices] += np.float32(blend.neighbours) * self.near.data
        return table


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
    neighbours: ItemKnn | None
    blends: tuple[Blend, ...]  # of each platform

    def blended(self, *blends: Blend) -> "Scorer":
        """The same with one blend for all platforms, or one for each."""
        return replace(self, blends=blends if len(blends) == len(self.queries) else blends * len(self.queries))

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        blend = self.blends[platform]
        return self.parts(platform, users, has_neighbours=bool(blend.neighbours)).weighed(blend)

    def parts(self, platform: int, users: np.ndarray, has_neighbours: bool = True) -> Parts:
        """What a blend weighs, for `users` `[users]` on a platform."""
        prior, states = self.priors[platform], self.state_rows[users]
        is_known = states >= 0
        affinities = self.queries[platform][states[is_known]] @ self.vectors[self.catalogue.items_of(platform)].T
        if not is_known.all():
            of_known, affinities = affinities, np.zeros((len(users), len(prior)), np.float32)
            affinities[is_known] = of_known
        near = self.neighbours.products(platform, users) if has_neighbours and self.neighbours is not None else None
        return Parts(prior, affinities, near.log1p() if near is not None else None)

    def affinities(self, platform: int, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """What the network alone says of pairs `[pairs]` of a person and an item; 0 for persons without a state."""
        states = self.state_rows[users]
        known, found = states >= 0, np.zeros(len(users))
        queries = self.queries[platform][states[known]]
        found[known] = np.einsum("ps,ps->p", queries, self.vectors[items[known]])
        return found


def averaged(joint: Scorer, singles: Mapping[int, Scorer]) -> Scorer:
    """The network of all platforms and those of single platforms together: the mean of both networks' scores.

    Whom a single platform does not know, the network of all platforms scores alone, and so it does on all platforms but
    those of `singles`.
    """
    size, queries = joint.vectors.shape[1], []
    vectors = np.concatenate([joint.vectors, np.zeros_like(joint.vectors)], axis=1)
    for platform, shared in enumerate(joint.queries):
        both = np.concatenate([shared, np.zeros_like(shared)], axis=1)
        if platform in singles:
            single, items = singles[platform], joint.catalogue.items_of(platform)
            vectors[items, size:] = single.vectors[items]
            persons = np.flatnonzero(single.state_rows >= 0)
            rows, of_single = joint.state_rows[persons], single.state_rows[persons]
            both[rows] = 0.5 * np.concatenate([shared[rows], single.queries[platform][of_single]], axis=1)
        queries.append(both)
    return replace(joint, vectors=vectors, queries=queries)


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
    neighbours: ItemKnn | None = None,
) -> Scorer:
    """A scorer as of the end of `log`, for everybody or only for those who are `asked` about.

    Without a network it is the prior alone. With one, network and prior count in full; see `blended`.
    """
    priors = [popularity.now(number) for number in range(len(catalogue.platforms))]
    state_rows = np.full(users_count, -1, np.int64)
    size = configuration.embedding_size
    if network is None:
        empty = [np.zeros((0, size), np.float32) for _ in priors]
        nothing = np.zeros((len(catalogue.item_ids), size), np.float32)
        return Scorer(catalogue, nothing, empty, state_rows, priors, None, (PRIOR_ALONE,) * len(priors))
    sequences = newest_sequences(log, configuration.sequence_length)
    if asked is not None:
        sequences = sequences.of_users(asked)
    states = np.zeros((len(sequences.users), size), np.float32)
    for length, rows in sequences.plan(configuration.tokens_per_batch, configuration.sequence_length):
        batch = sequences.padded(rows, length)
        states[rows] = network.last_states(batch.items, batch.event_types, batch.gaps, batch.mask).numpy()
    state_rows[sequences.users] = np.arange(len(sequences.users))
    queries = [network.queries(states, number).numpy() for number in range(len(priors))]
    vectors = all_item_vectors(network, len(catalogue.item_ids))
    alone = (Blend(1.0, 0.0),) * len(priors)
    return Scorer(catalogue, vectors, queries, state_rows, priors, neighbours, alone)
