"""What all parts have in common: a shared layer, and numbers for each owner that change what it gives."""

from typing import Any

import keras
from keras import ops


class Part(keras.layers.Wrapper):
    """A layer that all owners share, with a part for each owner: the platforms of a recommender, an encoder's one task.

    What belongs to the owners lies side by side in one matrix, and each token keeps what is its owner's. So tokens of
    all owners go through it together, in one product, and no matrix is fetched for each token.

    Args:
        layer: the shared layer; whether it is frozen is for the caller to say.
        owners: how many there are.

    Inputs: what the layer takes, `[..., features]`, and `[..., owners]` one-hot, whose each token is; without it there
    is one owner. Output: what the layer gives. As long as nothing is learned, it gives just that.
    """

    def __init__(self, layer: keras.layers.Layer, owners: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.owners = owners

    @property
    def own(self) -> list[Any]:
        """The weights that belong to the owners."""
        shared = {id(weight) for weight in self.layer.weights}
        return [weight for weight in self.weights if id(weight) not in shared]

    def own_units(self, units: Any, owner: Any) -> Any:
        """The units `[..., owners · n]`, with zeros where they are another owner's."""
        if owner is None:
            return units
        return units * ops.cast(ops.repeat(owner, units.shape[-1] // self.owners, axis=-1), units.dtype)

    def own_row(self, table: Any, owner: Any) -> Any:
        """Of a table `[owners, n]` the owner's row, `[..., n]`."""
        return table[0] if owner is None else ops.matmul(ops.cast(owner, table.dtype), table)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {**super().get_config(), "owners": self.owners}
