"""PCGrad: where two platforms pull the shared weights against one another, each gives up what harms the other."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from models.network import Network
from models.optimizers import gradients_of
from models.sparse_adamw import Gradient


def without_conflicts(gradients: tf.Tensor, orders: tf.Tensor) -> tf.Tensor:
    """Each platform's gradient, projected onto the normal plane of every other one that it conflicts with.

    g_i ← g_i − (g_i · g_j) / ‖g_j‖² g_j where g_i · g_j < 0, for one j after another; the g_j are as they were (PCGrad,
    Yu et al. 2001.06782, algorithm 1).

    Args:
        gradients: `[platforms, n]`.
        orders: `[platforms, platforms − 1]` for each platform the others, in the order in which they are met.
    """
    found = gradients
    for turn in range(orders.shape[1]):
        others = tf.gather(gradients, orders[:, turn])
        overlaps = tf.reduce_sum(found * others, axis=1, keepdims=True)
        squares = tf.reduce_sum(tf.square(others), axis=1, keepdims=True)
        found -= tf.math.divide_no_nan(tf.minimum(overlaps, 0.0), squares) * others
    return found


def drawn_orders(platforms: int, seed: int, step: tf.Tensor) -> tf.Tensor:
    """For each platform the others in an order of chance `[platforms, platforms − 1]`; the same for the same step."""
    keys = tf.random.stateless_uniform([platforms, platforms], [tf.cast(seed, tf.int64), tf.cast(step, tf.int64)])
    return tf.argsort(keys + 2 * tf.eye(platforms), axis=1)[:, : platforms - 1]


class GradientSurgery:
    """PCGrad on the trunk: all that is learned but rows of items and what is each platform's own (rows and parts).

    Args:
        network: whose weights are learned.
        others: weights beside it that all platforms share.
        trained: the variables that a step moves, in the order of its gradients.
    """

    def __init__(self, network: Network, others: Sequence[Any], trained: Sequence[Any]) -> None:
        own = {id(weight) for weight in network.of_platforms}
        shared = {id(weight) for weight in (*network.trainable_variables, *others)} - own
        self.seed, self.platforms = network.seed, network.counts["platforms"]
        self.places = [place for place, variable in enumerate(trained) if id(variable) in shared]
        self.trunk = [trained[place] for place in self.places]

    def by_platform(self, tape: tf.GradientTape, losses: tf.Tensor, factor: Any) -> tf.Tensor:
        """The gradients of each platform's loss `[platforms]`, times a factor: `[platforms, numbers of the trunk]`."""
        found = []
        for weights in tf.unstack(tf.eye(self.platforms) * factor):
            gradients = gradients_of(losses, self.trunk, tape, weights)
            found.append(tf.concat([tf.reshape(tf.convert_to_tensor(each), [-1]) for each in gradients], 0))
        return tf.stack(found)

    def operated(self, gradients: Sequence[Gradient], by_platform: tf.Tensor, step: tf.Tensor) -> list[Gradient]:
        """The gradients of a step, with those of the trunk replaced.

        Args:
            gradients: of all that is learned, `merged`.
            by_platform: those of the trunk, see there.
            step: its number.
        """
        orders = drawn_orders(self.platforms, self.seed, step)
        total = tf.reduce_sum(without_conflicts(by_platform, orders), axis=0)
        found = list(gradients)
        for place, variable in zip(self.places, self.trunk, strict=True):
            count, plain = tf.size(variable.value), gradients[place]
            piece, total = tf.reshape(total[:count], variable.shape), total[count:]
            # a row that is not in the step stays untouched
            found[place] = (
                tf.IndexedSlices(tf.gather(piece, plain.indices), plain.indices, plain.dense_shape)
                if isinstance(plain, tf.IndexedSlices)
                else piece
            )
        return found
