"""The negatives of one platform: the items that a step's targets are told from."""

import numpy as np

POWER = 0.75


class Sampler:
    """Draws negatives, half of them evenly, half by popularity to the power 0.75 (Mikolov et al. 1310.4546).

    Args:
        log_probabilities: `[size]` of the platform's items.
        count: how many are drawn; a platform of at most twice as many gives all its items instead.
    """

    def __init__(self, log_probabilities: np.ndarray, count: int) -> None:
        size = len(log_probabilities)
        self.all = np.arange(size, dtype=np.int32) if size <= 2 * count else None
        smooth = np.exp(POWER * log_probabilities.astype(np.float64))
        self.shares = 0.5 * smooth / smooth.sum() + 0.5 / size if size else smooth
        self.cumulated, self.count = np.cumsum(self.shares), count

    def draw(self, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Items `[negatives]` counted from 0, and log(N·Q) of each, 0 where all are given."""
        if self.all is not None:
            return self.all, np.zeros(len(self.all), np.float32)
        drawn = np.searchsorted(self.cumulated, chance.random(self.count) * self.cumulated[-1]).astype(np.int32)
        drawn = np.minimum(drawn, len(self.shares) - 1)
        return drawn, np.log(self.count * self.shares[drawn]).astype(np.float32)
