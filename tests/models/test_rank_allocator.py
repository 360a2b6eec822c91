"""AdaLoRA's budget, against a reading of the paper's equations in NumPy, and at work in a training."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.choosing import refit
from models.configuration import read_configuration
from models.inputs import read_inputs
from models.parts.adalora import AdaLoRA
from models.parts.rank_allocator import INTERVAL, RankAllocator
from models.popularity import Popularity
from models.training import Trainer, new_network
from tests.models.tiny_run import CUT, RECOMMENDER

STEPS, RANKS, MEAN = 100, (6, 3), 2


def new_layers() -> list[AdaLoRA]:
    """Two layers of other sizes and ranks, the second with two owners, all weights drawn."""
    layers, chance = [AdaLoRA(keras.layers.Dense(5), RANKS[0]), AdaLoRA(keras.layers.Dense(2), RANKS[1], 2)], _chance()
    for layer in layers:
        layer.build((None, 4))
        for weight in (layer.values, layer.up, layer.down):
            weight.assign(chance.normal(size=weight.shape))
    return layers


def _chance() -> np.random.Generator:
    return np.random.default_rng(3)


class Reading:
    """Section 3.2 of 2303.10512, for one layer: E the values, P `[outputs, ranks]`, Q `[ranks, inputs]`."""

    def __init__(self) -> None:
        self.mean: dict[str, np.ndarray] = {}
        self.spread: dict[str, np.ndarray] = {}

    def see(self, weights: dict[str, np.ndarray], gradients: dict[str, np.ndarray]) -> None:
        """Take in what a step saw."""
        for name, weight in weights.items():
            now = np.abs(weight * gradients[name])  # eq. 8
            self.mean[name] = 0.85 * self.mean.get(name, 0) + 0.15 * now  # eq. 9
            self.spread[name] = 0.85 * self.spread.get(name, 0) + 0.15 * np.abs(now - self.mean[name])  # eq. 10

    def importance(self) -> np.ndarray:
        """Of each triplet."""
        s = {name: self.mean[name] * self.spread[name] for name in self.mean}  # eq. 11
        outputs, inputs = len(s["P"]), s["Q"].shape[1]
        return s["E"] + s["P"].sum(axis=0) / outputs + s["Q"].sum(axis=1) / inputs  # eq. 7


def test_importance_is_that_of_the_paper() -> None:
    """After some steps of made-up gradients each triplet counts what eqs. 7 to 11 say, and `start` forgets them."""
    layers, chance = new_layers(), _chance()
    allocator, readings = RankAllocator(layers, MEAN), [Reading(), Reading()]
    for _ in range(4):
        variables, gradients = [], []
        for layer, reading in zip(layers, readings, strict=True):
            weights = {"E": layer.values, "P": layer.up, "Q": layer.down}
            drawn = {name: chance.normal(size=weight.shape).astype(np.float32) for name, weight in weights.items()}
            variables += weights.values()
            gradients += [tf.constant(each) for each in drawn.values()]
            reading.see(
                {"E": layer.values.numpy(), "P": layer.up.numpy(), "Q": layer.down.numpy().T},
                {**drawn, "Q": drawn["Q"].T},
            )
        allocator.observe(variables, gradients)
        for variable in variables:
            variable.assign(variable.numpy() + 0.1)
    for number, reading in enumerate(readings):
        np.testing.assert_allclose(allocator.importance(number), reading.importance(), rtol=1e-4)
    allocator.start()
    assert not allocator.importance(0).any()


def test_the_budget_falls_by_a_cube() -> None:
    """All ranks for a tenth of the steps, the mean rank from the half on, and (1 − progress)³ of the rest between."""
    allocator = RankAllocator(new_layers(), MEAN)
    budgets = [allocator.budget(step, STEPS) for step in range(STEPS)]
    assert [budgets[step] for step in (0, 10, 50, 99)] == [12, 12, 6, 6]
    assert budgets[20] == round(6 + 6 * (1 - 10 / 40) ** 3) == 9
    assert (np.diff(budgets) <= 0).all()


def test_ranks_go_where_they_are_needed() -> None:
    """The most important triplets of all layers stay, whichever layer they are in; the others' values become 0."""
    layers = new_layers()
    allocator = RankAllocator(layers, MEAN)
    weights = [weight for layer in layers for weight in (layer.values, layer.up, layer.down)]
    needed = [np.array([1.0, 0, 0, 0, 0, 2.0], np.float32), np.array([3.0, 4, 0, 6, 7, 0], np.float32)]
    gradients = [
        gradient
        for layer, need in zip(layers, needed, strict=True)
        for gradient in (need / layer.values.numpy(), np.zeros(layer.up.shape), np.zeros(layer.down.shape))
    ]
    allocator.observe(weights, [tf.constant(each, tf.float32) for each in gradients])
    before = [layer.values.numpy() for layer in layers]
    allocator.allot(INTERVAL + 1, STEPS)  # no time to choose
    np.testing.assert_array_equal(layers[0].values.numpy(), before[0])
    allocator.allot(50, STEPS)
    np.testing.assert_array_equal(layers[0].values.numpy() != 0, needed[0] > 0)
    np.testing.assert_array_equal(layers[1].values.numpy(), np.where(needed[1] > 0, before[1], 0))
    layers[0].values.assign(np.ones(6))
    allocator.observe(weights, [tf.fill(weight.shape, 99.0) for weight in weights])
    allocator.allot(51, STEPS)  # what was taken away last stays away
    np.testing.assert_array_equal(layers[0].values.numpy(), needed[0] > 0)


