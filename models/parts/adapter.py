"""The bottleneck adapter."""

from typing import Any

import keras
from keras import ops

from models.parts.part import Part


@keras.saving.register_keras_serializable("crossrec")
class Adapter(Part):
    """y + W_up gelu(W_down y + b_down) + b_up of what the layer gives, y = layer(x) (Houlsby et al. 1902.00751, 2.1).

    It belongs behind a sub-layer's last projection, before the residual connection. W_up and b_up start at 0.

    Args:
        size: units of the bottleneck, for each owner.
    """

    def __init__(self, layer: keras.layers.Layer, size: int, owners: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, owners, **kwargs)
        self.size = size

    def build(self, inputs_shape: Any, owner_shape: Any = None) -> None:
        """Create the ways down and up."""
        super().build(inputs_shape)
        features, units = self.layer.compute_output_shape(inputs_shape)[-1], self.owners * self.size
        self.down = self.add_weight(shape=(features, units), initializer="lecun_normal", name="down")
        self.down_bias = self.add_weight(shape=(units,), initializer="zeros", name="down_bias")
        self.up = self.add_weight(shape=(units, features), initializer="zeros", name="up")
        self.up_bias = self.add_weight(shape=(self.owners, features), initializer="zeros", name="up_bias")

    def call(self, inputs: Any, owner: Any = None) -> Any:
        """What the layer gives, and the bottleneck's residual."""
        output = self.layer(inputs)
        hidden = self.own_units(ops.gelu(ops.matmul(output, self.down) + self.down_bias), owner)
        return output + ops.matmul(hidden, self.up) + self.own_row(self.up_bias.value, owner)

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {**super().get_config(), "size": self.size}
