"""The negatives of one platform: the items that a step's targets are told from."""

import numpy as np

POWER = 0.75


class Sampler:
    """Draws negatives, half of them evenly, half by popularity to the power 0.75 (Mikolov et al. 1310.4546).

    Args:
        log_probabilities: `[size]` of the platform's items.
        count: how many are drawn; none of an empty platform.
    """

    def __init__(self, log_probabilities: np.ndarray, count: int) -> None:
        size = len(log_probabilities)
        smooth = np.exp(POWER * log_probabilities.astype(np.float64))
        self.shares = 0.5 * smooth / smooth.sum() + 0.5 / size if size else smooth
        # without the last, which is 1: nothing is drawn beyond it, however sums were rounded
        self.cumulated, self.count = np.cumsum(self.shares)[:-1], count if size else 0

    def draw(self, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Items `[negatives]` counted from 0, and log(N·Q) of each."""
        drawn = np.searchsorted(self.cumulated, chance.random(self.count)).astype(np.int32)
        return drawn, np.log(self.count * self.shares[drawn]).astype(np.float32)
