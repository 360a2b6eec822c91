"""Popularity counts what it says it counts."""

import numpy as np

from models.baselines.popular import enter
from tests.models.few_events import task_of

TASK = task_of(
    {"shop": 3}, [(0, 0, 90), (1, 0, 90), (2, 0, 90), (0, 1, 97), (1, 1, 97), (2, 1, 96), (2, 2, 99)], cut_day=100
)


def test_a_window_counts_its_days_alone() -> None:
    """The last three days before day 100 begin with day 97: a taking of day 96 counts in the last ten alone."""
    np.testing.assert_array_equal(enter(TASK, last_days=3).ranker.scores(0, np.array([0, 2])), [[0, 2, 1], [0, 2, 1]])
    np.testing.assert_array_equal(enter(TASK, last_days=10).ranker.scores(0, np.array([1])), [[3, 3, 1]])


def test_a_half_life_halves() -> None:
    """On the night of day 99 a taking of that day counts 1, of two days before a half, of nine days before 2^−4.5."""
    expected = [[3 * 2**-4.5, 2 * 0.5 + 2**-1.5, 1.0]]
    np.testing.assert_allclose(enter(TASK, half_life=2).ranker.scores(0, np.array([0])), expected, rtol=1e-6)
