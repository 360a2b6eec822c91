"""A log drawn at random, with as many events a person as real ones have; all that is to be learned is what is popular.

Nothing but NumPy and `models.inputs` is needed, so that peers draw the same one in their environment.
"""

import numpy as np

from models.inputs import SECONDS_PER_DAY, Catalogue, Log

PLATFORMS, DAYS, TEXT_SIZE = 4, 365, 128
CUT = DAYS * SECONDS_PER_DAY


def drawn_catalogue(items_a_platform: int) -> Catalogue:
    """Four platforms of so many items each, all of them with a text."""
    count = PLATFORMS * items_a_platform
    return Catalogue(
        platforms=tuple(f"platform {number}" for number in range(PLATFORMS)),
        alphas=np.full(PLATFORMS, np.nan),
        may_return=np.ones(PLATFORMS, bool),
        event_types=("purchase",),
        item_ids=np.arange(count).astype(str),
        item_platforms=np.repeat(np.arange(PLATFORMS), items_a_platform),
        is_available=np.ones(count, bool),
        embeddings=np.random.default_rng(0).normal(size=(count, TEXT_SIZE)).astype(np.float32),
        has_text=np.ones(count, bool),
    )


def drawn_log(persons: int, items_a_platform: int) -> Log:
    """What so many persons took in a year on all platforms: 28 items in the mean, half at most 20, few over 100.

    An item's share is one over its rank (Zipf).
    """
    chance = np.random.default_rng(0)
    lengths = np.maximum(chance.lognormal(3.0, 0.8, persons), 2).astype(int)
    users, count = np.repeat(np.arange(persons), lengths), int(lengths.sum())
    shares = 1 / np.arange(1, items_a_platform + 1)
    items = chance.choice(items_a_platform, count, p=shares / shares.sum())
    items += items_a_platform * chance.integers(PLATFORMS, size=count)
    times = chance.integers(CUT, size=count)
    times = times[np.lexsort((times, users))]
    rows, day_counts = np.unique(np.stack([items, times // SECONDS_PER_DAY]), axis=1, return_counts=True)
    nothing = np.zeros(0, int)
    return Log(
        users=users,
        items=items,
        event_types=np.zeros(count, int),
        times=times,
        is_positive=np.ones(count, bool),
        day_items=rows[0],
        days=rows[1],
        day_counts=day_counts,
        consumed_users=nothing,
        consumed_items=nothing,
        consumed_times=nothing,
    )
