"""The device that a child computes on, and what it cost."""

import os
import resource
import time
from functools import cache
from typing import Any


def prepare_device(seed: int, strategy: str = "none") -> str:
    """Make TensorFlow repeatable and modest; the name of the device that it computes on, and how many there are.

    The same inputs give the same bits: seeds are set, operations are deterministic, threads are counted. A strategy of
    several machines has to be named here, before anything is computed.
    """
    device = _configure()
    import keras

    from models.distribution import strategy_of

    count = strategy_of(strategy).num_replicas_in_sync
    keras.utils.set_random_seed(seed)
    return f"{count} × {device}" if count > 1 else device


@cache
def _configure() -> str:
    """What TensorFlow can be told only once, before it computes anything."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()
    # float32 is float32: some GPUs else multiply with ten bits of each number
    tf.config.experimental.enable_tensor_float_32_execution(False)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    tf.config.threading.set_intra_op_parallelism_threads(2)
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    return str(tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")) if gpus else "CPU"


class Meter:
    """Seconds since it was made, and the most memory that this process held."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def read(self) -> dict[str, Any]:
        """Seconds, and megabytes."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"seconds": round(time.monotonic() - self.started, 1), "peak_memory_mb": round(peak, 1)}
