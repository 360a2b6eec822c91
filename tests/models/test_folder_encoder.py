"""A GPT-style encoder from a folder that the test makes, against a forward pass of GPT-2 written out in NumPy."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.text_encoder import load_text_encoder
from tests.models.tiny_gpt import HEADS, LAYERS, SIZE, WORDS, made_weights, write_gpt

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


@pytest.mark.parametrize("pooling", ["lasttoken", "mean_tokens"])
def test_a_decoder_gives_its_last_token_or_the_mean(folder: Path, pooling: str) -> None:
    """As the folder says; the last token if it says nothing; a text of no tokens is read as the first word."""
    told = folder / "1_Pooling" / "config.json"
    if pooling == "mean_tokens":
        told.parent.mkdir()
        told.write_text(json.dumps({"word_embedding_dimension": SIZE, f"pooling_mode_{pooling}": True}))
    encoder, weights = load_text_encoder(f"hf:{folder}"), made_weights()
    vectors = encoder.encode(TEXTS)
    for text, vector in zip(TEXTS, vectors, strict=True):
        of_tokens = states(weights, [WORDS.index(word) for word in text.split()] or [0])
        expected = of_tokens[-1] if pooling == "lasttoken" else of_tokens.mean(axis=0)
        assert vector @ expected / np.linalg.norm(expected) > 0.9999, text
    assert encoder.dimension == SIZE


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """The error says what a folder holds, what is missing and what to do."""
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(FileNotFoundError, match=r"has no tokenizer\.json\. Name a folder"):
        load_text_encoder(f"hf:{tmp_path}")
