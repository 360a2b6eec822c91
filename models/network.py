"""The recommender's network: one item tower and one causal Transformer for all platforms."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from models.configuration import Configuration
from models.item_tower import ItemTower
from models.parts.adalora import AdaLoRA
from models.parts.part import Part
from models.split_table import SplitTable
from models.transformer_block import TransformerBlock


@contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Layers that are made inside compute in this number format; their weights are in float32."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision if precision == "float32" else f"mixed_{precision}")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@keras.saving.register_keras_serializable("crossrec")
class Network(keras.Model):
    """Reads persons' sequences over all platforms, and scores items of one platform for them.

    token_t = z(item_t) + platform + event type + log time gap + position; h = Transformer(tokens), causal;
    score(t, i on platform p) = s · cos(h_t + target_p, z_i) + log prior_p(i), with a learned scale s; lists weigh
    both, and neighbours (`models/recommender.py`).
    With `platform_part` a part of each block belongs to the platform of a token's item.
    It knows indices only: no ids, no files. Whatever its layers compute in, what it gives is float32.

    Args:
        items: how many items.
        platforms: how many platforms.
        event_types: how many event types.
        configuration: hyperparameters, as the dictionary of `Configuration.as_dict`.

    Call: `items`, `event_types` `[batch, length]` int, `gaps` `[batch, length]` log1p of hours since the event before,
    `mask` `[batch, length]` bool; returns h `[batch, length, size]`.
    """

    def __init__(
        self, items: int, platforms: int, event_types: int, configuration: dict[str, Any], seed: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.counts = {"items": items, "platforms": platforms, "event_types": event_types}
        self.configuration, self.seed = configuration, seed
        chosen = Configuration(**configuration)
        self.size = chosen.embedding_size
        with computing_in(chosen.precision):
            self._make_layers(chosen, items, platforms, event_types, seed)
        self._build(items, chosen)

    def _make_layers(self, chosen: Configuration, items: int, platforms: int, event_types: int, seed: int) -> None:
        size = self.size
        self.tower = ItemTower(
            items, platforms, size, chosen.item_dropout, seed=seed, parts=chosen.table_parts, name="tower"
        )
        self.platform = keras.layers.Embedding(platforms, size, name="platform_embedding")
        self.event_type = keras.layers.Embedding(event_types, size, name="event_type_embedding")
        self.position = keras.layers.Embedding(chosen.sequence_length, size, name="position_embedding")
        self.target = keras.layers.Embedding(platforms, size, name="target_embedding")
        self.gap = keras.layers.Dense(size, name="gap")
        self.drop = keras.layers.Dropout(chosen.dropout, seed=seed + 1)
        self.blocks = [
            TransformerBlock(
                size,
                chosen.heads,
                chosen.dropout,
                seed=seed + 2 + number,
                part=chosen.platform_part,
                part_size=chosen.part_size,
                owners=platforms,
                name=f"block_{number}",
            )
            for number in range(chosen.blocks)
        ]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-6, name="norm")

    def _build(self, items: int, chosen: Configuration) -> None:
        """Create every weight at once; the catalogue's facts are weights too, so that they are saved with it."""
        size, text_size = self.size, chosen.text_size
        self.texts = SplitTable(self.add_weight, (items, text_size), chosen.table_parts, "texts", trainable=False)
        self.has_text = self.add_weight(shape=(items,), trainable=False, dtype="bool", initializer="zeros", name="has")
        self.item_platforms = self.add_weight(
            shape=(items,), trainable=False, dtype="int32", initializer="zeros", name="item_platforms"
        )
        self.log_scale = self.add_weight(shape=(), initializer=keras.initializers.Constant(np.log(8.0)), name="scale")
        self.tower.build((None,), (None, text_size), (None,), (None,))
        for layer in (self.platform, self.event_type, self.position, self.target):
            layer.build((None,))
        self.gap.build((None, None, 1))
        for layer in (*self.blocks, self.norm):
            layer.build((None, None, size))
        self.built = True

    @property
    def adalora_layers(self) -> list[AdaLoRA]:
        """The layers whose ranks can be taken away."""
        return [layer for block in self.blocks for layer in (block.mixed, block.out) if isinstance(layer, AdaLoRA)]

    def set_catalogue(self, texts: np.ndarray, has_text: np.ndarray, item_platforms: np.ndarray) -> None:
        """Tell the network what is known of the items: `[items, text_size]`, `[items]`, `[items]`."""
        self.texts.assign(texts)
        self.has_text.assign(has_text)
        self.item_platforms.assign(item_platforms)

    @property
    def tables(self) -> dict[str, list[Any]]:
        """The learned weights that have a row for each item, platform or event type."""
        return {
            "items": [self.tower.deltas],
            "platforms": [self.tower.untitled, self.platform.embeddings, self.target.embeddings],
            "event_types": [self.event_type.embeddings],
        }

    @property
    def of_platforms(self) -> list[Any]:
        """The learned weights in which each platform has numbers of its own: rows, of its items too, and parts."""
        parts = [layer.own for block in self.blocks for layer in block.sublayers if isinstance(layer, Part)]
        return [*self.tower.deltas.parts, *self.tables["platforms"], *chain.from_iterable(parts)]

    @property
    def facts(self) -> list[Any]:
        """The weights that nothing is learned into: what is known of the items."""
        return [*self.texts.parts, self.has_text, self.item_platforms, self.tower.was_taken]

    def item_vectors(self, items: Any, training: bool = False, texts: Any = None) -> Any:
        """Vectors z `[n, size]` of `[n]` items; their texts as known, or as given, whitened `[n, text_size]`."""
        facts = (ops.take(fact, items, axis=0) for fact in (self.has_text, self.item_platforms))
        texts = self.texts.take(items) if texts is None else texts
        return ops.cast(self.tower(items, texts, *facts, training=training), "float32")

    def call(self, items: Any, event_types: Any, gaps: Any, mask: Any, training: bool = False) -> Any:
        """The state h of the person after each token."""
        vectors = self.item_vectors(ops.reshape(items, (-1,)), training=training)
        tokens = ops.reshape(vectors, (*ops.shape(items), self.size))
        return self.read(tokens, items, event_types, gaps, mask, training=training)

    def read(
        self,
        tokens: Any,
        items: Any,
        event_types: Any,
        gaps: Any,
        mask: Any,
        training: bool = False,
        is_causal: bool = True,
    ) -> Any:
        """The state h after each token, from the vectors of its items `[batch, length, size]`."""
        platforms = ops.take(self.item_platforms, items, axis=0)
        tokens = ops.cast(tokens, self.drop.compute_dtype) + self.platform(platforms) + self.event_type(event_types)
        tokens = tokens + self.gap(gaps[:, :, None]) + self.position(ops.arange(ops.shape(items)[1]))[None]
        tokens = self.drop(tokens, training=training)
        owner = ops.one_hot(platforms, self.counts["platforms"])
        for block in self.blocks:
            tokens = block(tokens, mask, owner, training=training, is_causal=is_causal)
        return ops.cast(self.norm(tokens), "float32")

    @tf.function(
        input_signature=[tf.TensorSpec([None, None], kind) for kind in (tf.int32, tf.int32, tf.float32, tf.bool)]
    )
    def last_states(self, items: Any, event_types: Any, gaps: Any, mask: Any) -> Any:
        """The state after the last token of each sequence `[batch, size]`; compiled once, for any batch and length."""
        states = self.call(items, event_types, gaps, mask)
        return tf.gather(states, tf.reduce_sum(tf.cast(mask, tf.int32), axis=1) - 1, batch_dims=1)

    def queries(self, states: Any, platform: int) -> Any:
        """Unit queries times the scale `[n, size]` for one target platform, from states `[n, size]`."""
        aimed = states + ops.cast(self.target(ops.convert_to_tensor(platform)), "float32")
        return ops.exp(self.log_scale) * ops.normalize(aimed, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {"name": self.name, **self.counts, "configuration": self.configuration, "seed": self.seed}
