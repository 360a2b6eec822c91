"""A block of the causal Transformer that reads a person's sequence."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("crossrec")
class SwiGLU(keras.layers.Layer):
    """Gated feed-forward network W₃(swish(W₁x) ⊙ W₂x) (Shazeer 2002.05202), `[..., size]` to `[..., size]`.

    Args:
        size: length of a token.
        expansion: hidden units for each unit of `size`.
    """

    def __init__(self, size: int, expansion: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size, self.expansion = size, expansion
        self.gate = keras.layers.Dense(size * expansion, activation="silu", use_bias=False, name="gate")
        self.value = keras.layers.Dense(size * expansion, use_bias=False, name="value")
        self.out = keras.layers.Dense(size, use_bias=False, name="out")

    def build(self, shape: Any) -> None:
        """Create the three matrices."""
        self.gate.build(shape)
        self.value.build(shape)
        self.out.build((*shape[:-1], self.size * self.expansion))

    def call(self, tokens: Any) -> Any:
        """The transformed tokens."""
        return self.out(self.gate(tokens) * self.value(tokens))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {**super().get_config(), "size": self.size, "expansion": self.expansion}


@keras.saving.register_keras_serializable("crossrec")
class TransformerBlock(keras.layers.Layer):
    """Pre-LN block: x + attention(norm x), then x + SwiGLU(norm x) (SASRec 1808.09781 with eSASRec's choices).

    Attention is causal, and padding (`mask` false) is never looked at; a row of padding yields finite values.

    Args:
        size: length of a token.
        heads: attention heads.
        dropout: share of activations dropped after both parts.

    Inputs: `[batch, length, size]` tokens and `[batch, length]` bool mask. Output: `[batch, length, size]`.
    """

    def __init__(self, size: int, heads: int, dropout: float, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size, self.heads, self.dropout, self.seed = size, heads, dropout, seed
        self.norm_before = keras.layers.LayerNormalization(epsilon=1e-6, name="norm_before")
        self.norm_between = keras.layers.LayerNormalization(epsilon=1e-6, name="norm_between")
        self.mixed = keras.layers.Dense(3 * size, name="mixed")
        self.out = keras.layers.Dense(size, name="out")
        self.feed_forward = SwiGLU(size, name="feed_forward")
        self.drop = keras.layers.Dropout(dropout, seed=seed)

    def build(self, tokens_shape: Any, mask_shape: Any = None) -> None:
        """Create norms, projections and the feed-forward network."""
        for layer in (self.norm_before, self.norm_between, self.mixed, self.out, self.feed_forward):
            layer.build(tokens_shape)

    def call(self, tokens: Any, mask: Any, training: bool = False) -> Any:
        """The tokens after the block."""
        tokens = tokens + self.drop(self._attend(self.norm_before(tokens), mask), training=training)
        return tokens + self.drop(self.feed_forward(self.norm_between(tokens)), training=training)

    def _attend(self, tokens: Any, mask: Any) -> Any:
        """Scaled dot-product attention of each token to itself and what came before it (1706.03762, eq. 1)."""
        length, width = ops.shape(tokens)[1], self.size // self.heads
        parts = ops.split(self.mixed(tokens), 3, axis=-1)
        query, key, value = (
            ops.transpose(ops.reshape(part, (-1, length, self.heads, width)), (0, 2, 1, 3)) for part in parts
        )
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / width**0.5
        place = ops.arange(length)
        seen = (place[:, None] >= place[None, :])[None, None] & mask[:, None, None, :]
        weights = ops.softmax(ops.where(seen, scores, -1e9), axis=-1)
        joined = ops.transpose(ops.matmul(weights, value), (0, 2, 1, 3))
        return self.out(ops.reshape(joined, (-1, length, self.size)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        own = {name: getattr(self, name) for name in ("size", "heads", "dropout", "seed")}
        return {**super().get_config(), **own}
