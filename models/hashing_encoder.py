"""A text encoder without weights: words and pieces of words, hashed to places and signs."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from zlib import crc32

import numpy as np

from models.text_encoder import unit_length

BITS = 9
SHORTEST, LONGEST = 3, 5
# odd numbers; the upper bits of the products are places and signs that have nothing to do with each other
MULTIPLIERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)


class HashingEncoder:
    """Encodes any language by its letters alone; texts are near if they share words, or pieces of words.

    Each word, and each run of three to five letters in it, goes to four of 512 places with a sign, 1 + log(count) times
    (feature hashing, Weinberger et al. 0902.2206; sparse projections, Kane & Nelson 1012.1577): inner products are
    those of all words and pieces, up to chance. The principal components are left to `models.whitening`, which finds
    them on all texts that a night knows.
    """

    name = "hashing"
    dimension = 2**BITS

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of length 1, float32 `[texts, 512]`."""
        counted = [Counter(_features(text)) for text in texts]
        rows = np.repeat(np.arange(len(texts)), [len(counts) for counts in counted])
        hashes = np.array([crc32(feature.encode()) for counts in counted for feature in counts], np.uint64)
        weights = np.array([1 + math.log(count) for counts in counted for count in counts.values()])
        mixed = hashes[:, None] * MULTIPLIERS
        places = rows[:, None] * self.dimension + (mixed >> np.uint64(64 - BITS)).astype(np.int64)
        signs = 1 - 2 * (mixed >> np.uint64(63 - BITS) & np.uint64(1)).astype(np.int64)
        table = np.bincount(places.ravel(), (signs * weights[:, None]).ravel(), len(texts) * self.dimension)
        return unit_length(table.reshape(len(texts), self.dimension))


def _features(text: str) -> Iterator[str]:
    """The words of a text, each between < and >, and the runs of letters in them; one mark if there are none."""
    words = re.findall(r"\w+", text.lower())
    if not words:
        yield ""
    for word in words:
        marked = f"<{word}>"
        yield marked
        for size in range(SHORTEST, min(LONGEST, len(marked) - 1) + 1):
            yield from (marked[start : start + size] for start in range(len(marked) - size + 1))
