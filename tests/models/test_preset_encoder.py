"""Text encoders from presets of keras_hub that the test makes: a small BERT, and a small GPT-2."""

from pathlib import Path
from typing import Any, get_args

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.encoder_weights import Training, load_encoder, open_encoder, save_encoder
from models.pooled_encoder import of_tokens
from models.text_encoder import fingerprint, load_text_encoder

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "dress", "green", "tea", "creme"]
PLACES, LAYERS = 16, 2
TEXTS = ["a red dress", "Crème", "green " * 40, ""]
IDS = [[2, 5, 6, 7, 3], [2, 10, 3], [2, *[8] * (PLACES - 2), 3], [2, 3]]


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What keras_hub saves of a backbone and its tokenizer."""
    from keras_hub.models import BertBackbone, BertTokenizer

    sizes = {"num_layers": LAYERS, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 16}
    backbone = BertBackbone(vocabulary_size=len(WORDS), max_sequence_length=PLACES, **sizes)
    return saved(backbone, BertTokenizer(WORDS, lowercase=True), tmp_path_factory.mktemp("bert"))


def saved(backbone: Any, tokenizer: Any, folder: Path) -> Path:
    """The folder of a preset, with weights that are drawn."""
    chance = np.random.default_rng(5)
    for weight in backbone.trainable_weights:
        weight.assign(weight.numpy() + 0.3 * chance.normal(size=weight.shape))
    backbone.save_to_preset(str(folder))
    tokenizer.save_to_preset(str(folder))
    return folder


def vectors_of_tokens(folder: Path, ids: list[int]) -> np.ndarray:
    """What the backbone itself gives for one text `[tokens, size]`."""
    from keras_hub.models import Backbone

    backbone = Backbone.from_preset(str(folder))
    row = tf.constant([ids])
    given = {"token_ids": row, "segment_ids": tf.zeros_like(row), "padding_mask": tf.ones_like(row)}
    return np.asarray(of_tokens(backbone({name: given[name] for name in backbone.input})))[0]


def test_a_preset_of_bert_gives_the_mean(bert: Path) -> None:
    """Accents are taken off where letters are lower-cased; a long text is cut, and every one has its marks."""
    encoder = load_text_encoder(f"keras:{bert}")
    assert [list(ids) for ids in encoder.tokens(TEXTS)] == IDS
    for vector, ids in zip(encoder.encode(TEXTS), IDS, strict=True):
        expected = vectors_of_tokens(bert, ids).mean(axis=0)
        assert vector @ expected / np.linalg.norm(expected) > 0.9999, ids
    assert encoder.encode([]).shape == (0, 8)


def test_a_preset_of_a_decoder_gives_its_last_token(tmp_path: Path) -> None:
    """That of the mark of the end, which has seen all others."""
    from keras_hub.models import GPT2Backbone, GPT2Tokenizer

    words = {"<|endoftext|>": 0, "a": 1, "b": 2, "Ġ": 3, "ab": 4}
    sizes = {"num_layers": 1, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 16, "max_sequence_length": PLACES}
    folder = saved(GPT2Backbone(vocabulary_size=5, **sizes), GPT2Tokenizer(words, ["a b"]), tmp_path / "gpt")
    encoder = load_text_encoder(f"keras:{folder}")
    assert [list(ids) for ids in encoder.tokens(["ab a"])] == [[0, 4, 3, 1, 0]]
    expected = vectors_of_tokens(folder, [0, 4, 3, 1, 0])[-1]
    assert encoder.encode(["ab a"])[0] @ expected / np.linalg.norm(expected) > 0.9999


@pytest.mark.parametrize("training", get_args(Training))
def test_it_learns_in_every_way(bert: Path, tmp_path: Path, training: Training) -> None:
    """Whatever of a BERT learns moves by a step of a loss, and what is saved of it reads texts alike."""
    weights = open_encoder(f"keras:{bert}", training, 2, 1)
    before, optimizer = weights.encoder.encode(TEXTS), keras.optimizers.SGD(0.5)
    with tf.GradientTape() as tape:
        pooled = weights.encoder.pooled(tf.constant([IDS[0]]), tf.ones([1, len(IDS[0])], tf.int32))
        loss = tf.reduce_sum(tf.sin(pooled)) + sum(loss for part in weights.parts for loss in part.losses)
    variables = [*weights.trained.values()]
    optimizer.apply(tape.gradient(loss, variables), variables)
    after = weights.encoder.encode(TEXTS)
    assert np.abs(after - before).max() > 1e-4
    save_encoder(tmp_path / "encoder.safetensors", weights)
    np.testing.assert_array_equal(load_encoder(tmp_path / "encoder.safetensors").encode(TEXTS), after)


def test_other_weights_have_another_fingerprint(bert: Path) -> None:
    """Also other words: they lie in the preset's assets."""
    before = fingerprint(f"keras:{bert}")
    for path in (bert / "model.weights.h5", bert / "assets" / "tokenizer" / "vocabulary.txt"):
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        assert fingerprint(f"keras:{bert}") != before, path
        path.write_bytes(content)
    assert fingerprint(f"keras:{bert}") == before


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """The error says what a preset holds, what is missing and what to do."""
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(FileNotFoundError, match=r"has no tokenizer\.json\. Name a folder as keras_hub"):
        load_text_encoder(f"keras:{tmp_path}")
