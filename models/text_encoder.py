"""Text encoders: texts in, unit vectors out. `load_text_encoder` is the one door to them.

The weights of each encoder come inside an installed package, so nothing is ever downloaded.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np


class TextEncoder(Protocol):
    """What turns texts into vectors: the same text gives the same vector, in whatever company it is encoded.

    (To the last bit only in the same company: sums of floats depend on how a batch is cut.)
    """

    @property
    def name(self) -> str:
        """The name under which `load_text_encoder` finds it and under which its vectors are kept."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of length 1, float32 `[texts, dimension]`, in the order of the texts."""


class UnknownEncoderError(ValueError):
    """A text encoder was asked for that does not exist."""


def _load_minilm() -> TextEncoder:
    from models.minilm_encoder import MiniLmEncoder

    return MiniLmEncoder()


def _load_universal() -> TextEncoder:
    from models.universal_encoder import UniversalEncoder

    return UniversalEncoder()


ENCODERS: dict[str, Callable[[], TextEncoder]] = {"minilm": _load_minilm, "use": _load_universal}


def check_encoder_name(name: str) -> str:
    """The name, if there is such a text encoder.

    Raises:
        UnknownEncoderError: if there is none.
    """
    if name not in ENCODERS:
        known = " or ".join(ENCODERS)
        raise UnknownEncoderError(f"The text encoder has to be {known}; found {name!r}. Set `encoder` to one of them.")
    return name


def load_text_encoder(name: str) -> TextEncoder:
    """The text encoder of that name, with its weights loaded.

    Raises:
        UnknownEncoderError: if there is none.
    """
    return ENCODERS[check_encoder_name(name)]()


def unit_length(vectors: np.ndarray) -> np.ndarray:
    """The rows scaled to length 1, as float32; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
