"""Item-kNN as a contestant; see `models.item_knn`."""

from typing import Any

from models.contestants import Entry, Task
from models.item_knn import learn_neighbours


def enter(task: Task, **options: Any) -> Entry:
    """Learn from what was taken before the cut; the options are those of `learn_neighbours`."""
    inputs = task.inputs
    return Entry(learn_neighbours(inputs.catalogue, inputs.log, inputs.users_count, inputs.cut, **options))
