"""AdaLoRA: low-rank adaptation in the form of a singular value decomposition, so that ranks can be taken away."""

from typing import Any

import keras
from keras import ops

from models.parts.low_rank import LowRank

PENALTY = 0.1


@keras.saving.register_keras_serializable("crossrec")
class Orthogonality(keras.regularizers.Regularizer):
    """γ Σ_o ‖M_oᵀ M_o − I‖² for the owners' columns M_o of a matrix `[features, owners · rank]` (2303.10512, eq. 4)."""

    def __init__(self, owners: int, factor: float = PENALTY) -> None:
        self.owners, self.factor = owners, factor

    def __call__(self, matrix: Any) -> Any:
        """How far the columns are from orthonormal."""
        features, columns = matrix.shape
        parts = ops.reshape(matrix, (features, self.owners, columns // self.owners))
        products = ops.einsum("foi,foj->oij", parts, parts)
        return self.factor * ops.sum(ops.square(products - ops.eye(columns // self.owners)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {"owners": self.owners, "factor": self.factor}


@keras.saving.register_keras_serializable("crossrec")
class AdaLoRA(LowRank):
    """W x + P Λ Q x (Zhang et al. 2303.10512, eq. 3); P = up and Q = downᵀ start Gaussian, Λ = diag(values) at 0.

    That P and Q be orthogonal is a penalty among the layer's `losses`. `models.parts.rank_allocator` sets values to 0.
    """

    def _build_matrices(self, inputs: int, outputs: int, columns: int) -> None:
        near_orthonormal = {"initializer": "lecun_normal", "regularizer": Orthogonality(self.owners)}
        self.down = self.add_weight(shape=(inputs, columns), name="down", **near_orthonormal)
        self.up = self.add_weight(shape=(outputs, columns), name="up", **near_orthonormal)
        self.values = self.add_weight(shape=(columns,), initializer="zeros", name="values")

    def scales(self) -> Any:
        """The singular values."""
        return self.values
