"""Normalised discounted cumulative gain of ranked lists."""

import numpy as np


def ndcg(hits: np.ndarray, relevant_counts: np.ndarray) -> np.ndarray:
    """NDCG@k with binary gains (Järvelin & Kekäläinen 2002): Σ_r hit_r / log2(r + 1), over that of the ideal list.

    Args:
        hits: `[lists, k]` bool, whether the item at each rank is relevant.
        relevant_counts: `[lists]` how many relevant items there are; the ideal list holds min(k, count) of them.

    Returns:
        `[lists]` float64 from 0 to 1; 0 where nothing is relevant.
    """
    discounts = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discounts)])[np.minimum(relevant_counts, hits.shape[1])]
    return np.divide(hits @ discounts, ideal, out=np.zeros(len(hits)), where=ideal > 0)
