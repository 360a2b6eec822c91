"""The loss that is minimised, Σ_p α_p ℓ_p: over platforms p, what persons take next told from what they could take.

    ℓ_p = 1/N_p Σ_n −log p(i_n | n),    p(i | n) = exp s(n, i) / Σ_j exp s(n, j) over the items j of platform p,
    s(n, i) = scale · cos(h_n + target_p, z_i) + log prior_p(i, some days before n)

n is a place in a person's sequence whose next item, i_n, is of platform p; N_p is how many there are in an epoch. h_n,
z_i, target_p and the scale are the network's (`models/network.py`), the prior is fixed (`models/popularity_prior.py`),
α_p is of `models/loss_weights.py`. Most items j are drawn and stand for others (`models/negatives.py`).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from keras import ops


def weights_of_sums(alphas: np.ndarray, targets: np.ndarray, batches: int) -> np.ndarray:
    """By what a batch's sums are multiplied `[platforms]`, so that over an epoch the mean is Σ_p α_p ℓ_p.

    Args:
        alphas: α_p `[platforms]`.
        targets: N_p `[platforms]`.
        batches: how many an epoch has.
    """
    return alphas * batches / np.maximum(targets, 1)


def platform_loss(
    queries: Any, taken: Any, of_taken: Any, drawn: Any, of_drawn: Any, log_chances: Any, prior: Any, days: Any
) -> tf.Tensor:
    """Σ_n −log p(i_n | n) over the places n of a batch whose next item is of platform p: its share of N_p ℓ_p.

    Args:
        queries: `[n, size]`, the unit vectors of h_n + target_p times the scale.
        taken: `[n]` i_n, counted from the platform's first item.
        of_taken: `[n, size]` their unit vectors.
        drawn: `[drawn]` other items, each once, counted likewise.
        of_drawn: `[drawn, size]` their unit vectors.
        log_chances: `[drawn]` log of each one's chance to be drawn.
        prior: `[days, items]` log prior of the platform's items.
        days: `[n]` which of these days counts.
    """
    own = tf.reduce_sum(queries * of_taken, -1) + tf.gather_nd(prior, tf.stack([days, taken], 1))
    asked, rows = tf.unique(days)  # a step asks for few of them
    offsets = tf.gather(tf.gather(prior, asked), drawn, axis=1) - log_chances
    places = tf.scatter_nd(drawn[:, None], tf.range(1, tf.size(drawn) + 1), tf.shape(prior)[1:]) - 1
    return tf.reduce_sum(sampled_softmax(own, tf.gather(places, taken), queries, of_drawn, offsets, rows))


def sampled_softmax(
    target_logits: Any, target_places: Any, queries: Any, vectors: Any, offsets: Any, rows: Any
) -> tf.Tensor:
    """−log p(i_n | n) for each place `[n]`, with the sum over all items estimated from those that were drawn.

    Σ_j exp s_j ≈ exp(s⁺) + Σ_j exp(s_j − log q_j), over drawn items j other than the target, each weighed by its
    chance q_j to be there (Horvitz & Thompson 1952; in recommenders the log-Q correction of Yi et al., RecSys 2019).
    The target always is and so is not corrected (2507.09331). With every item drawn for certain it is the full softmax.

    Args:
        target_logits: `[n]` scores s⁺ of the items that were taken.
        target_places: `[n]` where these are among the drawn items, −1 if they are not.
        queries: `[n, size]`, whose product with the vectors of items are their scores s_j, but for the offsets.
        vectors: `[drawn, size]` of the drawn items.
        offsets: `[any, drawn]` what is added: a prior, less log q_j, of how likely item j was to be drawn.
        rows: `[n]` which row of the offsets is added.
    """
    return ops.logaddexp(target_logits, _log_sum(queries, vectors, offsets, rows, target_places)) - target_logits


@tf.custom_gradient
def _log_sum(
    queries: tf.Tensor, vectors: tf.Tensor, offsets: tf.Tensor, rows: tf.Tensor, left_out: tf.Tensor
) -> tuple[tf.Tensor, Callable[[tf.Tensor], Any]]:
    """Logarithm of Σ_j exp(s_j − log q_j) over drawn items but the one that is left out, `[n]`.

    Its gradient reads the table `[n, drawn]` twice and writes none; TensorFlow's own writes several.
    """
    scores = tf.matmul(queries, vectors, transpose_b=True) + tf.gather(offsets, rows)
    own = tf.stack([tf.range(tf.size(left_out)), tf.maximum(left_out, 0)], 1)
    kept = tf.where(left_out < 0, tf.gather_nd(scores, own), -1e9)
    scores = tf.tensor_scatter_nd_update(scores, own, kept)
    highest = tf.reduce_max(scores, axis=1, keepdims=True)
    shares = tf.exp(scores - highest)
    total = tf.reduce_sum(shares, axis=1, keepdims=True)

    def gradient(upstream: tf.Tensor) -> Any:
        weights = upstream[:, None] / total
        of_vectors = tf.matmul(shares, weights * queries, transpose_a=True)
        return weights * tf.matmul(shares, vectors), of_vectors, None, None, None

    return tf.squeeze(highest + tf.math.log(total), 1), gradient
