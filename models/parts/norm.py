"""Gains and biases of an owner's own behind a shared normalisation."""

from typing import Any

import keras

from models.parts.part import Part


@keras.saving.register_keras_serializable("crossrec")
class Norm(Part):
    """γ_o ⊙ norm(x) + β_o for owner o (feature-wise linear modulation, Perez et al. 1709.07871, eq. 2)."""

    def build(self, inputs_shape: Any, owner_shape: Any = None) -> None:
        """Create gains of 1 and biases of 0."""
        super().build(inputs_shape)
        shape = (self.owners, inputs_shape[-1])
        self.gains = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.biases = self.add_weight(shape=shape, initializer="zeros", name="beta")

    def call(self, inputs: Any, owner: Any = None) -> Any:
        """What the normalisation gives, stretched and moved."""
        gains, biases = self.gains.value, self.biases.value
        return self.layer(inputs) * self.own_row(gains, owner) + self.own_row(biases, owner)
