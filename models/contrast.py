"""Contrastive pre-training: two augmented views of a person's sequence are told from those of others (CL4SRec)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from models.augmentation import augmented, similar_items
from models.inputs import Log
from models.optimizers import gradients_of
from models.sequences import Plan, Sequences
from models.sparse_adamw import Gradient

if TYPE_CHECKING:
    from models.training import Trainer

TEMPERATURE = 0.1


def info_nce(one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """−log p(the other view) for each of 2n views `[2n]`, p the softmax over all views but itself.

    s = cos / τ (NT-Xent, Chen et al. 2002.05709, eq. 1; of sequences Xie et al. 2010.14395, eq. 3).

    Args:
        one: `[n, size]` of one view of each sequence.
        other: `[n, size]` of another.
    """
    one, other = tf.math.l2_normalize(one, axis=-1), tf.math.l2_normalize(other, axis=-1)
    views, partners = tf.concat([one, other], 0), tf.concat([other, one], 0)
    scores = tf.matmul(views, views, transpose_b=True) / TEMPERATURE
    scores = tf.linalg.set_diag(scores, tf.fill([tf.shape(views)[0]], -1e9))
    return tf.reduce_logsumexp(scores, axis=1) - tf.reduce_sum(views * partners, axis=1) / TEMPERATURE


class Contrast:
    """The loss of a batch is the mean over both views of its sequences, by the state after the last token.

    Where a step is computed in parts, a sequence is told from the others of its part.
    """

    def __init__(self, trainer: "Trainer") -> None:
        self.trainer = trainer
        kinds = (tf.int32, tf.int32, tf.float32, tf.bool, tf.bool)
        view = [tf.TensorSpec([None, None], kind) for kind in kinds]
        self.step = tf.function(self._step, input_signature=[[*view, *view], tf.TensorSpec([], tf.float32)])

    def begin(self, log: Log, alphas: np.ndarray) -> None:
        """Learn of the log what items are similar."""
        self.similar = similar_items(self.trainer.catalogue, log)

    def batches(self, sequences: Sequences, plan: Plan, chance: np.random.Generator) -> Iterator[tuple[Any, ...]]:
        """The arguments of the steps of an epoch."""
        for length, rows in plan:
            views = [augmented(sequences, rows, length, self.similar, chance) for _ in range(2)]
            grids = [
                (view.batch.items, view.batch.event_types, view.batch.gaps, view.batch.mask, view.is_hidden)
                for view in views
            ]
            yield [tf.constant(array) for grid in grids for array in grid], tf.constant(0.5 / len(rows), tf.float32)

    def _step(self, rows: list[tf.Tensor], share: tf.Tensor) -> tf.Tensor:
        return self.trainer.take(self._part, rows, [share])

    def _part(self, *given: Any) -> tuple[tf.Tensor, list[Gradient], list[Any]]:
        """What the views of some sequences add to the loss of a step, and its gradients."""
        trainer, network = self.trainer, self.trainer.network
        *grids, share = given
        items, event_types, gaps, mask, is_hidden = (
            tf.concat(pair, 0) for pair in zip(grids[:5], grids[5:], strict=True)
        )
        once, places = tf.unique(tf.reshape(items, [-1]))
        with tf.GradientTape() as tape:
            vectors = trainer.item_vectors(once)
            tokens = tf.reshape(tf.gather(vectors, places), [*tf.unstack(tf.shape(items)), network.size])
            tokens = tf.where(is_hidden[:, :, None], trainer.hidden, tokens)
            states = network.read(tokens, items, event_types, gaps, mask, training=True)
            last = tf.gather(states, tf.reduce_sum(tf.cast(mask, tf.int32), axis=1) - 1, batch_dims=1)
            loss = tf.reduce_sum(info_nce(*tf.split(last, 2))) * share
            total = loss + sum(network.losses) / trainer.spread.parts
            if trainer.scale:
                total *= trainer.scale.factor
        return loss, gradients_of(total, trainer.trained, tape), []
