"""How a gradient becomes a step: the optimizer, and the learning rate of each step."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models.configuration import Configuration
from models.sparse_adamw import Gradient, SparseAdamW

LONGEST = 1.0  # norm of a gradient
WARM_UP = 100  # steps, at most a tenth of all
UNDECAYED = ["embedding", "gamma", "beta", "bias", "scale", "log_variances"]


def new_optimizer(configuration: Configuration) -> keras.optimizers.Optimizer:
    """AdamW, or SGD without momentum; both move only the rows of a table that have a gradient."""
    kind = {"adamw": SparseAdamW, "sgd": keras.optimizers.SGD}[configuration.optimizer]
    optimizer = kind(configuration.learning_rate, weight_decay=configuration.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=UNDECAYED)
    return optimizer


def forget(optimizer: keras.optimizers.Optimizer) -> None:
    """Begin anew: no step was taken yet."""
    for variable in optimizer.variables:
        variable.assign(tf.zeros_like(variable.value))


def gradients_of(
    target: tf.Tensor, variables: Sequence[Any], tape: tf.GradientTape, weights: Any = None
) -> list[Gradient]:
    """The gradients of a target, or of its numbers times `weights`; zeros where it does not depend on a variable."""
    found = tape.gradient(target, variables, weights)
    return [tf.zeros(one.shape) if each is None else each for one, each in zip(variables, found, strict=True)]


def clipped(gradients: Sequence[Gradient], of_table: Sequence[int]) -> list[Gradient]:
    """Each gradient cut to norm 1; those at these places, of the parts of one table, as the one that they are."""
    cut = [tf.clip_by_norm(gradient, LONGEST) for gradient in gradients]
    if len(of_table) > 1:
        parts, _ = tf.clip_by_global_norm([gradients[place] for place in of_table], LONGEST)
        for place, part in zip(of_table, parts, strict=True):
            cut[place] = part
    return cut


def scheduled_rate(configuration: Configuration, step: int, steps: int) -> float:
    """The learning rate of a step: it warms up, then stays, or falls by a cosine to a tenth (1608.03983)."""
    highest, warm = configuration.learning_rate, min(WARM_UP, steps // 10 + 1)
    if step < warm:
        return highest * (step + 1) / warm
    if configuration.schedule == "constant":
        return highest
    progress = min(1.0, (step - warm) / max(1, steps - warm))
    return highest * float(0.1 + 0.9 * 0.5 * (1 + np.cos(np.pi * progress)))
