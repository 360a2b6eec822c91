"""Coverage of ranked lists."""

import numpy as np


def coverage(lists: np.ndarray, available_count: int) -> float:
    """Coverage@k: the share of a catalogue's available items that stand in at least one list.

    Args:
        lists: `[lists, k]` item indices, −1 where there is none.
        available_count: how many items could have been shown.

    Returns:
        From 0 to 1; 0 where nothing is available.
    """
    return len(np.unique(lists[lists >= 0])) / max(available_count, 1)
