"""Inputs that can be checked by eye: a handful of events, written out."""

import numpy as np

from models.contestants import Task
from models.inputs import Catalogue, Inputs, Log

DAY = 86_400


def catalogue_of(sizes: dict[str, int]) -> Catalogue:
    """A catalogue of platforms with so many items each, none with a text; an item's id is its index."""
    count = sum(sizes.values())
    return Catalogue(
        platforms=tuple(sizes),
        alphas=np.full(len(sizes), np.nan),
        may_return=np.zeros(len(sizes), bool),
        event_types=("purchase",),
        item_ids=np.array([str(number) for number in range(count)]),
        item_platforms=np.repeat(np.arange(len(sizes)), list(sizes.values())),
        is_available=np.ones(count, bool),
        embeddings=np.zeros((count, 0), np.float32),
        has_text=np.zeros(count, bool),
    )


def log_of(rows: list[tuple[int, int, int]]) -> Log:
    """A log of purchases, each (person, item, day)."""
    users, items, days = np.array(sorted(rows, key=lambda row: (row[0], row[2])), np.int64).reshape(-1, 3).T
    pairs, counts = np.unique(np.stack([items, days]), axis=1, return_counts=True)
    return Log(
        users=users,
        items=items,
        event_types=np.zeros(len(users), int),
        times=days * DAY,
        is_positive=np.ones(len(users), bool),
        day_items=pairs[0],
        days=pairs[1],
        day_counts=counts,
        consumed_users=users,
        consumed_items=items,
        consumed_times=days * DAY,
    )


def inputs_of(sizes: dict[str, int], rows: list[tuple[int, int, int]], cut_day: int, **more: object) -> Inputs:
    """The inputs of a night whose cut is the beginning of a day."""
    users_count = max((user for user, _, _ in rows), default=0) + 1
    configuration = {"cut": cut_day * DAY, "seed": 1, "window_days": 30, "recommender": {}, **more}
    return Inputs(configuration, catalogue_of(sizes), log_of(rows), users_count)


def task_of(sizes: dict[str, int], rows: list[tuple[int, int, int]], cut_day: int) -> Task:
    """The same as a task for a contestant that ranks for everybody."""
    inputs = inputs_of(sizes, rows, cut_day)
    return Task(inputs, np.arange(inputs.users_count), lambda _line: None)
