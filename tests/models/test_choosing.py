"""How much network and neighbours count beside the prior, chosen on the window."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.blending import BLENDS, USUAL_BLEND, usual_or_better
from models.choosing import Best
from models.evaluation import Scores
from models.halves import everybody
from models.inputs import read_inputs
from models.lesson import Lesson
from models.recommender import PRIOR_ALONE, Blend
from tests.models.tiny_run import RECOMMENDER


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


def scores_of(means: list[float], noise: float = 0.3, persons: int = 2000) -> list[dict[int, Scores]]:
    """How epochs of these means did on two platforms, by the same persons, each with a noise of their own."""
    chance, users = np.random.default_rng(1), np.arange(persons)
    return [
        {
            number: Scores(users, {("all", "ndcg@10"): mean + noise * chance.standard_normal(persons)}, 1.0)
            for number in range(2)
        }
        for mean in means
    ]


@pytest.mark.parametrize(
    ("means", "noise", "epoch"),
    [([0.1, 0.3, 0.295, 0.294], 0.3, 4), ([0.1, 0.3, 0.2, 0.1], 0.3, 2), ([0.1, 0.3, 0.295, 0.294], 0.01, 2)],
)
def test_the_latest_epoch_is_taken_that_is_not_clearly_worse(means: list[float], noise: float, epoch: int) -> None:
    """A little less than the best one may be chance, and more was learned by then; what is surely less is no choice."""
    best = Best(everybody, "untrained")
    for number, scores in enumerate(scores_of(means, noise), 1):
        best.consider(number, f"epoch {number}", scores)
    assert (best.epoch, best.scorer) == (epoch, f"epoch {epoch}")
    assert best.value == pytest.approx(0.3, abs=0.02)


def test_what_is_clearly_better_is_taken() -> None:
    """With many persons and a clear gain the best blend is taken, on each platform its own; it may be the prior."""
    gains = {0: evidence(0.5, 5000, 0.2), 1: evidence(-0.9, 5000, 0.2)}
    assert chosen(gains, 0).network == 1.0
    assert chosen(gains, 1).network == 0.0


def test_what_may_be_noise_is_not_taken() -> None:
    """The same gain amid so much noise that it may be none: the usual blend stands."""
    assert chosen({0: evidence(0.5, 5000, 100.0)}, 0) == USUAL_BLEND
    assert PRIOR_ALONE in BLENDS and USUAL_BLEND in BLENDS


def test_the_network_stays_when_popularity_was_better_by_a_fifth() -> None:
    """However many persons say so: that is how far fashion moves it. As much better with more of it does count."""
    gains = {0: evidence(-0.4, 50_000, 0.2), 1: evidence(0.4, 50_000, 0.2)}
    assert chosen({0: gains[0]}, 0) == USUAL_BLEND
    assert chosen({0: gains[1]}, 0).network == 1.0


def test_a_platform_unlike_the_others_takes_its_own() -> None:
    """Four platforms gain by the network and one loses by it, each with moderate noise: that one goes without it."""
    gains = {number: evidence(0.5, 3000, 1.2, seed=number) for number in range(4)} | {
        4: evidence(-0.95, 3000, 1.2, seed=4)
    }
    assert [chosen(gains, number).network > USUAL_BLEND.network for number in range(4)] == [True] * 4
    assert chosen(gains, 4).network < USUAL_BLEND.network


def test_few_persons_follow_the_others() -> None:
    """A platform with a handful of judged persons, or with none, takes what is best in the mean over the platforms."""
    gains = {0: evidence(0.5, 5000, 0.1), 1: evidence(0.5, 5000, 0.1), 2: evidence(-0.5, 5, 3.0)}
    assert chosen(gains, 2).network > 0.5
    assert chosen(gains, 7).network > 0.5


def test_weights_by_the_gap_are_chosen_once_and_followed(tiny_inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is behind its own network weighs more each epoch, by persons who judge nothing; a refit does alike."""
    inputs = read_inputs(tiny_inputs)
    recommender = {**RECOMMENDER, "alpha": "gap", "max_epochs": 3}
    lesson = Lesson(replace(inputs, configuration={**inputs.configuration, "recommender": recommender}))
    assert lesson.window.weighing is not None
    for judged, weighing in zip(lesson.window.judged, lesson.window.weighing, strict=True):
        assert len(weighing.users) and not np.isin(weighing.users, judged.users).any()
        assert np.isin(weighing.users, lesson.window.users).all()
        # what they took is not among what is judged, so for a head they would have taken nothing
        assert not np.isin(weighing.users, lesson.window.witnesses.users).any()
    # no network is as good as one of loss 2 here: nine items are alike
    monkeypatch.setattr(Lesson, "_losses_of_singles", lambda *_: np.array([2.0, 9.0]))
    choice = lesson.choose_joint(print)
    assert choice.alphas.shape == (choice.epochs, 2) and choice.epochs > 1
    np.testing.assert_array_equal(choice.alphas[0], 1)
    assert (np.diff(choice.alphas[:, 0]) > 0).all()
    np.testing.assert_allclose(choice.alphas.sum(axis=1), 2)
    lesson.refit_joint(choice.epochs, print)
    np.testing.assert_array_equal(lesson.weights, choice.alphas[-1])
