"""Augmented sequences: items hidden, replaced by similar ones or cropped away, or all of one platform hidden."""

from dataclasses import dataclass, replace

import numpy as np

from models.inputs import Catalogue, Log
from models.item_knn import learn_neighbours
from models.sequences import Batch, Sequences

CROP, MASK, SUBSTITUTE = range(3)
KEPT = 0.6  # of a sequence that is cropped
CHANGED = 0.3  # of the items of one that is masked, or has items substituted


@dataclass(frozen=True)
class View:
    """A batch of sequences, and which of its items are hidden `[batch, length]` bool."""

    batch: Batch
    is_hidden: np.ndarray


def augmented(
    sequences: Sequences, rows: np.ndarray, length: int, similar: np.ndarray, chance: np.random.Generator
) -> View:
    """The given sequences as one batch, each cropped, masked or with items substituted, as chance has it.

    Crop and mask are those of CL4SRec (Xie et al. 2010.14395, 3.2), to substitute is CoSeRec's (Liu et al. 2108.06479,
    3.2). To reorder is left out: tokens tell the time between events, which would no longer be true.

    Args:
        sequences: of which no events are targets.
        rows: which of them.
        length: of the batch.
        similar: `[items]` what an item is replaced by.
        chance: draws.
    """
    starts, lengths = sequences.starts[rows], sequences.ends[rows] - sequences.starts[rows]
    operators = chance.integers(3, size=len(rows))
    kept = np.where(operators == CROP, np.maximum((lengths * KEPT).astype(int), 1), lengths)
    starts = starts + chance.integers(0, lengths - kept + 1)
    cropped = replace(sequences, users=sequences.users[rows], starts=starts, ends=starts + kept)
    batch = cropped.padded(np.arange(len(rows)), length)
    is_drawn = batch.mask & (chance.random(batch.mask.shape) < CHANGED)
    is_replaced = is_drawn & (operators == SUBSTITUTE)[:, None]
    items = np.where(is_replaced, similar[batch.items], batch.items).astype(np.int32)
    return View(replace(batch, items=items), is_drawn & (operators == MASK)[:, None])


def without_a_platform(batch: Batch, platforms: np.ndarray, share: float, chance: np.random.Generator) -> Batch:
    """The batch as if a share of its persons were new on one of their platforms, so that such persons are learned, too.

    What they did there is neither seen nor learned from, except as a target after what they did elsewhere (DropoutNet's
    way to cold users, Volkovs et al. 2017, 4.2). The platform is that of a token of theirs; who has one alone keeps it.

    Args:
        batch: to change; without persons of several platforms it stays as it is and nothing is drawn.
        platforms: `[items]`.
        share: of all persons.
        chance: draws.
    """
    own = platforms[batch.items]
    lengths, rows = batch.mask.sum(axis=1), np.arange(len(own))
    has_several = ((own != own[:, :1]) & batch.mask).any(axis=1)
    if not has_several.any():
        return batch
    hidden = own[rows, (chance.random(len(rows)) * lengths).astype(int)]
    is_new = has_several & (chance.random(len(rows)) < share)
    is_hidden = is_new[:, None] & (own == hidden[:, None])
    return replace(batch, mask=batch.mask & ~is_hidden, targets=np.where(is_hidden, -1, batch.targets))


def similar_items(catalogue: Catalogue, log: Log) -> np.ndarray:
    """For each item `[items]` the one that is most like it by who took both (item-kNN); itself where there is none."""
    similar = np.arange(len(catalogue.item_ids))
    cut, users_count = int(log.times.max(initial=0)) + 1, int(log.users.max(initial=-1)) + 1
    neighbours = learn_neighbours(catalogue, log, users_count, cut, neighbours=1)
    for platform, similarity in enumerate(neighbours.similarity):
        one, other = similarity.nonzero()
        first = catalogue.items_of(platform).start
        similar[first + other] = first + one
    return similar


def hidden_events(sequences: Sequences, share: float, chance: np.random.Generator) -> np.ndarray:
    """Which of the log's events are hidden `[events]` bool: one of each sequence, and a share of all others."""
    is_hidden = chance.random(len(sequences.log.items)) < share
    is_hidden[chance.integers(sequences.starts, sequences.ends)] = True
    return is_hidden & sequences.events()
