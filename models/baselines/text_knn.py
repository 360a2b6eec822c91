"""Text-kNN: an item is scored by how near its text is to the texts of what the person took."""

import numpy as np

from models.baselines.item2vec import ItemVectors
from models.contestants import Entry, Task
from models.taken_matrix import taken_matrix


def enter(task: Task, is_joint: bool = False, half_life: float = 180.0) -> Entry:
    """Rank by the cosine between an item's text and the mean text of what was taken on all platforms, or on its own.

    Both of length 1 before they are compared, each taking weighed by its recency. Items without a text score 0.
    """
    inputs = task.inputs
    catalogue, everything = inputs.catalogue, slice(0, len(inputs.catalogue.item_ids))
    lengths = np.linalg.norm(catalogue.embeddings, axis=1, keepdims=True)
    texts = catalogue.embeddings / np.maximum(lengths, 1e-12)
    vectors, own, taken = [], [], []
    for platform in range(len(catalogue.platforms)):
        its = catalogue.items_of(platform)
        known = everything if is_joint else its
        vectors.append(texts[known])
        own.append(slice(its.start - known.start, its.stop - known.start))
        taken.append(taken_matrix(inputs.log, known, inputs.users_count, inputs.cut, half_life))
    return Entry(ItemVectors(vectors, own, taken))
