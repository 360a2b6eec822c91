"""The loss of one platform: softmax cross-entropy over its items, some of them standing for others."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf
from keras import ops


def sampled_softmax(
    target_logits: Any, target_places: Any, queries: Any, vectors: Any, offsets: Any, rows: Any
) -> tf.Tensor:
    """Cross-entropy −log p(target) for each position, `[n]`.

    The partition function is estimated by importance sampling (Bengio & Senécal 2008; the log-Q correction of Yi et
    al., RecSys 2019): Z ≈ exp(s⁺) + Σ_j exp(s_j − log q_j), over drawn items j other than the target. The target is
    always there and so is not corrected (2507.09331). With every item as a negative, for certain, it is the full
    softmax.

    Args:
        target_logits: `[n]` scores s⁺ of the items that were taken.
        target_places: `[n]` where they are among the drawn items, −1 if they are not.
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
    """Logarithm of Σ_j exp(s_j − log q_j), `[n]`; its gradient reads the table `[n, drawn]` twice and writes none.

    TensorFlow's own writes several of them; on 52,662 items that is a tenth of a step.
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
