"""How much the network counts beside the prior, chosen on the window."""

import numpy as np

from models.choosing import BLENDS, smallest_good


def evidence(curve: list[float], persons: int, noise: float, seed: int = 0) -> np.ndarray:
    """Gains `[blends, persons]` around a curve; persons differ in what each blend gives them."""
    chance = np.random.default_rng(seed)
    values = np.array(curve)[:, None] + noise * chance.standard_normal((len(BLENDS), persons))
    values += np.array(curve)[:, None] - values.mean(axis=1, keepdims=True)
    return values / values.mean()


RISING = [0.7, 0.8, 0.9, 1.0, 1.2, 1.3, 1.4]
FALLING = RISING[::-1]


def test_what_is_clearly_better_is_taken() -> None:
    """With many persons and a clear gain the best blend is taken, on each platform its own."""
    gains = {0: evidence(RISING, 5000, 0.5), 1: evidence(FALLING, 5000, 0.5)}
    assert BLENDS[smallest_good(gains, 0)] == 1.0
    assert BLENDS[smallest_good(gains, 1)] == 0.0


def test_what_may_be_noise_is_not_taken() -> None:
    """The same gain amid so much noise that it may be none: the prior stands."""
    gains = {0: evidence(RISING, 5000, 100.0)}
    assert BLENDS[smallest_good(gains, 0)] == 0.0


def test_few_persons_follow_the_others() -> None:
    """A platform with a handful of judged persons, or with none, takes what is best in the mean over the platforms."""
    gains = {0: evidence(RISING, 5000, 0.1), 1: evidence(RISING, 5000, 0.1), 2: evidence(FALLING, 5, 3.0)}
    assert BLENDS[smallest_good(gains, 2)] > 0.5
    assert BLENDS[smallest_good(gains, 7)] > 0.5
