"""A GPT-style encoder from a folder that the test makes, against a forward pass of GPT-2 written out in NumPy."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.text_encoder import load_text_encoder
from tests.models.tiny_gpt import HEADS, LAYERS, PLACES, SIZE, WORDS, made_weights, write_gpt

TEXTS = ["a red dress", "green tea", "tea", "green green red dress tea a a", ""]


def states(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """The vector of each token `[tokens, size]` (Radford et al. 2019): pre-LN, causal, gelu by tanh."""

    def dense(name: str, values: np.ndarray) -> np.ndarray:
        return values @ weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def norm(name: str, values: np.ndarray) -> np.ndarray:
        centred = values - values.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    values = weights["wte.weight"][ids] + weights["wpe.weight"][: len(ids)]
    for layer in (f"h.{number}" for number in range(LAYERS)):
        parts = np.split(dense(f"{layer}.attn.c_attn", norm(f"{layer}.ln_1", values)), 3, axis=-1)
        query, key, value = (part.reshape(len(ids), HEADS, -1).transpose(1, 0, 2) for part in parts)
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(SIZE // HEADS)
        scores = np.where(np.tri(len(ids), dtype=bool), scores, -np.inf)
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        attended = (shares / shares.sum(axis=-1, keepdims=True)) @ value
        values = values + dense(f"{layer}.attn.c_proj", attended.transpose(1, 0, 2).reshape(len(ids), SIZE))
        inner = dense(f"{layer}.mlp.c_fc", norm(f"{layer}.ln_2", values))
        inner *= 0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (inner + 0.044715 * inner**3)))
        values = values + dense(f"{layer}.mlp.c_proj", inner)
    return norm("ln_f", values)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as Hugging Face keeps it."""
    return write_gpt(tmp_path_factory.mktemp("gpt") / "folder")


@pytest.fixture
def told(folder: Path) -> Iterator[Path]:
    """Where the folder says how vectors are pooled; it says nothing again afterwards."""
    path = folder / "1_Pooling" / "config.json"
    path.parent.mkdir(exist_ok=True)
    yield path
    path.unlink(missing_ok=True)


@pytest.mark.parametrize("pooling", [None, "lasttoken", "mean_tokens", "cls_token"])
def test_a_decoder_gives_what_its_folder_says(folder: Path, told: Path, pooling: str | None) -> None:
    """The last token, the first or the mean; the last if it says nothing; no tokens are read as the first word."""
    if pooling:
        told.write_text(json.dumps({"word_embedding_dimension": SIZE, f"pooling_mode_{pooling}": True}))
    encoder, weights = load_text_encoder(f"hf:{folder}"), made_weights()
    vectors = encoder.encode(TEXTS)
    for text, vector in zip(TEXTS, vectors, strict=True):
        of_tokens = states(weights, [WORDS.index(word) for word in text.split()] or [0])
        expected = {"mean_tokens": of_tokens.mean(axis=0), "cls_token": of_tokens[0]}.get(pooling or "", of_tokens[-1])
        assert vector @ expected / np.linalg.norm(expected) > 0.9999, text
    assert encoder.dimension == SIZE


@pytest.mark.parametrize("modes", [["mean_tokens", "cls_token"], ["weightedmean_tokens"], []])
def test_pooling_that_is_none_is_refused(folder: Path, told: Path, modes: list[str]) -> None:
    """Two ways at once, one that is not known, or none: the error names file, rule and what was found."""
    told.write_text(json.dumps({f"pooling_mode_{mode}": True for mode in modes}))
    with pytest.raises(ValueError, match=r"config\.json has to name one of pooling_mode_mean_tokens, .*; found \["):
        load_text_encoder(f"hf:{folder}")


def test_what_the_network_cannot_read_is_cut(folder: Path) -> None:
    """A folder that allows longer texts than its network has places for is held to these."""
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 4096}')
    (tokens,) = load_text_encoder(f"hf:{folder}").tokens(["tea " * 100])
    (folder / "sentence_bert_config.json").unlink()
    assert len(tokens) == PLACES


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """The error says what a folder holds, what is missing and what to do."""
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(FileNotFoundError, match=r"has no tokenizer\.json\. Name a folder"):
        load_text_encoder(f"hf:{tmp_path}")
