"""Recommenders of a night that share networks rank as they would alone."""

from pathlib import Path

import numpy as np

from models.contestants import Task
from models.inputs import read_inputs
from models.networks_entered import enter


def test_what_others_learned_before_changes_nothing(tiny_inputs: Path) -> None:
    """Each of them, on inputs of its own or after the others on the same, gives the same scores, for less."""

    def scores_of(mode: str, task: Task) -> list[np.ndarray]:
        ranker = enter(task, mode).ranker
        return [ranker.scores(platform, task.asked) for platform in range(2)]

    def task_of_its_own() -> Task:
        inputs = read_inputs(tiny_inputs)
        inputs.configuration["recommender"] = {**inputs.configuration["recommender"], "max_epochs": 2}
        return Task(inputs, np.arange(inputs.users_count), told.append)

    told: list[str] = []
    alone = {mode: scores_of(mode, task_of_its_own()) for mode in ("joint", "shipped")}
    learned_alone, shared = len(told), task_of_its_own()
    after_others = {mode: scores_of(mode, shared) for mode in ("single", "joint", "shipped")}
    for mode, scores in alone.items():
        np.testing.assert_allclose(after_others[mode], scores, rtol=1e-3, atol=1e-3)
    assert len(told) - learned_alone < 0.9 * learned_alone
    assert not np.array_equal(after_others["joint"], after_others["single"])
