"""What LoRA and AdaLoRA have in common: a matrix of low rank that is added to that of a dense layer."""

from math import prod
from typing import Any

import keras
from keras import ops

from models.parts.part import Part


def input_axes(dense: keras.layers.Layer) -> int:
    """How many of the last axes of its input a dense layer sums over.

    Raises:
        ValueError: if it is no dense layer, or has an activation, which would have to come after the addition.
    """
    if not isinstance(dense, keras.layers.Dense | keras.layers.EinsumDense):
        raise ValueError(f"A matrix of low rank is added to a Dense or EinsumDense; found {type(dense).__name__}.")
    if dense.activation is not None and dense.activation is not keras.activations.linear:
        raise ValueError(f"The layer must have no activation; found {dense.activation.__name__}. Apply it afterwards.")
    if isinstance(dense, keras.layers.Dense):
        return 1
    inputs, kernel = dense.equation.split("->")[0].split(",")
    return sum(axis in kernel for axis in inputs)


class LowRank(Part):
    """(W + ΔW_o) x + b for owner o, where ΔW_o = up_o · diag(scales_o) · down_oᵀ.

    Args:
        layer: a Dense, or an EinsumDense that sums over the last axes of its input, without activation.
        rank: columns of `down` `[inputs, owners · rank]` and of `up` `[outputs, owners · rank]`, for each owner.
    """

    def __init__(self, layer: keras.layers.Layer, rank: int, owners: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, owners, **kwargs)
        self.rank, self.axes = rank, input_axes(layer)

    def build(self, inputs_shape: Any, owner_shape: Any = None) -> None:
        """Create the two matrices."""
        super().build(inputs_shape)
        leading = len(inputs_shape) - self.axes
        self.features = prod(inputs_shape[leading:])
        self.outputs = self.layer.compute_output_shape(inputs_shape)[leading:]
        self._build_matrices(self.features, prod(self.outputs), self.owners * self.rank)

    def _build_matrices(self, inputs: int, outputs: int, columns: int) -> None:
        """Create `down`, `up` and whatever else there is to learn."""
        raise NotImplementedError

    def scales(self) -> Any:
        """What each column counts, `[owners · rank]` or one number."""
        raise NotImplementedError

    def call(self, inputs: Any, owner: Any = None) -> Any:
        """What the layer gives, and what the matrix of low rank adds to it."""
        leading = ops.shape(inputs)[: len(inputs.shape) - self.axes]
        flat = ops.reshape(inputs, (*leading, self.features))
        columns = self.own_units(ops.matmul(flat, self.down) * self.scales(), owner)
        added = ops.matmul(columns, ops.transpose(self.up))
        return self.layer(inputs) + ops.reshape(added, (*leading, *self.outputs))

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {**super().get_config(), "rank": self.rank}
