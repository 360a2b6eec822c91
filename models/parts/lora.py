"""LoRA: low-rank adaptation."""

from typing import Any

import keras

from models.parts.low_rank import LowRank


@keras.saving.register_keras_serializable("crossrec")
class LoRA(LowRank):
    """W x + (α / r) B A x (Hu et al. 2106.09685, eq. 3); A = downᵀ starts Gaussian, B = up at 0.

    Args:
        alpha: α; with α = r, the default, the product counts as it is.
    """

    def __init__(
        self, layer: keras.layers.Layer, rank: int, owners: int = 1, alpha: float | None = None, **kwargs: Any
    ) -> None:
        super().__init__(layer, rank, owners, **kwargs)
        self.alpha = alpha

    def _build_matrices(self, inputs: int, outputs: int, columns: int) -> None:
        self.down = self.add_weight(shape=(inputs, columns), initializer="lecun_normal", name="down")
        self.up = self.add_weight(shape=(outputs, columns), initializer="zeros", name="up")

    def scales(self) -> float:
        """α / r."""
        return 1.0 if self.alpha is None else self.alpha / self.rank

    def get_config(self) -> dict[str, Any]:
        """The arguments of `__init__`."""
        return {**super().get_config(), "alpha": self.alpha}
