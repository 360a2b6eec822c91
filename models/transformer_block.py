"""A block of the causal Transformer that reads a person's sequence."""

from functools import partial
from typing import Any

import keras
from keras import ops

from models.parts.platform_part import apply_layer, with_part


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

    def compute_output_shape(self, shape: Any) -> Any:
        """That of the tokens."""
        return shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {**super().get_config(), "size": self.size, "expansion": self.expansion}


@keras.saving.register_keras_serializable("crossrec")
class TransformerBlock(keras.layers.Layer):
    """Pre-LN block: x + attention(norm x), then x + SwiGLU(norm x) (SASRec 1808.09781 with eSASRec's choices).

    Attention is causal unless `is_causal` is false. Padding (`mask` false) is never looked at; a row of padding yields
    finite values.

    Args:
        size: length of a token.
        heads: attention heads.
        dropout: share of activations dropped after both parts.
        part: kind of the part that each token's owner has (`models.parts.platform_part`), or none.
        part_size: size of that part.
        owners: how many there are.

    Inputs: `[batch, length, size]` tokens, `[batch, length]` bool mask and, for the parts, `[batch, length, owners]`
    one-hot. Output: `[batch, length, size]`.
    """

    def __init__(
        self,
        size: int,
        heads: int,
        dropout: float,
        seed: int = 0,
        part: str = "none",
        part_size: int = 8,
        owners: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.size, self.heads, self.dropout, self.seed = size, heads, dropout, seed
        self.part, self.part_size, self.owners = part, part_size, owners
        layers, own = keras.layers, partial(with_part, kind=part, size=part_size, owners=owners)
        self.norm_before = own(layers.LayerNormalization(epsilon=1e-6, name="norm_before"))
        self.norm_between = own(layers.LayerNormalization(epsilon=1e-6, name="norm_between"))
        self.mixed = own(layers.Dense(3 * size, name="mixed"))
        self.out = own(layers.Dense(size, name="out"))
        self.feed_forward = own(SwiGLU(size, name="feed_forward"))
        self.drop = keras.layers.Dropout(dropout, seed=seed)

    def build(self, tokens_shape: Any, mask_shape: Any = None, owner_shape: Any = None) -> None:
        """Create norms, projections and the feed-forward network."""
        for layer in self.sublayers:
            layer.build(tokens_shape)

    @property
    def sublayers(self) -> tuple[keras.layers.Layer, ...]:
        """What has weights in it."""
        return self.norm_before, self.norm_between, self.mixed, self.out, self.feed_forward

    def call(self, tokens: Any, mask: Any, owner: Any = None, training: bool = False, is_causal: bool = True) -> Any:
        """The tokens after the block."""
        before = apply_layer(self.norm_before, tokens, owner)
        tokens = tokens + self.drop(self._attend(before, mask, owner, is_causal), training=training)
        between = apply_layer(self.norm_between, tokens, owner)
        return tokens + self.drop(apply_layer(self.feed_forward, between, owner), training=training)

    def _attend(self, tokens: Any, mask: Any, owner: Any, is_causal: bool) -> Any:
        """Scaled dot-product attention of each token to itself and what came before it, or all (1706.03762, eq. 1)."""
        length, width = ops.shape(tokens)[1], self.size // self.heads
        parts = ops.split(apply_layer(self.mixed, tokens, owner), 3, axis=-1)
        query, key, value = (
            ops.transpose(ops.reshape(part, (-1, length, self.heads, width)), (0, 2, 1, 3)) for part in parts
        )
        # the softmax in float32: in float16 −1e9 is −∞, of which a row of padding has nothing else
        scores = ops.cast(ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / width**0.5, "float32")
        place = ops.arange(length)
        seen = mask[:, None, None, :]
        if is_causal:
            seen = (place[:, None] >= place[None, :])[None, None] & seen
        weights = ops.softmax(ops.where(seen, scores, -1e9), axis=-1)
        joined = ops.transpose(ops.matmul(ops.cast(weights, value.dtype), value), (0, 2, 1, 3))
        return apply_layer(self.out, ops.reshape(joined, (-1, length, self.size)), owner)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        names = ("size", "heads", "dropout", "seed", "part", "part_size", "owners")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
