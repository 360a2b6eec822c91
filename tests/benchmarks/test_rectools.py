"""Peers choose by the same measure as ours, and rank nothing that they do not know."""

import numpy as np
import pytest

from tests.benchmarks.peers.rectools_child import Task, macro_ndcg
from tests.benchmarks.rectools import Vectors
from tests.models.few_events import catalogue_of

# two platforms of twelve items; person 4 took items 0 and 12 before the window, and 1 and 13 in it, person 7 took 14
TASK = Task(
    users=np.array([4, 4, 4, 4, 7]),
    items=np.array([0, 12, 1, 13, 14]),
    times=np.arange(5),
    is_train=np.array([True, True, False, False, False]),
    item_platforms=np.repeat([0, 1], 12),
    may_return=np.array([False, True]),
    target_users=np.array([4, 4, 7]),
    target_items=np.array([1, 13, 14]),
    asked=np.array([4]),
    half_lives=np.array([0.0]),
    epochs=1,
    patience=1,
    is_refitted=False,
    sequence_length=5,
    seed=1,
)
# the earlier an item, the higher its score; items 11 and 23 are not known
KNOWN = np.array([item for item in range(23, -1, -1) if item not in (11, 23)])
FOUND = {
    "users": np.array([4]),
    "user_vectors": np.ones((1, 1), np.float32),
    "items": KNOWN,
    "item_vectors": -KNOWN[:, None].astype(np.float32),
}


def test_a_window_is_judged_by_hand() -> None:
    """What may not return is left out (1 leads), what may stays (13 is second), who has no vector has no hits."""
    assert macro_ndcg(TASK, FOUND) == pytest.approx((1 + (1 / np.log2(3) + 0) / 2) / 2)


def test_what_is_not_known_is_not_listed() -> None:
    """Items and persons without a vector score −∞, so that no list has them."""
    items = np.full((24, 1), np.nan, np.float32)
    items[FOUND["items"]] = FOUND["item_vectors"]
    rows = np.array([-1, 0])
    found = Vectors(catalogue_of({"shop": 12, "press": 12}), rows, FOUND["user_vectors"], items)
    scores = found.scores(1, np.array([0, 1]))
    assert np.isneginf(scores[0]).all()
    assert scores[1].tolist() == [*range(-12, -23, -1), -np.inf]
