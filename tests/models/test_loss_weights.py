"""What each platform weighs in the loss: where it begins, what is learned of it, and how it grows by the gap."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from models.configuration import Configuration
from models.evaluation import Judged
from models.inputs import Inputs
from models.loss_weights import Uncertainty, by_gap, cross_entropies, loss_weights
from models.temperature import drawn_rates
from tests.models.few_events import inputs_of

TAKEN = {"shop": 4, "press": 1, "radio": 0}


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    """Four items were taken in the shop, one of the press, none on the radio, where most records can be used."""
    made = inputs_of(dict.fromkeys(TAKEN, 4), [(0, 0, 5), (1, 1, 5), (1, 2, 6), (2, 3, 7), (2, 4, 9)], 20)
    return replace(made, catalogue=replace(made.catalogue, qualities=np.array([0.5, 1.0, 0.9])))


def test_weights_come_from_what_was_asked_for(inputs: Inputs) -> None:
    """Each way by hand, 1 in the mean over platforms where something was taken, 0 elsewhere; given ones stand."""
    expected = {"equal": [1, 1], "size": [2, 1], "inverse": [1 / 4, 1], "quality": [0.5, 1]}
    for alpha, shares in expected.items():
        found = loss_weights(inputs, Configuration(alpha=alpha))
        np.testing.assert_allclose(found, [*(np.array(shares) / np.mean(shares)), 0])
    given = replace(inputs, catalogue=replace(inputs.catalogue, alphas=np.array([np.nan, 3.0, 3.0])))
    for alpha in ("equal", "uncertainty", "gap"):
        np.testing.assert_allclose(loss_weights(given, Configuration(alpha=alpha)), [1, 3, 0])


def test_quality_that_nobody_counted_is_refused(inputs: Inputs) -> None:
    """As in a backtest; equal weights would be an answer to another question."""
    without = replace(inputs, catalogue=replace(inputs.catalogue, qualities=None))
    with pytest.raises(ValueError, match=r"a backtest does not have it\. Choose another"):
        loss_weights(without, Configuration(alpha="quality"))


def test_learned_weights_settle_at_one_over_twice_the_loss() -> None:
    """Where exp(−s) ℓ + s / 2 is least; a weight that is given stays, and all do when one platform learns alone."""
    losses = tf.constant([4.0, 1.0, 9.0])

    def settled(is_learned: list[bool]) -> np.ndarray:
        uncertainty.begin(np.array(is_learned))
        np.testing.assert_array_equal(uncertainty.factors(), 1)
        for _ in range(30):
            with tf.GradientTape() as tape:
                total = tf.reduce_sum(uncertainty.losses(losses))
            uncertainty.log_variances.assign_sub(tape.gradient(total, uncertainty.log_variances.value))
        return uncertainty.factors()

    uncertainty = Uncertainty(3)
    np.testing.assert_allclose(settled([True, True, False]), [1 / 8, 1 / 2, 1], rtol=1e-3)
    np.testing.assert_array_equal(settled([True, False, False]), [1, 1, 1])


def test_a_platform_that_is_behind_weighs_more() -> None:
    """By e to the gap, the sum being kept; ahead or unknown is no gap, given weights and absent platforms stay."""
    alphas, gaps = np.array([1.0, 1.0, 1.0, 2.0, 0.0]), np.array([np.log(2), -5.0, np.nan, 7.0, 7.0])
    found = by_gap(alphas, gaps, np.array([False, False, False, True, False]))
    np.testing.assert_allclose(found, [1.5, 0.75, 0.75, 2, 0])
    np.testing.assert_array_equal(by_gap(alphas, gaps, np.ones(5, bool)), alphas)


def test_the_loss_in_the_window_by_hand(inputs: Inputs, monkeypatch: pytest.MonkeyPatch) -> None:
    """−log p of each item that was taken, p the softmax over its platform's; blocks of persons change nothing."""
    scores = np.log(np.array([[1, 1, 1, 1], [1, 1, 2, 4], [5, 1, 1, 1]], np.float32))

    class Fixed:
        def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
            return scores[users]

    none, is_warm = np.array([], int), np.ones(12, bool)
    judged = Judged(
        np.arange(3), np.array([0, 1, 1, 2]), np.array([4, 6, 7, 4]), (none, none), np.ones(3), np.ones(3), is_warm
    )
    nobody = judged.only(np.zeros(3, bool))
    for block in (256, 2):
        monkeypatch.setattr("models.loss_weights.BLOCK", block)
        found = cross_entropies(Fixed(), inputs.catalogue, [nobody, judged, nobody])
        assert np.isnan(found[[0, 2]]).all()
        assert found[1] == pytest.approx(-np.log([1 / 4, 2 / 8, 4 / 8, 5 / 8]).mean(), rel=1e-6)


def test_a_temperature_evens_out_what_is_drawn() -> None:
    """64 to 1 becomes 8 to 1 at T = 2, 1 to 1 when T is high; the rarest is drawn whole, at T = 1 everything is."""
    counts = np.array([64_000.0, 1_000.0, 0.0])
    np.testing.assert_allclose(drawn_rates(counts, 2.0), [8 / 64, 1, 0])
    np.testing.assert_allclose(drawn_rates(counts, 1e9), [1 / 64, 1, 0], rtol=1e-6)
    np.testing.assert_array_equal(drawn_rates(counts, 1.0), [1, 1, 0])
