"""`python -m tests.benchmarks.learning_child`: ours learns, see `tests.benchmarks.learning`."""

import numpy as np
import tensorflow as tf

from models.device import prepare_device
from models.popularity import Popularity
from models.training import Trainer, new_network
from tests.benchmarks.drawn_log import CUT, PLATFORMS, drawn_catalogue, drawn_log
from tests.benchmarks.learning import CONFIGURATION, ITEMS_A_PLATFORM, PERSONS, answer, timed


def main() -> None:
    """Learn as a night does, but with one thread; the first epoch, in which the step is compiled, is not told."""
    prepare_device(0)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    catalogue, log = drawn_catalogue(ITEMS_A_PLATFORM), drawn_log(PERSONS, ITEMS_A_PLATFORM)
    popularity = Popularity.fit(catalogue, log, CUT, CONFIGURATION.window_days)
    trainer = Trainer(new_network(catalogue, CONFIGURATION, 0), catalogue, CONFIGURATION)
    trainer.start(log, popularity, np.ones(PLATFORMS), seed=0, rate=CONFIGURATION.learning_rate)
    trainer.epoch()
    targets = len(trainer.course.sequences.targets())
    answer(lambda: timed(targets, lambda: float(trainer.epoch().sum())))


if __name__ == "__main__":
    main()
