"""Item2Vec brings what the same persons took near to each other."""

import numpy as np
import pytest

from models.baselines.item2vec import ItemVectors, enter
from models.taken_matrix import taken_matrix
from tests.models.few_events import task_of

# two tastes, on both platforms: items 0-2 and 6-8, and items 3-5 and 9-11; person 60 is of the first on one alone
TASTES = [[0, 1, 2, 6, 7, 8], [3, 4, 5, 9, 10, 11]]
ROWS = [(user, item, 99) for user in range(60) for item in TASTES[user % 2] if item % 3 != user % 3 or user < 2]
ROWS += [(60, 0, 99), (60, 1, 99)]
TASK = task_of({"shop": 6, "press": 6}, ROWS, cut_day=100)
PLAIN = {"size": 8, "negatives": 5, "epochs": 60, "subsampling": 0.0}


def test_it_finds_a_taste() -> None:
    """A person who took two items of a taste is offered the third before those of the other; twice the same."""
    first, again = (enter(TASK, **PLAIN).ranker.scores(0, np.array([60]))[0] for _ in range(2))
    assert first[2] > first[3:].max() + 0.1
    np.testing.assert_array_equal(first, again)


def test_other_platforms_count_if_it_is_joint() -> None:
    """The same person, new on the second platform, is offered their taste there by the joint one alone."""
    joint = enter(TASK, is_joint=True, **PLAIN).ranker.scores(1, np.array([60]))[0]
    assert joint[:3].min() > joint[3:].max() + 0.1
    alone = enter(TASK, **PLAIN).ranker.scores(1, np.array([60]))[0]
    assert not alone.any()


def test_a_person_is_the_sum_of_their_items() -> None:
    """With taken items at (1, 0) a day ago and (0, 1) 181 days ago, an item at (.6, .8) scores .6 + .8 / 2, faded."""
    task = task_of({"shop": 3}, [(0, 0, 99), (0, 1, -81)], cut_day=100)
    taken = taken_matrix(task.inputs.log, slice(0, 3), 1, task.inputs.cut, 180.0)
    ranker = ItemVectors([np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)], [slice(0, 3)], [taken])
    faded = 2 ** (-1 / 180)
    assert ranker.scores(0, np.array([0]))[0, 2] == pytest.approx((0.6 + 0.8 / 2) * faded, rel=1e-5)
