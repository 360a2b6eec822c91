"""The plain two-encoder network learns what it should, of what it may see."""

import numpy as np

from models.baselines.two_encoder import enter, past_of, with_negatives
from tests.models.few_events import inputs_of, task_of

# two tastes, on both platforms: items 0-3 and 8-11, and items 4-7 and 12-15; person 60 is of the first on one alone
TASTES = [[0, 1, 2, 3, 8, 9, 10, 11], [4, 5, 6, 7, 12, 13, 14, 15]]
ROWS = [
    (user, item, 90 + number)
    for user in range(60)
    for number, item in enumerate(np.random.default_rng(user).permutation(TASTES[user % 2])[:7])
]
ROWS += [(60, 0, 98), (60, 1, 99)]
TASK = task_of({"shop": 8, "press": 8}, ROWS, cut_day=100)


def test_it_finds_a_taste_across_platforms() -> None:
    """A person of two takings on one platform is offered their taste on both before the other."""
    ranker = enter(TASK, size=8, epochs=15, batch=64, learning_rate=0.03).ranker
    shop, press = (ranker.scores(platform, np.array([60]))[0] for platform in range(2))
    assert shop[2:4].min() > shop[4:].max() + 1
    assert press[:4].min() > press[4:].max() + 1


def test_a_person_is_told_by_earlier_days_alone() -> None:
    """Neither the target, nor what was taken on its day, nor what came later, nor anybody else tells who it was."""
    log = inputs_of({"shop": 6}, [(0, 5, 90), (1, 0, 91), (1, 1, 92), (1, 2, 92), (1, 3, 93)], 100).log
    known = [set(row[row >= 0]) for row in past_of(log, np.arange(5))]
    assert known == [set(), set(), {0}, {0}, {0, 1, 2}]


def test_what_a_person_takes_is_no_negative() -> None:
    """Drawn items are of the target's platform, and those that the person takes at any time count for nothing."""
    inputs = inputs_of({"shop": 4, "press": 3}, [(0, 0, 90), (0, 1, 95), (0, 5, 96), (1, 2, 97)], 100)
    items, is_right = with_negatives(inputs, np.arange(4), 200, np.random.default_rng(0))
    assert items[:, 0].tolist() == [0, 1, 5, 2]
    assert is_right[:, 0].all()
    told = [set(row[1:][right[1:]]) for row, right in zip(items, is_right, strict=True)]
    assert told == [{2, 3}, {2, 3}, {4, 6}, {0, 1, 3}]
