"""EASE is what its closed form says."""

import numpy as np
import pytest

from models.baselines.ease import enter, solve
from tests.models.few_events import task_of


def test_two_items_by_hand() -> None:
    """XᵀX = [[2, 1], [1, 2]], λ = 1: P = 1/8 · [[3, −1], [−1, 3]], so B has 1/3 off its diagonal, and 0 on it."""
    np.testing.assert_allclose(solve(np.array([[2.0, 1.0], [1.0, 2.0]]), 1.0), [[0, 1 / 3], [1 / 3, 0]], rtol=1e-5)


def test_it_is_the_best_weighing_of_other_items() -> None:
    """No change of a weight off the diagonal makes ‖X − XB‖² + λ‖B‖² smaller."""
    chance = np.random.default_rng(0)
    taken = (chance.random((30, 5)) < 0.4).astype(float)
    weights = solve(taken.T @ taken, 2.0).astype(float)

    def loss(matrix: np.ndarray) -> float:
        return float(((taken - taken @ matrix) ** 2).sum() + 2.0 * (matrix**2).sum())

    for row, column in [(0, 1), (2, 4), (3, 0)]:
        for step in (-0.05, 0.05):
            changed = weights.copy()
            changed[row, column] += step
            assert loss(changed) > loss(weights)


def test_the_rarest_items_are_left_out() -> None:
    """With room for two of three items the one taken least scores 0 for everybody."""
    rows = [(0, 0, 99), (0, 1, 99), (1, 0, 99), (1, 1, 99), (2, 0, 99), (2, 2, 99), (3, 1, 99)]
    found = enter(task_of({"shop": 3}, rows, cut_day=100), largest=2, regularisation=0.1).ranker.scores(0, np.arange(4))
    assert not found[:, 2].any()
    assert found[3, 0] > 0
    assert found[3, 1] == pytest.approx(0, abs=1e-6)
