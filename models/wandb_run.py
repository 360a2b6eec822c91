"""What Weights & Biases is told of a run, if somebody asks for it: the curves that TensorBoard shows, and settings."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.board import Note


class WandbRun:
    """A run of Weights & Biases below a folder, emptied first; it ends with the process.

    Nothing is sent unless `WANDB_MODE` is online, and then neither the name of the machine nor code nor packages.

    Args:
        folder: where its files lie, in `wandb/`.
        name: of the run.
        hyperparameters: of the recommender.

    Raises:
        ModuleNotFoundError: if the extra is not installed.
        ConnectionError: if something is to be sent and cannot.
    """

    def __init__(self, folder: Path, name: str, hyperparameters: Mapping[str, Any]) -> None:
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
        os.environ.setdefault("WANDB_MODE", "offline")
        os.environ.setdefault("WANDB_PROJECT", "crossrec")
        try:
            import wandb
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "Curves go to Weights & Biases (CROSSREC_WANDB) by its package, which is not installed. "
                "Install it: pip install 'crossrec[wandb]'"
            ) from error
        shutil.rmtree(folder / "wandb", ignore_errors=True)
        quiet = wandb.Settings(
            console="off",
            silent=True,
            disable_git=True,
            host="crossrec",  # in the place of the machine's name
            save_code=False,
            x_disable_machine_info=True,
            x_disable_meta=True,
            x_disable_stats=True,
            x_save_requirements=False,
        )
        try:
            self.run = wandb.init(dir=folder, name=name, config=dict(hyperparameters), settings=quiet)
        except wandb.Error as error:
            raise ConnectionError(f"Weights & Biases is told nothing of this run: {error}") from error

    def curves(self, training: str) -> Note:
        """Where the epochs of one training are noted, each figure under the name of its training."""
        self.run.define_metric(f"{training}/*", step_metric=f"{training}/epoch")

        def note(epoch: int, figures: Mapping[str, float]) -> None:
            named = {f"{training}/{name}": value for name, value in figures.items()}
            self.run.log({f"{training}/epoch": epoch, **named})

        return note
