"""`python -m tests.models.spread_child FOLDER LOGICAL_DEVICES OVERRIDES FILE`: train and leave losses and weights.

FOLDER is a run folder with inputs. OVERRIDES is a JSON list of hyperparameters; with each of them one network learns
for two epochs, one after another. It is a process of its own, as devices are made before TensorFlow computes.
"""

import json
import sys
from functools import partialmethod
from pathlib import Path

import numpy as np

from models.configuration import read_configuration
from models.device import prepare_device
from models.inputs import read_inputs
from models.lifeline import end_with_parent
from tests.models.tiny_run import CUT, RECOMMENDER

STEADY = {**RECOMMENDER, "dropout": 0.0, "item_dropout": 0.0, "negatives": 24, "alpha": "uncertainty"}


def learned(folder: Path, overrides: dict[str, object]) -> dict[str, np.ndarray]:
    """The losses of two epochs `[2, platforms]`, the network's numbers in one row, whole item tables, and more.

    `scale`: the steps since the loss was scaled anew.
    """
    import keras

    from models.popularity import Popularity
    from models.training import Trainer, new_network

    inputs, configuration = read_inputs(folder), read_configuration({**STEADY, **overrides})
    keras.utils.set_random_seed(1)
    trainer = Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)
    trainer.start(inputs.log, Popularity.fit(inputs.catalogue, inputs.log, CUT, 9), np.ones(2), 5)
    losses = np.stack([trainer.epoch(), trainer.epoch()])
    deltas = trainer.network.tower.deltas
    devices = [part.value.device for part in deltas.parts]
    moments = [part.value.device for part in trainer.optimizer.variables if "deltas" in part.path]
    others = np.concatenate([np.ravel(weight.numpy()) for weight in trainer.trained if "deltas" not in weight.path])
    scale = trainer.scale.steps.numpy() if trainer.scale else 0
    return {
        "losses": losses, "deltas": deltas.numpy(), "others": others, "devices": devices, "moments": moments,
        "scale": scale,
    }  # fmt: skip


if __name__ == "__main__":
    end_with_parent()
    run_folder, count, all_overrides, target = sys.argv[1:]
    asked = json.loads(all_overrides)
    import tensorflow as tf
    from tensorflow.python.eager.context import Context

    if len(tf.config.list_physical_devices("GPU")) < int(count):
        tf.config.set_visible_devices([], "GPU")
    processor = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * int(count))
    # where many share a processor, one of two processes may wait for it longer than TensorFlow waits for a sign of life
    patient = partialmethod(Context.configure_coordination_service, heartbeat_timeout_in_ms=3_600_000)
    Context.configure_coordination_service = patient
    prepare_device(1, asked[0].get("strategy", "none"))
    found = [learned(Path(run_folder), overrides) for overrides in asked]
    np.savez(target, **{f"{number} {name}": kept for number, one in enumerate(found) for name, kept in one.items()})
