"""Gradient surgery: what platforms do to one another's gradients of shared weights, by the paper and in a step."""

import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.configuration import read_configuration
from models.gradient_surgery import drawn_orders, without_conflicts
from models.inputs import Inputs, read_inputs
from models.popularity import Popularity
from models.training import Trainer, new_network
from tests.models.tiny_run import CUT, RECOMMENDER

STEADY = {**RECOMMENDER, "dropout": 0.0, "item_dropout": 0.0, "platform_part": "adapter"}


@pytest.fixture(scope="module")
def inputs(tiny_inputs: Path) -> Inputs:
    return read_inputs(tiny_inputs)


def operated_by_hand(gradients: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Algorithm 1 of 2001.06782, line by line."""
    found = gradients.copy()
    for i in range(len(gradients)):
        for j in orders[i]:
            product = found[i] @ gradients[j]
            if product < 0:
                found[i] = found[i] - product / (gradients[j] @ gradients[j]) * gradients[j]
    return found


def test_projections_are_those_of_the_paper() -> None:
    """Of five platforms, one of which has no gradient; nothing changes where nobody conflicts."""
    chance = np.random.default_rng(2)
    gradients = chance.normal(size=(5, 6)).astype(np.float32)
    gradients[3] = 0
    orders = drawn_orders(5, 1, tf.constant(7)).numpy()
    found = without_conflicts(gradients, orders).numpy()
    np.testing.assert_allclose(found, operated_by_hand(gradients, orders), atol=1e-5)
    assert (np.abs(found - gradients).max(axis=1) > 0.1).sum() == 2
    np.testing.assert_array_equal(without_conflicts(np.abs(gradients), orders), np.abs(gradients))


def test_the_others_are_met_in_an_order_of_chance() -> None:
    """Each platform meets every other one once, in every order alike; the same step of the same seed draws it again."""
    drawn = np.stack([drawn_orders(3, 1, tf.constant(step)).numpy() for step in range(100)])
    for platform, others in enumerate(([1, 2], [0, 2], [0, 1])):
        assert (np.sort(drawn[:, platform], axis=1) == others).all()
        assert 0.35 < (drawn[:, platform, 0] == others[0]).mean() < 0.65
    np.testing.assert_array_equal(drawn_orders(3, 1, tf.constant(5)), drawn[5])
    assert (np.stack([drawn_orders(3, 2, tf.constant(step)) for step in range(100)]) != drawn).any()


def first_gradients(inputs: Inputs, alphas: list[float], **overrides: Any) -> dict[str, Any]:
    """What the optimizer is given for the first batch of an epoch, by the name of what is learned."""
    configuration = read_configuration({**STEADY, **overrides})
    keras.utils.set_random_seed(1)
    trainer = Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)
    batches: list[Any] = []
    trainer.step = lambda *batch: (batches.append(batch), tf.zeros(2))[1]
    trainer.start(inputs.log, Popularity.fit(inputs.catalogue, inputs.log, CUT, 9), np.ones(2), 5)
    trainer.epoch()
    *batch, platform_weights, read = batches[0]
    paths = [re.sub(r"_\d+/", "/", variable.path) for variable in trainer.trained]
    names = [f"{number} {path}" for number, path in enumerate(paths)]
    found = dict[str, Any]()
    trainer._move = lambda gradients: found.update(zip(names, gradients, strict=True))
    trainer._step(*batch, platform_weights * alphas, read)
    return found


def joined(gradients: dict[str, Any], names: list[str]) -> np.ndarray:
    """Some of them in one row of numbers."""
    return np.concatenate([np.ravel(tf.convert_to_tensor(gradients[name])) for name in names])


@pytest.fixture(scope="module")
def plain(inputs: Inputs) -> dict[str, Any]:
    """The gradients of a step without surgery; the loss of one platform is turned around, so that they conflict."""
    return first_gradients(inputs, [1, -1])


@pytest.fixture(scope="module")
def alone(inputs: Inputs) -> list[dict[str, Any]]:
    """Those of either platform's loss."""
    return [first_gradients(inputs, alphas) for alphas in ([1, 0], [0, -1])]


OWN = ("deltas", "untitled", "platform_embedding", "target_embedding", "/up", "/down")


@pytest.mark.parametrize("how", [{}, {"accumulation": 2, "precision": "float16"}])
def test_a_step_operates_on_the_trunk_alone(
    inputs: Inputs, plain: dict[str, Any], alone: list[dict[str, Any]], how: dict[str, Any]
) -> None:
    """Shared weights get what platforms, each alone, would do to them, projected; all else, and every row, stays."""
    operated = first_gradients(inputs, [1, -1], gradient_surgery="pcgrad", **how)
    own = [name for name in plain if any(part in name for part in OWN)]
    trunk = [name for name in plain if name not in own]
    assert {"kernel", "gamma", "scale", "embeddings"} <= {re.split("[ /]", name)[-1] for name in trunk}
    by_platform = np.stack([joined(one, trunk) for one in alone])
    assert by_platform[0] @ by_platform[1] < 0
    expected = operated_by_hand(by_platform, np.array([[1], [0]])).sum(axis=0)
    tolerance = 1e-5 if not how else 0.02 * np.abs(expected).max()
    np.testing.assert_allclose(joined(operated, trunk), expected, atol=tolerance)
    np.testing.assert_allclose(joined(operated, own), joined(plain, own), atol=tolerance)
    for name, gradient in operated.items():
        assert isinstance(gradient, tf.IndexedSlices) == isinstance(plain[name], tf.IndexedSlices), name


def test_without_a_conflict_a_step_is_the_plain_one(inputs: Inputs) -> None:
    """Where one platform alone has a loss, each gradient is what it is without surgery."""
    plain, operated = (first_gradients(inputs, [1, 0], gradient_surgery=kind) for kind in ("none", "pcgrad"))
    np.testing.assert_allclose(joined(operated, [*plain]), joined(plain, [*plain]), rtol=1e-5, atol=1e-7)
