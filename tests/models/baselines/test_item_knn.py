"""Item-kNN scores by what was taken together."""

import numpy as np
import pytest

from models.baselines.item_knn import enter
from tests.models.few_events import task_of

# items 0-3 on one platform, 4 and 5 on the other; persons 0 and 1 took 0 and 1 together, 1 and 2 took 1 and 4
ROWS = [(0, 0, 99), (0, 1, 99), (1, 0, 99), (1, 1, 99), (1, 4, 99), (2, 1, 99), (2, 4, 99), (3, 5, 99)]
TASK = task_of({"shop": 4, "press": 2}, ROWS, cut_day=100)
OLD = 2 ** (-1 / 180)  # what a taking of the day before counts


def test_similarity_is_a_shrunk_cosine() -> None:
    """Items 0 (taken twice) and 1 (three times) met twice: 2 / (√2 · √3 + shrinkage), each taking by its recency."""
    ranker = enter(TASK, shrinkage=1.0).ranker
    score = OLD * 2 * OLD**2 / (6**0.5 * OLD**2 + 1)
    found = ranker.scores(0, np.array([2, 3]))
    assert found[0] == pytest.approx([score, 0, 0, 0], rel=1e-5)
    assert not found[1].any()


def test_other_platforms_count_if_it_is_joint() -> None:
    """Person 0 took nothing on the second platform: what goes with item 1 is offered there only by the joint one."""
    alone, joint = enter(TASK).ranker, enter(TASK, is_joint=True).ranker
    assert not alone.scores(1, np.array([0])).any()
    found = joint.scores(1, np.array([0]))[0]
    assert found[0] > 0
    assert found[1] == 0


def test_only_the_nearest_count() -> None:
    """With one neighbour an item is scored by the item it is most like alone."""
    rows = [(0, 0, 99), (0, 1, 99), (1, 0, 99), (1, 1, 99), (2, 0, 99), (2, 2, 99), (3, 1, 99), (4, 2, 99)]
    ranker = enter(task_of({"shop": 3}, rows, cut_day=100), neighbours=1).ranker
    found = ranker.scores(0, np.array([3, 4]))
    assert found[0, 0] > 0
    assert found[1, 0] == 0
