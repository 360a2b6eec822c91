"""The control is the mean of two networks of a platform's own, and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from models.contestants import Task
from models.inputs import read_inputs
from models.networks_entered import enter as enter_network
from tests.benchmarks.two_singles import enter
from tests.models.tiny_run import write_run


def test_the_control_is_the_mean_of_single_networks(tmp_path: Path) -> None:
    """What it says of persons and items is the mean of what the single networks of both seeds say."""
    inputs = read_inputs(write_run(tmp_path))
    few = {**inputs.configuration["recommender"], "max_epochs": 1}
    seed = int(inputs.configuration["seed"])

    def task(seed: int) -> Task:
        configuration = {**inputs.configuration, "recommender": few, "seed": seed}
        return Task(replace(inputs, configuration=configuration), np.arange(inputs.users_count), lambda _line: None)

    single = [enter_network(task(one), "single").ranker for one in (seed, seed + 1)]
    control = enter(task(seed), "two-singles").ranker
    for platform in range(2):
        items = np.arange(inputs.catalogue.items_of(platform).start, inputs.catalogue.items_of(platform).stop)
        users, items = (table.ravel() for table in np.meshgrid(np.arange(inputs.users_count), items))
        first, second = (ranker.rankers[platform].affinities(platform, users, items) for ranker in single)
        assert np.abs(first - second).max() > 0.1
        said = control.rankers[platform].affinities(platform, users, items)
        np.testing.assert_allclose(said, (first + second) / 2, atol=2e-3)
