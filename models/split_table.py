"""A table with a row for each item, in parts that lie on several devices."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf


class SplitTable:
    """The first part has the first rows, and so on; each lies on a device of its own, as far as there are enough.

    With one part it is a weight like any other. Gradients are those of the rows that were taken, part by part.

    Args:
        add_weight: makes a weight of the layer that the table belongs to, and that saves it.
        shape: of the whole table.
        parts: how many; at most one for each row.
        name: of the weight, numbered if there are several.
        others: what else `add_weight` is told.
    """

    def __init__(
        self, add_weight: Callable[..., Any], shape: tuple[int, ...], parts: int, name: str, **others: Any
    ) -> None:
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        # the sizes that tf.nn.embedding_lookup expects: the first ones have a row more
        pieces = np.array_split(np.arange(shape[0]), max(min(parts, shape[0]), 1))
        self.parts = []
        for number, rows in enumerate(pieces):
            is_split = len(pieces) > 1
            with tf.device(devices[number % len(devices)].name if is_split else None):
                part = add_weight(
                    shape=(len(rows), *shape[1:]),
                    initializer="zeros",
                    name=f"{name}_{number}" if is_split else name,
                    autocast=False,  # or the whole table would be cast for some of its rows
                    **others,
                )
            self.parts.append(part)

    def take(self, rows: Any) -> tf.Tensor:
        """These rows `[n, ...]`; no others are read."""
        first, *others = (part.value for part in self.parts)
        return tf.nn.embedding_lookup([first, *others], rows) if others else tf.gather(first, rows)

    def numpy(self) -> np.ndarray:
        """The whole table."""
        return np.concatenate([part.numpy() for part in self.parts])

    def assign(self, values: Any) -> None:
        """Replace the whole table."""
        ends = np.cumsum([part.shape[0] for part in self.parts])
        for part, piece in zip(self.parts, np.split(np.asarray(values), ends[:-1]), strict=True):
            part.assign(piece)
