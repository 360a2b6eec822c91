"""The exact best k, against sorting everything."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import models.top_k
from models.top_k import top_k

# few distinct scores, so that most of them tie; −inf is an item that is kept out
SCORES = st.sampled_from([-np.inf, -1.5, 0.0, 0.25, 3.0])
TABLES = st.tuples(st.integers(1, 7), st.integers(1, 40)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=SCORES)
)


@settings(deadline=None, max_examples=150)
@given(TABLES, st.integers(0, 12), st.data(), st.integers(1, 4))
def test_top_k_is_what_sorting_gives(table: np.ndarray, k: int, data: st.DataObject, block_rows: int) -> None:
    """Best first, ties in order of the item, excluded ones never, −1 where a row has no more; in blocks of any size."""
    rows, items = table.shape
    pairs = data.draw(st.sets(st.tuples(st.integers(0, rows - 1), st.integers(0, items - 1))))
    excluded = np.array(sorted(pairs), int).reshape(-1, 2).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models.top_k, "BLOCK_BYTES", 4 * items * block_rows)
        best, scores = top_k(lambda part: table[part].copy(), rows, items, (excluded[0], excluded[1]), k)
    assert best.shape == scores.shape == (rows, k)
    for row in range(rows):
        allowed = [one for one in range(items) if (row, one) not in pairs and table[row, one] > -np.inf]
        expected = sorted(allowed, key=lambda one: (-table[row, one], one))[:k]
        assert best[row].tolist() == expected + [-1] * (k - len(expected))
        assert scores[row].tolist() == [table[row, one] for one in expected] + [-np.inf] * (k - len(expected))


def test_an_empty_catalogue_gives_empty_places() -> None:
    """A platform without items fills every place with −1."""
    none = np.array([], int)
    best, scores = top_k(lambda part: np.zeros((part.stop - part.start, 0), np.float32), 2, 0, (none, none), 3)
    assert (best == -1).all() and np.isneginf(scores).all() and best.shape == (2, 3)
