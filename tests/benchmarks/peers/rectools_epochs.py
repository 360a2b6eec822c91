"""`python -m tests.benchmarks.peers.rectools_epochs`: RecTools' SASRec learns, see `tests.benchmarks.learning`.

It is as shipped but for size, blocks, length, loss and negatives, which are as ours.
"""

import logging
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd
import torch
from pytorch_lightning import Callback, Trainer
from rectools.dataset import Dataset
from rectools.models import SASRecModel

from models.inputs import Log
from tests.benchmarks.drawn_log import drawn_log
from tests.benchmarks.learning import CONFIGURATION, ITEMS_A_PLATFORM, PERSONS, Epoch, answer

QUIET = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")


class Watch(Callback):
    """Processor seconds of an epoch, all threads together, without what comes before it."""

    def on_train_epoch_start(self, *_: Any) -> None:
        """Begin."""
        self.started = time.process_time()

    def on_train_epoch_end(self, *_: Any) -> None:
        """End."""
        self.seconds = time.process_time() - self.started


def new_trainer() -> Trainer:
    """RecTools' own trainer, but for what it prints and writes."""
    return Trainer(max_epochs=1, accelerator="cpu", devices=1, callbacks=[Watch()], **dict.fromkeys(QUIET, False))


def dataset_of(log: Log) -> Dataset:
    """RecTools' data set of a log."""
    times = pd.to_datetime(log.times, unit="s")
    columns = {"user_id": log.users, "item_id": log.items, "weight": 1.0, "datetime": times}
    return Dataset.construct(pd.DataFrame(columns))


def main() -> None:
    """Learn an epoch after another."""
    warnings.filterwarnings("ignore")
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    torch.set_num_threads(1)
    log, length = drawn_log(PERSONS, ITEMS_A_PLATFORM), CONFIGURATION.sequence_length
    targets, dataset = int(np.minimum(np.bincount(log.users) - 1, length).sum()), dataset_of(log)
    peer = SASRecModel(
        n_factors=CONFIGURATION.embedding_size, n_blocks=CONFIGURATION.blocks, n_heads=CONFIGURATION.heads,
        session_max_len=length, dropout_rate=CONFIGURATION.dropout, loss="sampled_softmax",
        n_negatives=CONFIGURATION.negatives, get_trainer_func=new_trainer,
    )  # fmt: skip

    def epoch() -> Epoch:
        peer.fit_partial(dataset, min_epochs=1, max_epochs=1)
        watch = next(each for each in peer.fit_trainer.callbacks if isinstance(each, Watch))
        return Epoch(targets, watch.seconds, np.nan)

    answer(epoch)


if __name__ == "__main__":
    main()
