"""A recommender of one's own that learns in no time: what was taken of late, by one hyperparameter."""

import os
import signal
from pathlib import Path

import numpy as np

from models.contestants import Entry, Task
from models.inputs import SECONDS_PER_DAY, Catalogue, Log


class Recent:
    """Items by how often they were taken, a time that is a half-life ago for half as much."""

    def __init__(self, catalogue: Catalogue, log: Log, cut: int, half_life: float) -> None:
        ages = (cut - log.times[log.is_positive]) / SECONDS_PER_DAY
        self.catalogue = catalogue
        self.sums = np.bincount(log.items[log.is_positive], 0.5 ** (ages / half_life), len(catalogue.item_ids))

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        return np.tile(self.sums[self.catalogue.items_of(platform)].astype(np.float32), (len(users), 1))


def enter(task: Task, name: str) -> Entry:
    """Learn; three blocks are an error, and the training that `KILL_AT` counts down to kills who asked for it."""
    inputs, countdown = task.inputs, Path(os.environ.get("KILL_AT", "none"))
    chosen = inputs.configuration["recommender"]
    if chosen.get("blocks") == 3:
        raise ValueError("three blocks are too many")
    if countdown.exists():
        left = int(countdown.read_text()) - 1
        countdown.write_text(str(left))
        if not left:
            os.kill(os.getppid(), signal.SIGKILL)
    return Entry(Recent(inputs.catalogue, inputs.log, inputs.cut, chosen["target_half_life"]), {"name": name})
