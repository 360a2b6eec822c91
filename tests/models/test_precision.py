"""Layers that compute in half of the digits: what stays in float32, and what is done about gradients that overflow."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.configuration import read_configuration
from models.inputs import Inputs, read_inputs
from models.loss_scale import FIRST, LEAST, PATIENCE, LossScale
from models.network import computing_in
from models.popularity import Popularity
from models.recommender import Scorer, make_scorer
from models.training import Trainer, new_network
from models.transformer_block import TransformerBlock
from tests.models.tiny_run import CUT, RECOMMENDER


@pytest.fixture(scope="module")
def inputs(tiny_inputs: Path) -> Inputs:
    return read_inputs(tiny_inputs)


def learned(inputs: Inputs, precision: str, **more: float) -> tuple[np.ndarray, Trainer, Scorer]:
    """The losses of two epochs `[2, platforms]`, and what learned and scores."""
    keras.utils.set_random_seed(1)
    asked = {**RECOMMENDER, "dropout": 0.0, "item_dropout": 0.0, "precision": precision, **more}
    configuration = read_configuration(asked)
    trainer = Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)
    popularity = Popularity.fit(inputs.catalogue, inputs.log, CUT, 9)
    trainer.start(inputs.log, popularity, np.ones(2), 5)
    losses = np.stack([trainer.epoch(), trainer.epoch()])
    known = (inputs.catalogue, inputs.log, popularity, configuration, inputs.users_count)
    return losses, trainer, make_scorer(trainer.network, *known)


@pytest.fixture(scope="module")
def exact(inputs: Inputs) -> np.ndarray:
    """The losses in float32."""
    return learned(inputs, "float32")[0]


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_the_digits_learn_about_the_same(precision: str, inputs: Inputs, exact: np.ndarray) -> None:
    """Losses are near those in float32; weights and what the network gives are float32, gradients those of rows."""
    losses, trainer, scorer = learned(inputs, precision)
    network = trainer.network
    assert {block.compute_dtype for block in network.blocks} == {network.tower.compute_dtype} == {precision}
    assert {weight.dtype for weight in network.trainable_variables} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"
    assert (losses != exact).all()
    np.testing.assert_allclose(losses, exact, rtol=0.01)
    assert (trainer.scale is not None and trainer.scale.steps > 0) == (precision == "float16")
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(network.item_vectors(np.array([3, 5])))
    assert isinstance(tape.gradient(total, network.tower.deltas.parts[0].value), tf.IndexedSlices)
    assert scorer.vectors.dtype == scorer.queries[0].dtype == np.float32
    assert np.isfinite(scorer.scores(0, np.arange(inputs.users_count))).all()


def test_padding_stays_finite_in_float16() -> None:
    """A row of nothing but padding yields numbers, though −1e9 is −∞ in float16."""
    with computing_in("float16"):
        block = TransformerBlock(8, heads=2, dropout=0.0)
    states = block(np.ones((1, 4, 8), np.float32), np.zeros((1, 4), bool))
    assert states.dtype == tf.float16 and np.isfinite(states).all()


def test_a_step_that_overflows_is_skipped() -> None:
    """Nothing is taken of it and the scale is halved; steps that do not overflow are taken as without a scale."""
    scale, taken = LossScale(), tf.Variable(tf.zeros(2))

    @tf.function
    def step(gradient: tf.Tensor) -> None:
        rows = tf.IndexedSlices(gradient[None] * scale.factor, tf.constant([3]), tf.constant([5, 2]))
        scale.apply([gradient * scale.factor, rows], lambda each: taken.assign_add(each[0] + each[1].values[0]))

    step(tf.constant([1.0, -2.0]))
    np.testing.assert_array_equal(taken, [2.0, -4.0])
    step(tf.constant([np.inf, 1.0]))
    step(tf.constant([np.nan, 1.0]))
    np.testing.assert_array_equal(taken, [2.0, -4.0])
    assert scale.factor == FIRST / 4
    step(tf.constant([1.0, 0.0]))
    np.testing.assert_array_equal(taken, [4.0, -4.0])


def test_what_is_no_number_is_told(inputs: Inputs) -> None:
    """Where no scale can help the loss stays no number: the scale does not fall for ever, and the epoch says so."""
    scale = LossScale()

    @tf.function
    def steps(count: tf.Tensor) -> None:
        for _ in tf.range(count):
            scale.apply([tf.constant([np.nan], tf.float32)], lambda _: None)

    steps(tf.constant(100))
    assert scale.factor == LEAST and scale.is_least
    with pytest.raises(FloatingPointError, match=r"has to be a number; found .*nan.* steps\. Lower learning_rate in"):
        learned(inputs, "float32", learning_rate=1e30)


def test_a_scale_grows_while_nothing_overflows() -> None:
    """After so many good steps in a row it doubles, once; starting anew forgets it."""
    scale = LossScale()

    @tf.function
    def steps(count: tf.Tensor) -> None:
        for _ in tf.range(count):
            scale.apply([tf.constant([1.0])], lambda _: None)

    steps(tf.constant(PATIENCE - 1))
    assert scale.factor == FIRST
    steps(tf.constant(2))
    assert scale.factor == 2 * FIRST
    scale.start()
    assert scale.factor == FIRST
