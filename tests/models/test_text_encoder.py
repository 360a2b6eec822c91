"""Text encoders: what holds for each of them, shown on the one that needs no TensorFlow, and how they are found."""

import numpy as np
import pytest

from models.text_encoder import TextEncoder, UnknownEncoderError, load_text_encoder, unit_length

TEXTS = ["a red dress", "Ein Föhn für die Küche", "红色连衣裙", "", "a red dress", "electric kettle, 1.7 l. Kitchen"]
PAIRS = [("green tea", "绿茶"), ("wireless headphones", "无线耳机"), ("running shoes", "跑步鞋"), ("cat food", "猫粮")]


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return load_text_encoder("use")


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
    np.testing.assert_array_equal(load_text_encoder("use").encode(TEXTS), encoder.encode(TEXTS))


def test_no_texts_give_no_vectors(encoder: TextEncoder) -> None:
    """Nothing to encode is no error: no rows, of the right width."""
    assert encoder.encode([]).shape == (0, 512)


def test_languages_share_one_space(encoder: TextEncoder) -> None:
    """Each Chinese name is nearest to the English one that means the same, and the other way round."""
    english, chinese = (encoder.encode(list(texts)) for texts in zip(*PAIRS, strict=True))
    closeness = english @ chinese.T
    assert closeness.argmax(axis=0).tolist() == closeness.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_an_unknown_name_is_refused_in_words() -> None:
    """The error names the rule, what was found and what to do."""
    with pytest.raises(UnknownEncoderError, match=r"has to be minilm or use; found 'bert'\. Set `encoder`"):
        load_text_encoder("bert")


def test_zeros_have_no_direction() -> None:
    """Rows become float32 of length 1; a row of zeros is left as it is, it would become not-a-number."""
    found = unit_length(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [[0.6, 0.8], [0, 0]], atol=1e-7)
