"""Who took what, as the sparse matrix that neighbourhood and factorisation methods learn from."""

import numpy as np
from scipy import sparse

from models.inputs import SECONDS_PER_DAY, Log


def taken_matrix(
    log: Log, items: slice, users_count: int, cut: int, half_life: float | None = None
) -> sparse.csr_matrix:
    """How much each person took of each item, `[users, items]` float32, 0 where they did not.

    Args:
        log: what persons did.
        items: a platform's items, or all of them.
        users_count: how many persons there are.
        cut: the first second that is not known; later events are left out.
        half_life: days in which a taking's weight halves; all weigh 1 without it. The newest taking counts.
    """
    known = log.is_positive & (log.times < cut) & (log.items >= items.start) & (log.items < items.stop)
    users, columns = log.users[known], log.items[known] - items.start
    ages = (cut - log.times[known]) / SECONDS_PER_DAY
    weights = np.ones(len(users)) if half_life is None else 0.5 ** (ages / half_life)
    order = np.lexsort((-weights, columns, users))
    users, columns, weights = users[order], columns[order], weights[order]
    is_first = np.ones(len(users), bool)
    is_first[1:] = (users[1:] != users[:-1]) | (columns[1:] != columns[:-1])
    return sparse.csr_matrix(
        (weights[is_first].astype(np.float32), (users[is_first], columns[is_first])),
        shape=(users_count, items.stop - items.start),
    )
