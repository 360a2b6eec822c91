"""Loss scaling, without which small gradients are 0 in float16."""

from collections.abc import Callable, Sequence

import tensorflow as tf

from models.sparse_adamw import Gradient

FIRST, LEAST, PATIENCE = 2.0**15, 1.0, 2000


class LossScale:
    """A factor of the loss; doubled after `PATIENCE` steps in which gradients stay finite, halved where they do not.

    It does not fall below `LEAST`: what is no number then is no matter of scale.

    Micikevicius et al. 1710.03740, 3.2 and 5.
    """

    def __init__(self) -> None:
        self.factor = tf.Variable(FIRST, trainable=False)
        self.steps = tf.Variable(0, trainable=False)

    @property
    def is_least(self) -> bool:
        """Whether it cannot be what gradients overflow by."""
        return bool(self.factor <= LEAST)

    def start(self) -> None:
        """Begin anew."""
        self.factor.assign(FIRST)
        self.steps.assign(0)

    def apply(self, gradients: Sequence[Gradient], take: Callable[[list[Gradient]], None]) -> None:
        """Have the gradients of the scaled loss taken as those of the loss, or skip the step if they overflowed.

        Args:
            gradients: tensors, or rows of tables.
            take: what a step does with gradients.
        """
        numbers = [each.values if isinstance(each, tf.IndexedSlices) else each for each in gradients]
        is_finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(each)) for each in numbers])

        def step() -> tf.Tensor:
            take([self._unscaled(each) for each in gradients])
            return tf.constant(True)

        tf.cond(is_finite, step, lambda: tf.constant(False))
        steps = tf.where(is_finite, self.steps + 1, 0)
        is_due = steps == PATIENCE
        self.factor.assign(tf.maximum(self.factor * tf.where(is_finite, tf.where(is_due, 2.0, 1.0), 0.5), LEAST))
        self.steps.assign(tf.where(is_due, 0, steps))

    def _unscaled(self, gradient: Gradient) -> Gradient:
        if isinstance(gradient, tf.IndexedSlices):
            return tf.IndexedSlices(gradient.values / self.factor, gradient.indices, gradient.dense_shape)
        return gradient / self.factor
