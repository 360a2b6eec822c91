"""Reasons: the item of a person's own past that speaks most for what is shown."""

import numpy as np

from models.inputs import SECONDS_PER_DAY, Log
from models.reasons import find_reasons

CUT = 100 * SECONDS_PER_DAY
# two tastes: items 0–2 lie along one direction, 3–5 along another; 6 points away from both
VECTORS = np.array([[1, 0], [0.96, 0.28], [0.8, 0.6], [0, 1], [0.28, 0.96], [0.1, 0.995], [-0.8, -0.6]], np.float32)


def made_log(rows: list[tuple[int, int, int, bool]]) -> Log:
    """A log of (person, item, day, is positive)."""
    users, items, days, positive = (np.array(column) for column in zip(*rows, strict=True))
    none = np.array([], int)
    times = days * SECONDS_PER_DAY
    return Log(users, items, np.zeros_like(users), times, positive.astype(bool), none, none, none, none, none, none)


def reasons_of(log: Log, users: list[int], items: list[list[int]], half_life: float = 30.0) -> list[list[int]]:
    """The reasons as lists."""
    return find_reasons(VECTORS, log, CUT, np.array(users), np.array(items), half_life).tolist()


def test_a_planted_taste_is_the_reason() -> None:
    """Each shown item is explained by the past item of its own taste; a place without an item by none."""
    log = made_log([(1, 0, 90, True), (1, 3, 90, True), (4, 5, 90, True)])
    assert reasons_of(log, [1, 4], [[1, 4, -1], [4, 2, 3]]) == [[0, 3, -1], [5, 5, 5]]


def test_only_the_own_positive_past_counts() -> None:
    """What was merely seen, and what others took, explains nothing; neither does an item that points away."""
    log = made_log([(1, 1, 95, False), (1, 2, 90, True), (2, 0, 95, True), (3, 6, 95, True)])
    assert reasons_of(log, [0, 1, 3], [[0], [0], [0]]) == [[-1], [2], [-1]]


def test_an_old_reason_fades() -> None:
    """A likelier but older item gives way to a recent one, unless the half-life is long."""
    log = made_log([(0, 0, 10, True), (0, 2, 99, True)])
    assert reasons_of(log, [0], [[1]], half_life=30) == [[2]]
    assert reasons_of(log, [0], [[1]], half_life=10_000) == [[0]]
