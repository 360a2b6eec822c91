"""iALS brings what goes together near to each other."""

import numpy as np

from models.baselines.ials import enter
from tests.models.few_events import task_of

# two tastes, on both platforms: items 0-2 and 6-8, and items 3-5 and 9-11; person 12 is of the first on one alone
TASTES = [[0, 1, 2, 6, 7, 8], [3, 4, 5, 9, 10, 11]]
ROWS = [(user, item, 99) for user in range(12) for item in TASTES[user % 2] if item % 3 != user % 3 or user < 2]
ROWS += [(12, 0, 99), (12, 1, 99)]
TASK = task_of({"shop": 6, "press": 6}, ROWS, cut_day=100)


def test_it_finds_a_taste() -> None:
    """A person who took two items of a taste is offered the third before those of the other taste."""
    found = enter(TASK, factors=2).ranker.scores(0, np.array([12]))[0]
    assert found[2] > found[3:].max() + 0.1


def test_other_platforms_count_if_it_is_joint() -> None:
    """The same person, new on the second platform, is offered their taste there by the joint one alone."""
    joint = enter(TASK, factors=2, is_joint=True).ranker.scores(1, np.array([12]))[0]
    assert joint[:3].min() > joint[3:].max() + 0.1
    alone = enter(TASK, factors=2).ranker.scores(1, np.array([12]))[0]
    assert abs(alone).max() < 1e-6
