"""Text encoders: what holds for each of them, shown on those that need no TensorFlow, and how they are found."""

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from models.hashing_encoder import HashingEncoder, _features
from models.text_encoder import TextEncoder, UnknownEncoderError, load_text_encoder, unit_length

TEXTS = ["a red dress", "Ein Föhn für die Küche", "红色连衣裙", "", "a red dress", "electric kettle, 1.7 l. Kitchen"]
PAIRS = [("green tea", "绿茶"), ("wireless headphones", "无线耳机"), ("running shoes", "跑步鞋"), ("cat food", "猫粮")]


@pytest.fixture(scope="module", params=["use", "hashing"])
def encoder(request: pytest.FixtureRequest) -> TextEncoder:
    return load_text_encoder(request.param)


def test_vectors_are_unit_float32_rows_in_order(encoder: TextEncoder) -> None:
    """One float32 vector of length 1 a text, in the order of the texts, the empty text too."""
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension) == (6, 512)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    for place, text in enumerate(TEXTS):
        np.testing.assert_allclose(encoder.encode([text])[0], vectors[place], atol=1e-5)


def test_the_same_texts_give_the_same_vectors(encoder: TextEncoder) -> None:
    """Another encoder of the same name gives the same vectors, bit for bit."""
    np.testing.assert_array_equal(load_text_encoder(encoder.name).encode(TEXTS), encoder.encode(TEXTS))


def test_no_texts_give_no_vectors(encoder: TextEncoder) -> None:
    """Nothing to encode is no error: no rows, of the right width."""
    assert encoder.encode([]).shape == (0, 512)


def test_languages_share_one_space() -> None:
    """With `use` each Chinese name is nearest to the English one that means the same, and the other way round."""
    encoder = load_text_encoder("use")
    english, chinese = (encoder.encode(list(texts)) for texts in zip(*PAIRS, strict=True))
    closeness = english @ chinese.T
    assert closeness.argmax(axis=0).tolist() == closeness.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_hashed_vectors_are_near_where_words_are_shared() -> None:
    """The cosine is near that of words and pieces counted in full; other words are near 0, other endings between."""
    encoder = HashingEncoder()
    texts = ["brown leather hiking boots", "hiking boots brown leather boots", "hiking boot", "vanilla ice cream"]

    def counted(text: str) -> Counter[str]:
        return Counter({feature: 1 + math.log(count) for feature, count in Counter(_features(text)).items()})

    def product(one: Counter[str], other: Counter[str]) -> float:
        return sum(weight * other[feature] for feature, weight in one.items())

    counts, found = [counted(text) for text in texts], encoder.encode(texts) @ encoder.encode(texts).T
    lengths = [math.sqrt(product(one, one)) for one in counts]
    for one, other in combinations(range(len(texts)), 2):
        exact = product(counts[one], counts[other]) / lengths[one] / lengths[other]
        assert found[one, other] == pytest.approx(exact, abs=0.12)
    assert found[0, 1] > 0.9 > found[0, 2] > 0.4 > 0.15 > found[0, 3]


def test_an_unknown_name_is_refused_in_words() -> None:
    """The error names the rule, what was found and what to do."""
    with pytest.raises(
        UnknownEncoderError, match=r"hashing or hf:/PATH/TO/FOLDER or keras:/PATH/TO/FOLDER; found 'bert'\. Set `enc"
    ):
        load_text_encoder("bert")
    with pytest.raises(UnknownEncoderError, match="found 'hf:not/absolute'"):
        load_text_encoder("hf:not/absolute")


def test_zeros_have_no_direction() -> None:
    """Rows become float32 of length 1; a row of zeros is left as it is, it would become not-a-number."""
    found = unit_length(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [[0.6, 0.8], [0, 0]], atol=1e-7)
