"""The exact best k items of each person, without ever holding all scores."""

from collections.abc import Callable, Iterator

import numpy as np

BLOCK_BYTES = 16 * 2**20


def top_k(
    score: Callable[[slice], np.ndarray], rows: int, items: int, excluded: tuple[np.ndarray, np.ndarray], k: int
) -> tuple[np.ndarray, np.ndarray]:
    """The k best-scored items of each row, best first, equal scores in order of the item.

    Args:
        score: gives the scores `[block, items]` float32 of a block of rows; −inf keeps an item out.
        rows: how many rows there are.
        items: how many items.
        excluded: pairs (row, item), ordered by row, that may not appear.
        k: how many are wanted.

    Returns:
        `[rows, k]` int32 items, −1 where a row has no more, and `[rows, k]` float32 scores, −inf there.
    """
    best = np.full((rows, k), -1, np.int32)
    scores = np.full((rows, k), -np.inf, np.float32)
    for part in blocks(rows, items):
        table = score(part)
        low, high = np.searchsorted(excluded[0], [part.start, part.stop])
        table[excluded[0][low:high] - part.start, excluded[1][low:high]] = -np.inf
        found, values = _best(table, min(k, items))
        best[part, : found.shape[1]], scores[part, : found.shape[1]] = found, values
    best[np.isneginf(scores)] = -1
    return best, scores


def blocks(rows: int, items: int) -> Iterator[slice]:
    """The rows whose scores are held at once."""
    size = max(1, BLOCK_BYTES // (4 * max(items, 1)))
    return (slice(begin, min(begin + size, rows)) for begin in range(0, rows, size))


def _best(table: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k highest of each row `[rows, k]`, highest first, equals by place; and their values."""
    if not k:
        return np.empty((len(table), 0), np.int32), np.empty((len(table), 0), np.float32)
    # all that may be among the k, with every item that ties with the last one: k groups have an item as high as this
    groups = min(table.shape[1], 8 * k)
    width = table.shape[1] // groups
    highest = table[:, : width * groups].reshape(len(table), width, groups).max(axis=1)
    least = np.partition(highest, groups - k, axis=1)[:, groups - k]
    row, item = np.divmod(np.flatnonzero(table >= least[:, None]), table.shape[1])
    value = table[row, item]
    order = np.lexsort((item, -value, row))
    row, item, value = row[order], item[order], value[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    kept = place < k
    shape = (len(table), k)
    return item[kept].reshape(shape).astype(np.int32), value[kept].reshape(shape)
