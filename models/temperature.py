"""How often the targets of each platform are drawn: their shares, evened out by a temperature."""

import numpy as np


def drawn_rates(counts: np.ndarray, temperature: float) -> np.ndarray:
    """Which part of its targets a platform is learned from in a pass `[platforms]`, at most 1.

    Platform p's share among the drawn ones is in proportion to share_p^(1/T) (Arivazhagan et al. 1907.05019). What is
    rare is not repeated: a table of embeddings would learn it by heart. The largest platforms are drawn from instead.

    Args:
        counts: `[platforms]` targets that a pass would have.
        temperature: T; 1 leaves the shares as they are, a high one makes them equal.
    """
    rates = np.where(counts > 0, np.maximum(counts, 1.0) ** (1 / temperature - 1), 0.0)
    return rates / max(float(rates.max(initial=0.0)), 1e-12)
