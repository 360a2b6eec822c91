"""What a training step is spread over: parts of its batch, on several devices and one after another."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import tensorflow as tf

from models.configuration import Configuration
from models.sparse_adamw import Gradient


@cache
def strategy_of(name: str) -> tf.distribute.Strategy:
    """The strategy of this name; `multi_worker` has to be asked for before TensorFlow computes anything."""
    if name == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    if name == "multi_worker":
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.get_strategy()


class Spread:
    """A batch in parts, about as many rows in each: so many for each device that it computes one after another.

    What is learned is kept on each device (`strategy.scope()`) and is everywhere the same.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.strategy, self.accumulation = strategy_of(configuration.strategy), configuration.accumulation
        self.parts = self.strategy.num_replicas_in_sync * self.accumulation
        if configuration.compiler == "xla":
            tf.config.optimizer.set_jit("autoclustering")

    def total(self, compute: Callable[..., Any], rows: Sequence[tf.Tensor], shared: Sequence[Any]) -> Any:
        """What `compute(*rows, *shared)` gives for each part, added up over all of them: tensors or IndexedSlices.

        Args:
            compute: gives sums over its rows, of which there may be none.
            rows: `[batch, ...]` each; of them a part has some.
            shared: what all parts have.
        """
        if self.parts == 1:
            return compute(*rows, *shared)
        totals = self.strategy.run(self._on_device, (compute, rows, shared))
        return tf.nest.map_structure(lambda total: self.strategy.experimental_local_results(total)[0], totals)

    def _on_device(self, compute: Callable[..., Any], rows: Sequence[tf.Tensor], shared: Sequence[Any]) -> Any:
        context, count = tf.distribute.get_replica_context(), tf.shape(rows[0])[0]
        found: list[Any] = []
        for turn in range(self.accumulation):
            number = context.replica_id_in_sync_group * self.accumulation + turn
            begin, end = count * number // self.parts, count * (number + 1) // self.parts
            # not before the part before is done, or all of them would be in memory at once
            with tf.control_dependencies(tf.nest.flatten(found[-1:])):
                found.append(compute(*(each[begin:end] for each in rows), *shared))
        return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.nest.map_structure(added, *found))


def added(*parts: Gradient) -> Gradient:
    """Their sum; of rows of a table a list in which a row may stand several times."""
    if not isinstance(parts[0], tf.IndexedSlices):
        return tf.add_n(parts)
    values, rows = (tf.concat([getattr(part, name) for part in parts], 0) for name in ("values", "indices"))
    return tf.IndexedSlices(values, rows, parts[0].dense_shape)
