"""AdaLoRA's budget of ranks: which singular values of all layers stay, by how much the loss depends on them."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import tensorflow as tf

from models.parts.adalora import AdaLoRA

SMOOTHING = UNCERTAINTY_SMOOTHING = 0.85  # β₁, β₂
INTERVAL = 10  # Δ_T, steps between two choices
SPARE = 1.5  # all ranks, to those that are left in the end
BEGIN, END = 0.1, 0.5  # shares of all steps between which the budget falls


class Importance:
    """s(w) = Ī(w) · Ū(w): the smoothed sensitivity |w ∇L|, times its smoothed change (2303.10512, eqs. 9 to 11)."""

    def __init__(self, weight: Any) -> None:
        self.weight = weight
        self.sensitivity = tf.Variable(tf.zeros(weight.shape), trainable=False)
        self.uncertainty = tf.Variable(tf.zeros(weight.shape), trainable=False)

    def start(self) -> None:
        """Forget all gradients."""
        for variable in (self.sensitivity, self.uncertainty):
            variable.assign(tf.zeros_like(variable))

    def observe(self, gradient: tf.Tensor) -> None:
        """Take in the gradient of a step, before the weight moves."""
        now = tf.abs(tf.convert_to_tensor(self.weight) * gradient)
        smooth = SMOOTHING * self.sensitivity + (1 - SMOOTHING) * now
        change = UNCERTAINTY_SMOOTHING * self.uncertainty + (1 - UNCERTAINTY_SMOOTHING) * tf.abs(now - smooth)
        self.sensitivity.assign(smooth)
        self.uncertainty.assign(change)

    def read(self) -> np.ndarray:
        """s(w) of each number of the weight."""
        return np.asarray(self.sensitivity.numpy() * self.uncertainty.numpy())


class RankAllocator:
    """Lets the ranks of all layers and owners fall together to a budget, and gives them to those that need them most.

    It does nothing if there are no layers.

    Args:
        layers: built layers; each value with its columns of `up` and `down` is a triplet.
        mean_rank: of a layer and owner, in the end.
    """

    def __init__(self, layers: Sequence[AdaLoRA], mean_rank: int) -> None:
        self.layers, self.mean_rank = layers, mean_rank
        self.importances = [[Importance(weight) for weight in (one.values, one.up, one.down)] for one in layers]
        self.start()

    def start(self, learns: np.ndarray | None = None) -> None:
        """Begin anew.

        Args:
            learns: `[owners]` bool, who takes part; the ranks of others are not counted. Everybody if None.
        """
        owners = [np.ones(layer.owners, bool) if learns is None else learns for layer in self.layers]
        self.takes_part = [np.repeat(who, layer.rank) for layer, who in zip(self.layers, owners, strict=True)]
        self.first_budget = sum(int(each.sum()) for each in self.takes_part)
        self.last_budget = self.mean_rank * sum(int(who.sum()) for who in owners)
        self.is_settled = False
        self.kept = [np.ones(layer.values.shape[0], np.float32) for layer in self.layers]
        for importance in chain.from_iterable(self.importances):
            importance.start()

    def observe(self, variables: Sequence[Any], gradients: Sequence[Any]) -> None:
        """Take in the gradients of a step; part of the compiled step."""
        of_variable = {id(variable): gradient for variable, gradient in zip(variables, gradients, strict=True)}
        for importance in chain.from_iterable(self.importances):
            importance.observe(of_variable[id(importance.weight)])

    def budget(self, step: int, steps: int) -> int:
        """Triplets that may stay after one of so many steps: the cubic schedule of eq. 12, from `BEGIN` to `END`.

        (As printed the schedule jumps where it begins; the authors' code does not.)
        """
        progress = min(max((step / steps - BEGIN) / (END - BEGIN), 0.0), 1.0)
        return round(self.last_budget + (self.first_budget - self.last_budget) * (1 - progress) ** 3)

    def importance(self, layer: int) -> np.ndarray:
        """S of a layer's triplets: s of the value, and the means of s over its columns of P and of Q (eq. 7)."""
        of_values, of_up, of_down = (importance.read() for importance in self.importances[layer])
        return np.asarray(of_values + of_up.mean(axis=0) + of_down.mean(axis=0))

    def allot(self, step: int, steps: int) -> None:
        """After one of so many steps: set values to 0 but those of the most important triplets (eq. 6).

        Between two choices all values are learned, so one that was taken away may come back; after the last none does.
        """
        is_over = step >= END * steps
        if not self.layers or not (is_over or step % INTERVAL == 0):
            return
        if not self.is_settled:
            self._choose(self.budget(step, steps))
            self.is_settled = is_over
        for layer, kept in zip(self.layers, self.kept, strict=True):
            layer.values.assign(layer.values * kept)

    def _choose(self, budget: int) -> None:
        """Note which triplets are kept."""
        scores, takes_part = [self.importance(number) for number in range(len(self.layers))], self.takes_part
        counted = np.where(np.concatenate(takes_part), np.concatenate(scores), -np.inf)
        kept = ~np.concatenate(takes_part)
        kept[np.argsort(-counted, kind="stable")[:budget]] = True
        self.kept = np.split(kept.astype(np.float32), np.cumsum([len(each) for each in scores])[:-1])
