"""What the tests of the recommender share: one tiny run folder, trained and scored twice."""

from pathlib import Path

import pytest

from tests.models.tiny_run import FinishedRun, read_finished, run_children, write_run


@pytest.fixture(scope="session")
def tiny_inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with inputs alone; tests read it and leave it as it is."""
    return write_run(tmp_path_factory.mktemp("tiny_inputs"))


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """A run folder trained as a night does it, told to Weights & Biases, and scored; and another one, untold."""
    from models.recommend_child import recommend

    folders = [write_run(tmp_path_factory.mktemp(name), wandb=name == "run") for name in ("run", "again")]
    run_children("train_child", folders)
    for folder in folders:
        recommend(folder)
    return read_finished(*folders)
