"""The loss of one platform: softmax cross-entropy over its items, some of them standing for others."""

from typing import Any

from keras import ops


def sampled_softmax(
    target_logits: Any, target_items: Any, negative_logits: Any, negative_items: Any, log_chances: Any
) -> Any:
    """Cross-entropy −log p(target) for each position, `[n]`.

    The partition function is estimated by importance sampling (Bengio & Senécal 2008; the log-Q correction of Yi et
    al., RecSys 2019): Z ≈ exp(s⁺) + Σ_j exp(s_j − log q_j), over drawn items j other than the target. The target is
    always there and so is not corrected (2507.09331). With every item as a negative, for certain, it is the full
    softmax.

    Args:
        target_logits: `[n]` scores s⁺ of the items that were taken.
        target_items: `[n]` their indices.
        negative_logits: `[n, negatives]` scores of the drawn items.
        negative_items: `[negatives]` their indices, each once.
        log_chances: `[negatives]` log q_j, of how likely item j was to be drawn.
    """
    is_target = target_items[:, None] == negative_items[None, :]
    corrected = ops.where(is_target, -1e9, negative_logits - log_chances[None, :])
    return ops.logaddexp(target_logits, ops.logsumexp(corrected, axis=1)) - target_logits
