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
    """A run folder trained and scored as a night does it, and another one with the same inputs."""
    folders = [write_run(tmp_path_factory.mktemp(name)) for name in ("run", "again")]
    for child in ("train_child", "recommend_child"):
        run_children(child, folders)
    return read_finished(*folders)
