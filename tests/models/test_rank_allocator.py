"""AdaLoRA's budget, against a reading of the paper's equations in NumPy, and at work in a training."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from models.configuration import read_configuration
from models.inputs import read_inputs
from models.parts.adalora import AdaLoRA
from models.parts.rank_allocator import INTERVAL, RankAllocator
from models.popularity import Popularity
from models.training import Trainer, new_network
from tests.models.tiny_run import CUT, RECOMMENDER

STEPS, RANKS = 100, (6, 3)


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
    allocator, readings = RankAllocator(layers), [Reading(), Reading()]
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
    """All ranks for a tenth of the steps, two thirds from the half on, and (1 − progress)³ of the rest between."""
    allocator = RankAllocator(new_layers())
    budgets = [allocator.budget(step, STEPS) for step in range(STEPS)]
    assert [budgets[step] for step in (0, 10, 50, 99)] == [12, 12, 8, 8]
    assert budgets[20] == round(8 + 4 * (1 - 10 / 40) ** 3) == 10
    assert (np.diff(budgets) <= 0).all()


def test_ranks_go_where_they_are_needed() -> None:
    """The most important triplets of all layers stay, whichever layer they are in; the others' values become 0."""
    layers = new_layers()
    allocator = RankAllocator(layers)
    weights = [weight for layer in layers for weight in (layer.values, layer.up, layer.down)]
    needed = [np.array([1.0, 0, 0, 0, 0, 2.0], np.float32), np.array([3.0, 4, 5, 6, 7, 8], np.float32)]
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
    np.testing.assert_array_equal(layers[1].values.numpy(), before[1])
    layers[0].values.assign(np.ones(6))
    allocator.observe(weights, [tf.fill(weight.shape, 99.0) for weight in weights])
    allocator.allot(51, STEPS)  # what was taken away last stays away
    np.testing.assert_array_equal(layers[0].values.numpy(), needed[0] > 0)


def test_a_recommender_trains_with_ranks(tiny_inputs: Path) -> None:
    """Losses fall, and two thirds of all ranks are left in the end."""
    inputs = read_inputs(tiny_inputs)
    few = {"max_epochs": 2, "tokens_per_batch": 768}
    configuration = read_configuration({**RECOMMENDER, **few, "platform_part": "adalora", "part_size": 2})
    popularity = Popularity.fit(inputs.catalogue, inputs.log, CUT, 9)
    trainer = Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)
    trainer.start(inputs.log, popularity, np.ones(2), 5)
    losses = [trainer.epoch(), trainer.epoch()]
    assert (losses[1] < losses[0]).all()
    values = np.concatenate([layer.values.numpy() for layer in trainer.network.adalora_layers])
    assert (len(values), np.count_nonzero(values)) == (12, 8)
