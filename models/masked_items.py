"""Masked items as pre-training: hidden items are foretold from what came before and after them (BERT4Rec)."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from models.augmentation import hidden_events
from models.inputs import Log
from models.negatives import Sampler
from models.sequences import Plan, Sequences

if TYPE_CHECKING:
    from models.training import Trainer

MASKED = 0.2  # of a sequence's items, beside one that is masked in any case


class MaskedItems:
    """The loss of a batch is Σ_p α_p ℓ_p over the hidden items, as in training (Sun et al. 1904.06690, 3.6).

    Tokens of hidden items still tell platform, kind of event and time; attention looks both ways. The score has the
    log share that an item has of its platform's events, so the network learns what differs between persons.
    """

    def __init__(self, trainer: "Trainer") -> None:
        self.trainer = trainer
        self.step = tf.function(self._step, input_signature=trainer.signature())

    def begin(self, log: Log, alphas: np.ndarray) -> None:
        """Learn of the log how often items stand in it; platforms of weight 0 are left out."""
        catalogue, self.alphas = self.trainer.catalogue, alphas
        counts = np.bincount(log.items, minlength=len(catalogue.item_ids)) + 1.0
        self.samplers, self.tables = [], []
        for number, alpha in enumerate(alphas):
            own = counts[catalogue.items_of(number)] if alpha else counts[:0]
            log_shares = np.log(own / own.sum())
            self.samplers.append(Sampler(log_shares, self.trainer.configuration.negatives))
            self.tables.append(tf.constant(log_shares[None], tf.float32))

    def batches(self, sequences: Sequences, plan: Plan, chance: np.random.Generator) -> Iterator[tuple[Any, ...]]:
        """The arguments of the steps of an epoch."""
        is_hidden = hidden_events(sequences, MASKED, chance)
        platforms = self.trainer.catalogue.item_platforms[sequences.log.items[is_hidden]]
        counts = np.bincount(platforms, minlength=len(self.alphas))
        weights = tf.constant(self.alphas * len(plan) / np.maximum(counts, 1), tf.float32)
        for length, rows in plan:
            batch = sequences.padded(rows, length)
            targets = np.where(batch.mask & is_hidden[batch.places], batch.items, -1)
            grids = (batch.items, batch.event_types, batch.gaps, batch.mask, targets, np.zeros_like(targets))
            samples = [sampler.draw(chance) for sampler in self.samplers]
            yield (
                [tf.constant(array) for array in grids],
                [tf.constant(items) for items, _ in samples],
                [tf.constant(log_chances) for _, log_chances in samples],
                self.tables,
                weights,
                [],
            )

    def _step(self, rows: list[tf.Tensor], *shared: Any) -> tf.Tensor:
        return self.trainer.take(partial(self.trainer.part, hides=True), rows, shared)
