"""A text encoder that is a Transformer: the vectors of a text's tokens, pooled to one."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np

from models.text_encoder import unit_length

BATCH_TOKENS = 2048
LONGEST = 512
Pooling = Literal["mean", "first", "last"]


class PooledEncoder:
    """Encodes texts by a Transformer in Keras, and the tokenizer that its weights were trained with.

    Args:
        name: under which it was asked for.
        tokenizer: a `tokenizers.Tokenizer` that cuts texts at the encoder's limit and pads nothing, unless `tokens` is
            overridden.
        backbone: of keras_hub; bidirectional or a decoder.
        pooling: the mean over the tokens, the first of them, or the last, which alone has seen all others in a decoder.
    """

    def __init__(self, name: str, tokenizer: Any, backbone: Any, pooling: Pooling) -> None:
        self.name, self.tokenizer, self.dimension = name, tokenizer, int(backbone.hidden_dim)
        self.backbone, self.pooling = backbone, pooling

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of length 1, float32 `[texts, dimension]`."""
        return self.encode_tokens(self.tokens(texts))

    def tokens(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The token ids of each text, int32 `[tokens]`; a text of no tokens is read as the first of all tokens."""
        return [np.array(encoding.ids or [0], np.int32) for encoding in self.tokenizer.encode_batch(list(texts))]

    def encode_tokens(self, tokens: Sequence[np.ndarray]) -> np.ndarray:
        """Vectors of length 1, float32 `[texts, dimension]`, by the weights as they are now."""
        vectors = np.zeros((len(tokens), self.dimension), np.float32)
        for places in _batches_by_length([len(ids) for ids in tokens]):
            padded, mask = pad([tokens[place] for place in places])
            vectors[places] = self.compiled(padded, mask).numpy()
        return unit_length(vectors)

    @cached_property
    def compiled(self) -> Any:
        """`pooled` with one signature for all shapes: TensorFlow traces the network once, not once for every length."""
        import tensorflow as tf

        shape = tf.TensorSpec([None, None], tf.int32)
        return tf.function(self.pooled, input_signature=[shape, shape])

    def pooled(self, token_ids: Any, padding_mask: Any) -> Any:
        """Token ids and mask, int32 `[texts, tokens]`, to one vector a text, `[texts, dimension]`."""
        import tensorflow as tf

        given = {"token_ids": token_ids, "segment_ids": tf.zeros_like(token_ids), "padding_mask": padding_mask}
        output = self.backbone({name: given[name] for name in self.backbone.input}, training=False)
        vectors = of_tokens(output)
        if self.pooling == "first":
            return vectors[:, 0]
        if self.pooling == "last":
            return tf.gather(vectors, tf.reduce_sum(padding_mask, axis=1) - 1, batch_dims=1)
        weights = tf.cast(padding_mask, vectors.dtype)[:, :, None]
        return tf.reduce_sum(vectors * weights, axis=1) / tf.reduce_sum(weights, axis=1)


def usual_pooling(backbone: Any) -> Pooling:
    """How vectors are pooled where nobody says it: by the last token of a decoder, else by the mean."""
    return "last" if any("Decoder" in type(layer).__name__ for layer in backbone.layers) else "mean"


def longest_of(backbone: Any, limit: int) -> int:
    """The most tokens of a text: the limit, or what the network can read if that is less."""
    return min(limit, getattr(backbone, "max_sequence_length", None) or limit)


def of_tokens(output: Any) -> Any:
    """The vectors of the tokens, float32, of what a backbone gives."""
    from keras import ops

    return ops.cast(output["sequence_output"] if isinstance(output, dict) else output, "float32")


def _batches_by_length(lengths: Sequence[int]) -> list[list[int]]:
    """Places of texts of like length, as many together as fill `BATCH_TOKENS` when padded to the longest."""
    batches: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lambda place: (-lengths[place], place)):
        if not batches or (len(batches[-1]) + 1) * lengths[batches[-1][0]] > BATCH_TOKENS:
            batches.append([])
        batches[-1].append(place)
    return batches


def pad(tokens: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Token ids filled up with zeros to the longest, and a mask of what is real; both int32 `[texts, tokens]`."""
    lengths = np.array([len(ids) for ids in tokens])
    mask = np.arange(lengths.max()) < lengths[:, None]
    padded = np.zeros(mask.shape, np.int32)
    padded[mask] = np.concatenate(tokens)
    return padded, mask.astype(np.int32)
