"""The plain network of two encoders with a sigmoid: will this person take this item?"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from models.contestants import Entry, Task
from models.device import prepare_device
from models.inputs import SECONDS_PER_DAY, Catalogue, Inputs, Log
from models.whitening import Whitening

PAST = 20  # takings that a person is told by


class TwoEncoder(keras.Model):
    """p(u, i) = σ(s · cos(f(x̄_u), g(x_i)) + b_i), f and g two dense networks of their own.

    x_i is the item's text from a pretrained encoder beside its platform and a learned vector of its id, x̄_u the mean
    of x over what the person took before.

    Call: `past` `[n, PAST]` items, −1 where there are fewer, `items` `[n, m]`; returns p `[n, m, 1]`.
    """

    def __init__(self, catalogue: Catalogue, text_size: int, size: int) -> None:
        super().__init__()
        whitening = Whitening.fit(catalogue.embeddings, catalogue.has_text, text_size)
        texts = whitening.apply(catalogue.embeddings, catalogue.has_text) / np.float32(text_size**0.5)
        platforms = np.eye(len(catalogue.platforms), dtype=np.float32)[catalogue.item_platforms]
        self.facts = ops.convert_to_tensor(np.concatenate([texts, platforms], axis=1))
        count = len(catalogue.item_ids)
        self.ids, self.bias = keras.layers.Embedding(count, size), keras.layers.Embedding(count, 1, "zeros")
        self.user_encoder, self.item_encoder = (
            [keras.layers.Dense(2 * size, "gelu"), keras.layers.Dense(size)] for _ in range(2)
        )
        self.scale = self.add_weight(shape=(), initializer=keras.initializers.Constant(8.0), name="scale")

    def features(self, items: Any) -> Any:
        """The vectors x of items of any shape."""
        return ops.concatenate([ops.take(self.facts, items, axis=0), self.ids(items)], axis=-1)

    def user_vectors(self, past: Any) -> Any:
        """Unit vectors `[n, size]` of persons, told by what they took."""
        known = ops.cast(past >= 0, "float32")[..., None]
        total = ops.sum(self.features(ops.maximum(past, 0)) * known, axis=1)
        return encode(self.user_encoder, total / ops.maximum(ops.sum(known, axis=1), 1.0))

    def item_vectors(self, items: Any) -> Any:
        """Unit vectors of items of any shape."""
        return encode(self.item_encoder, self.features(items))

    def call(self, inputs: tuple[Any, Any]) -> Any:
        """How probable it is that each item is taken by its row's person."""
        past, items = inputs
        cosines = ops.einsum("nd,nmd->nm", self.user_vectors(past), self.item_vectors(items))
        return ops.sigmoid(self.scale * cosines[..., None] + self.bias(items))


def encode(layers: list[keras.layers.Layer], features: Any) -> Any:
    """Features through an encoder's layers, to unit length."""
    for layer in layers:
        features = layer(features)
    return ops.normalize(features, axis=-1)


@dataclass(frozen=True)
class Logits:
    """Ranks by the logit of p, which orders as p does and does not run into 1."""

    users: np.ndarray  # [users, size], scaled
    items: list[np.ndarray]  # for each platform [its items, size]
    biases: list[np.ndarray]  # for each platform [its items]

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        return self.users[users] @ self.items[platform].T + self.biases[platform]


