"""Halves of the persons, so that who has a say in a choice is not who reports of it."""

from collections.abc import Callable

import numpy as np

Half = Callable[[np.ndarray], np.ndarray]


def everybody(users: np.ndarray) -> np.ndarray:
    """All persons have a say."""
    return np.ones(len(users), bool)


def even(users: np.ndarray) -> np.ndarray:
    """One half of the persons, by a bit of their mixed index, so that neighbours part."""
    return _mixed(users) % 2 == 0


def odd(users: np.ndarray) -> np.ndarray:
    """The other half."""
    return ~even(users)


def quarter(users: np.ndarray) -> np.ndarray:
    """Every fourth person, of each half as many."""
    return _mixed(users) // 2 % 4 == 0


def _mixed(users: np.ndarray) -> np.ndarray:
    mixed = users.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray(mixed >> np.uint64(40)).astype(np.int64)