def test_who_takes_no_part_is_not_counted() -> None:
    """Ranks of an owner that does not learn neither fill the budget nor are taken away."""
    layer = AdaLoRA(keras.layers.Dense(5), 3, 2)
    layer.build((None, 4))
    layer.values.assign(np.ones(6))
    allocator = RankAllocator([layer], MEAN)
    allocator.start(np.array([False, True]))
    weights = (layer.values, layer.up, layer.down)
    gradients = [np.array([9, 9, 9, 1, 3, 2]), np.zeros(layer.up.shape), np.zeros(layer.down.shape)]
    allocator.observe(weights, [tf.constant(each, tf.float32) for each in gradients])
    assert (allocator.budget(0, STEPS), allocator.budget(99, STEPS)) == (3, MEAN)
    allocator.allot(99, STEPS)
    np.testing.assert_array_equal(layer.values, [1, 1, 1, 0, 1, 1])


@pytest.mark.parametrize(("alphas", "size"), [([1, 1], 2), ([0, 1], 3)])
def test_a_recommender_trains_with_ranks(tiny_inputs: Path, alphas: list[int], size: int) -> None:
    """Losses fall; refitted for few epochs each platform that learns has the mean rank in the end, by what it needs.

    Directions of one that does not learn are drawn to be orthonormal alone: the penalty is part of the loss.
    """
    inputs = read_inputs(tiny_inputs)
    few = {"max_epochs": 10, "tokens_per_batch": 768}
    configuration = read_configuration({**RECOMMENDER, **few, "platform_part": "adalora", "part_size": size})
    popularity, learns = Popularity.fit(inputs.catalogue, inputs.log, CUT, 9), np.array(alphas, bool)
    trainer = Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)
    layers = trainer.network.adalora_layers
    penalties = [sum(float(loss) for loss in layer.losses) for layer in layers]
    lines = list[str]()
    refit(trainer, inputs.log, popularity, np.array(alphas, float), 3, 5, lines.append)
    losses = [float(line.rpartition(" ")[2]) for line in lines]
    assert losses == sorted(losses, reverse=True) and len(losses) == 3
    owned = np.concatenate([np.repeat(learns, layer.rank) for layer in layers])
    values = np.concatenate([layer.values.numpy() for layer in layers])
    assert np.count_nonzero(values[owned]) == size * len(layers) * learns.sum() < owned.sum()
    assert all(trainer.ranks.importance(number).any() for number in range(len(layers)))
    assert all(sum(float(loss) for loss in layer.losses) < was for layer, was in zip(layers, penalties, strict=True))