def enter(
    task: Task,
    text_size: int = 128,
    size: int = 64,
    negatives: int = 4,
    epochs: int = 6,
    batch: int = 1024,
    learning_rate: float = 1e-3,
    half_life: float = 180.0,
) -> Entry:
    """Minimise binary cross-entropy over what was taken (1) and a few drawn items of the same platform (0), by Adam.

    It is the network that introductions to recommending across platforms show (a user and an item encoder, text from
    a pretrained one, a sigmoid; Neural Collaborative Filtering, He et al. 2017, 1708.05031, is its origin), with the
    bugs that such code usually has mended:

    - a drawn item that the person takes at any time before the cut counts for nothing, instead of as a negative;
    - a person is what they took on earlier days than the target: neither the target nor what comes later is among it;
    - an id is a row of a table, not a number that is multiplied; and persons have none, so new ones can be scored;
    - the dot product is of unit vectors with a learned scale: unscaled ones saturate the sigmoid;
    - negatives are of the target's platform, so that telling platforms apart does not count as skill;
    - nothing is chosen on a random part of the rows, which would let later events judge earlier ones.
    """
    inputs = task.inputs
    seed = int(inputs.configuration["seed"])
    prepare_device(seed)
    network, chance = TwoEncoder(inputs.catalogue, text_size, size), np.random.default_rng(seed)
    network.compile(keras.optimizers.Adam(learning_rate), keras.losses.BinaryCrossentropy())
    places = np.flatnonzero(inputs.log.is_positive)
    past = past_of(inputs.log, places)
    recency = 0.5 ** ((inputs.cut - inputs.log.times[places, None]) / SECONDS_PER_DAY / half_life)
    labels = np.zeros((batch, 1 + negatives, 1), np.float32)
    labels[:, 0] = 1
    for epoch in range(1, epochs + 1 if len(places) else 1):
        items, is_right = with_negatives(inputs, places, negatives, chance)
        weights, order = (recency * is_right).astype(np.float32), chance.permutation(len(places))
        network.reset_metrics()
        for rows in np.split(order, range(batch, len(order), batch)):
            loss = network.train_on_batch((past[rows], items[rows]), labels[: len(rows)], weights[rows])
        task.say(f"epoch {epoch} of {epochs}: loss {float(loss):.4f}")
    return Entry(ranker_of(network, inputs))


def past_of(log: Log, places: np.ndarray) -> np.ndarray:
    """The last items `[places, PAST]` that the person of each event had taken on earlier days, −1 where fewer."""
    taken = np.flatnonzero(log.is_positive)
    users, days = log.users[taken], log.times[taken] // SECONDS_PER_DAY
    span = int(days.max(initial=0)) + 2
    keys = users.astype(np.int64) * span + days
    ends = np.searchsorted(keys, log.users[places].astype(np.int64) * span + log.times[places] // SECONDS_PER_DAY)
    return _last(log.items[taken], np.searchsorted(users, log.users[places]), ends)


def _last(items: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The last `PAST` items of each part of `items`."""
    places = ends[:, None] - np.arange(1, PAST + 1)
    inside = places >= starts[:, None]
    return np.where(inside, items[np.where(inside, places, 0)], -1).astype(np.int32)


def with_negatives(
    inputs: Inputs, places: np.ndarray, count: int, chance: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Taken items and, behind each, drawn ones of its platform, `[places, 1 + count]`; and which of them tell right."""
    log, catalogue = inputs.log, inputs.catalogue
    bounds = np.searchsorted(catalogue.item_platforms, np.arange(len(catalogue.platforms) + 1))
    platforms = catalogue.item_platforms[log.items[places]]
    low, high = bounds[platforms][:, None], bounds[platforms + 1][:, None]
    drawn = chance.integers(low, high, (len(places), count))
    size = len(catalogue.item_ids)
    taken = np.unique(log.users[places].astype(np.int64) * size + log.items[places])
    is_right = ~np.isin(log.users[places].astype(np.int64)[:, None] * size + drawn, taken)
    items = np.concatenate([log.items[places][:, None], drawn], axis=1).astype(np.int32)
    return items, np.concatenate([np.ones((len(places), 1), bool), is_right], axis=1)


def ranker_of(network: TwoEncoder, inputs: Inputs, block: int = 2048) -> Logits:
    """The network as it is now, with all that was known of each person at the cut."""
    log, catalogue = inputs.log, inputs.catalogue
    taken = np.flatnonzero(log.is_positive)
    everybody = np.arange(inputs.users_count)
    starts = np.searchsorted(log.users[taken], everybody, "left")
    ends = np.searchsorted(log.users[taken], everybody, "right")
    past = _last(log.items[taken], starts, ends)
    users = [network.user_vectors(past[begin : begin + block]) for begin in range(0, len(past), block)]
    items = np.concatenate(
        [
            network.item_vectors(np.arange(begin, min(begin + block, len(catalogue.item_ids))))
            for begin in range(0, len(catalogue.item_ids), block)
        ]
    )
    biases = np.asarray(network.bias(np.arange(len(items))))[:, 0]
    own = [catalogue.items_of(platform) for platform in range(len(catalogue.platforms))]
    scale = float(ops.convert_to_numpy(network.scale))
    return Logits(scale * np.concatenate(users), [items[its] for its in own], [biases[its] for its in own])
