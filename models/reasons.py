"""Why an item is recommended: the item of the person's own history that speaks for it most."""

import numpy as np

from models.inputs import SECONDS_PER_DAY, Log


def find_reasons(
    vectors: np.ndarray, log: Log, cut: int, users: np.ndarray, items: np.ndarray, half_life: float
) -> np.ndarray:
    """For each recommended item the past item, of any platform, whose absence would lower its score most.

    Approximated by cosine(past item, recommended item) × 2^(−age / half_life) over the person's positive interactions;
    no reason is given where no past item has a positive cosine.

    Args:
        vectors: `[items, size]` unit item vectors.
        log: what persons did, ordered by person.
        cut: the night's cut in epoch seconds, from which ages count.
        users: `[lists]` persons in ascending order.
        items: `[lists, k]` recommended items, −1 where there is none.
        half_life: days in which a past interaction's claim halves.

    Returns:
        `[lists, k]` int32 past items, −1 where there is no reason.
    """
    users_of, items_of, times = (array[log.is_positive] for array in (log.users, log.items, log.times))
    recency = 0.5 ** ((cut - times) / SECONDS_PER_DAY / half_life)
    starts, ends = np.searchsorted(users_of, users, "left"), np.searchsorted(users_of, users, "right")
    reasons = np.full(items.shape, -1, np.int32)
    for row in np.flatnonzero(ends > starts):
        past = slice(starts[row], ends[row])
        claims = vectors[items[row]] @ vectors[items_of[past]].T * recency[past]
        best = claims.argmax(axis=1)
        found = (claims[np.arange(len(best)), best] > 0) & (items[row] >= 0)
        reasons[row, found] = items_of[past][best][found]
    return reasons
