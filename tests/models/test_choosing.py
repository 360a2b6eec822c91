"""How much network and neighbours count beside the prior, chosen on the window."""

import numpy as np

from models.choosing import BLENDS, USUAL_BLEND, usual_or_better
from models.recommender import PRIOR_ALONE, Blend


def evidence(worth: float, persons: int, noise: float, seed: int = 0) -> np.ndarray:
    """Gains `[blends, persons]` that rise with the network's weight, by `worth` from none to all of it."""
    chance = np.random.default_rng(seed)
    curve = np.array([[1 + worth * blend.network + 0.001 * blend.neighbours] for blend in BLENDS])
    values = noise * chance.standard_normal((len(BLENDS), persons))
    values += curve - values.mean(axis=1, keepdims=True)
    return values / values.mean()


def chosen(gains: dict[int, np.ndarray], platform: int) -> Blend:
    """What is chosen for a platform."""
    return BLENDS[usual_or_better(gains, platform)]


def test_what_is_clearly_better_is_taken() -> None:
    """With many persons and a clear gain the best blend is taken, on each platform its own; it may be the prior."""
    gains = {0: evidence(0.5, 5000, 0.2), 1: evidence(-0.5, 5000, 0.2)}
    assert chosen(gains, 0).network == 1.0
    assert chosen(gains, 1).network == 0.0


def test_what_may_be_noise_is_not_taken() -> None:
    """The same gain amid so much noise that it may be none: the usual blend stands."""
    assert chosen({0: evidence(0.5, 5000, 100.0)}, 0) == USUAL_BLEND
    assert PRIOR_ALONE in BLENDS and USUAL_BLEND in BLENDS


def test_a_platform_unlike_the_others_takes_its_own() -> None:
    """Four platforms gain by the network and one loses by it, each with moderate noise: that one goes without it."""
    gains = {number: evidence(0.5, 3000, 1.2, seed=number) for number in range(4)} | {
        4: evidence(-0.5, 3000, 1.2, seed=4)
    }
    assert [chosen(gains, number).network > USUAL_BLEND.network for number in range(4)] == [True] * 4
    assert chosen(gains, 4).network < USUAL_BLEND.network


def test_few_persons_follow_the_others() -> None:
    """A platform with a handful of judged persons, or with none, takes what is best in the mean over the platforms."""
    gains = {0: evidence(0.5, 5000, 0.1), 1: evidence(0.5, 5000, 0.1), 2: evidence(-0.5, 5, 3.0)}
    assert chosen(gains, 2).network > 0.5
    assert chosen(gains, 7).network > 0.5
