"""The layer that turns items into vectors."""

from typing import Any

import keras
from keras import ops

from models.split_table import SplitTable


@keras.saving.register_keras_serializable("crossrec")
class ItemTower(keras.layers.Layer):
    """Item vector z_i = tower(whitened text of i) + δ_i, of length `size`.

    The id delta δ_i starts at zero and is dropped, while training, for a random share of the items of a step, so that
    an item nobody has touched is scored by its text alone (DropoutNet, Volkovs et al. 2017; Let-it-go 2507.19473). It
    learns no delta, either (`was_taken`): never being the one that was taken, it would learn to contradict its text.
    Items without text get a learned vector of their platform in the tower's place.

    Args:
        items: how many items there are.
        platforms: how many platforms.
        size: length of an item vector.
        dropout: share of items whose delta is dropped in a step.
        parts: into which the table of deltas is split.

    Inputs: `[n]` item indices (while training each once, or its delta is dropped in one place and kept in another),
    `[n, text_size]` whitened texts, `[n]` bool whether there is text, `[n]` platforms.
    Output: `[n, size]`.
    """

    def __init__(
        self, items: int, platforms: int, size: int, dropout: float, seed: int = 0, parts: int = 1, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.items, self.platforms, self.size, self.dropout, self.seed = items, platforms, size, dropout, seed
        self.parts = parts
        self.hidden = keras.layers.Dense(2 * size, activation="gelu", name="hidden")
        self.out = keras.layers.Dense(size, name="out")
        self.seeds = keras.random.SeedGenerator(seed)

    def build(self, items_shape: Any, texts_shape: Any, has_text_shape: Any, platforms_shape: Any) -> None:
        """Create the tower, the deltas and the platforms' vectors."""
        self.hidden.build(texts_shape)
        self.out.build((None, 2 * self.size))
        self.deltas = SplitTable(self.add_weight, (self.items, self.size), self.parts, "deltas_embedding")
        self.was_taken = self.add_weight(
            shape=(self.items,), trainable=False, dtype="bool", initializer="ones", name="was_taken"
        )
        self.untitled = self.add_weight(
            shape=(self.platforms, self.size), initializer="glorot_uniform", name="untitled_embedding"
        )

    def call(self, items: Any, texts: Any, has_text: Any, platforms: Any, training: bool = False) -> Any:
        """Vectors of the given items."""
        base = ops.where(has_text[:, None], self.out(self.hidden(texts)), ops.take(self.untitled, platforms, axis=0))
        delta = ops.cast(self.deltas.take(items), base.dtype)
        if training:
            kept = keras.random.uniform(ops.shape(items), seed=self.seeds) >= self.dropout
            delta = delta * ops.cast(kept & ops.take(self.was_taken, items, axis=0), delta.dtype)[:, None]
        return base + delta

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        own = {name: getattr(self, name) for name in ("items", "platforms", "size", "dropout", "seed", "parts")}
        return {**super().get_config(), **own}
