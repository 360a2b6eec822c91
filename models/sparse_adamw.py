"""AdamW, which of a table of embeddings touches only the rows that a step has gradients for."""

from typing import Any, TypeAlias

import keras
import tensorflow as tf

Gradient: TypeAlias = tf.Tensor | tf.IndexedSlices


def merged(gradient: Gradient) -> Gradient:
    """The same gradient; where it is of some rows of a table, each row stands in it once."""
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    rows, places = tf.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows))
    return tf.IndexedSlices(values, rows, gradient.dense_shape)


@keras.saving.register_keras_serializable("crossrec")
class SparseAdamW(keras.optimizers.AdamW):
    """Decoupled AdamW (Loshchilov & Hutter 1711.05101); for a `merged` gradient of rows it is Adam on those rows alone.

    The moments of a row without gradient stay as they are, and so does the row (as in PyTorch's SparseAdam): a step
    costs in proportion to the items in it and not to the catalogue.
    """

    def update_step(self, gradient: Gradient, variable: tf.Variable, learning_rate: Any) -> None:
        """Adam (1412.6980, algorithm 1) on a whole variable, or on the rows of one."""
        if not isinstance(gradient, tf.IndexedSlices):
            super().update_step(gradient, variable, learning_rate)
            return
        place = self._get_variable_index(variable)
        first, second = self._momentums[place].value, self._velocities[place].value
        rows, values = gradient.indices, gradient.values
        mean = self.beta_1 * tf.gather(first, rows) + (1 - self.beta_1) * values
        square = self.beta_2 * tf.gather(second, rows) + (1 - self.beta_2) * tf.square(values)
        first.scatter_update(tf.IndexedSlices(mean, rows))
        second.scatter_update(tf.IndexedSlices(square, rows))
        step = tf.cast(self.iterations + 1, tf.float32)
        rate = learning_rate * tf.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        moved = tf.gather(variable, rows) - rate * mean / (tf.sqrt(square) + self.epsilon)
        # scatter_sub, made deterministic, takes more than twice as long
        variable.scatter_update(tf.IndexedSlices(moved, rows))
