"""The loss of one platform: softmax cross-entropy over its items, all of them or estimated from sampled ones."""

from typing import Any

from keras import ops


def full_softmax(target_logits: Any, logits: Any) -> Any:
    """Cross-entropy −log p(target) = log Σ_j exp(s_j) − s⁺ for each position, `[n]`.

    Args:
        target_logits: `[n]` scores s⁺ of the items that were taken.
        logits: `[n, items]` scores of all items, the taken ones among them.
    """
    return ops.logsumexp(logits, axis=1) - target_logits


def sampled_softmax(
    target_logits: Any, target_items: Any, negative_logits: Any, negative_items: Any, log_expected_counts: Any
) -> Any:
    """Cross-entropy −log p(target) for each position, `[n]`.

    The partition function is estimated by importance sampling (Bengio & Senécal 2008; the log-Q correction of Yi et
    al., RecSys 2019): Z ≈ exp(s⁺) + Σ_j exp(s_j − log(N·Q_j)). The target is not sampled and so is not corrected
    (2507.09331). With every item as a negative and a correction of 0 it is the full softmax.

    Args:
        target_logits: `[n]` scores of the items that were taken.
        target_items: `[n]` their indices.
        negative_logits: `[n, negatives]` scores of the sampled items.
        negative_items: `[negatives]` their indices; where one is the target itself it is left out.
        log_expected_counts: `[negatives]` log(N·Q_j), how often item j is expected among the N samples.
    """
    is_target = target_items[:, None] == negative_items[None, :]
    corrected = ops.where(is_target, -1e9, negative_logits - log_expected_counts[None, :])
    logits = ops.concatenate([target_logits[:, None], corrected], axis=1)
    return ops.logsumexp(logits, axis=1) - target_logits
