"""The negatives of one platform: the items that a step's targets are told from."""

import numpy as np


class Sampler:
    """Draws negatives: the likelier half of them always, the others evenly from the rest, each at most once.

    So what weighs most in the softmax is never estimated. A platform of no more items than are drawn is drawn whole.

    Args:
        log_probabilities: `[size]` of the platform's items.
        count: how many are drawn.
    """

    def __init__(self, log_probabilities: np.ndarray, count: int) -> None:
        size = len(log_probabilities)
        order = np.argsort(-log_probabilities, kind="stable").astype(np.int32)
        always = size if size <= count else count // 2
        self.head, self.rest, self.drawn_count = order[:always], order[always:], min(count, size) - always

    def draw(self, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Items `[negatives]` counted from 0, and the log of each one's chance to be among them."""
        drawn = chance.choice(self.rest, self.drawn_count, replace=False)
        log_chances = np.zeros(len(self.head) + len(drawn), np.float32)
        if len(drawn):
            log_chances[len(self.head) :] = np.log(len(drawn) / len(self.rest))
        return np.concatenate([self.head, drawn]), log_chances
