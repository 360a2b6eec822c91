"""Recall of ranked lists."""

import numpy as np


def recall(hits: np.ndarray, relevant_counts: np.ndarray) -> np.ndarray:
    """Recall@k: the share of the relevant items that stand among the first k.

    Args:
        hits: `[lists, k]` bool, whether the item at each rank is relevant.
        relevant_counts: `[lists]` how many relevant items there are.

    Returns:
        `[lists]` float64 from 0 to 1; 0 where nothing is relevant.
    """
    return hits.sum(axis=1) / np.maximum(relevant_counts, 1)
