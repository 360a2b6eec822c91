"""What a network learns before its first epoch: from all sequences of its log, with no target but themselves."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from models.board import Note
from models.contrast import Contrast
from models.inputs import Log
from models.masked_items import MaskedItems
from models.optimizers import scheduled_rate
from models.progress import Say
from models.sequences import Plan, Sequences, newest_sequences

if TYPE_CHECKING:
    from models.training import Trainer


class Kind(Protocol):
    """What is learned of sequences, and how a step is made of them."""

    step: Any

    def begin(self, log: Log, alphas: np.ndarray) -> None:
        """Learn of the log what its steps need to know."""

    def batches(self, sequences: Sequences, plan: Plan, chance: np.random.Generator) -> Iterator[tuple[Any, ...]]:
        """The arguments of the steps of an epoch."""


KINDS: dict[str, Callable[["Trainer"], Kind]] = {"masked": MaskedItems, "contrastive": Contrast}


class Pretraining:
    """Self-supervision of a trainer's network, by the trainer's own steps; which kind its configuration says.

    Events of any kind and age teach, of all platforms that are in the log.
    """

    def __init__(self, trainer: "Trainer") -> None:
        self.trainer = trainer
        self.kind = KINDS[trainer.configuration.pretraining](trainer)

    def learn(self, log: Log, alphas: np.ndarray, seed: int, say: Say, note: Note) -> None:
        """Go over the log for `pretraining_epochs`.

        Args:
            log: what was known at the cut.
            alphas: `[platforms]` loss weights.
            seed: of everything that is drawn.
            say: takes lines of progress.
            note: takes the loss of each epoch.
        """
        configuration, optimizer = self.trainer.configuration, self.trainer.optimizer
        sequences = newest_sequences(log, configuration.sequence_length)
        # nothing can be told of an event by itself
        sequences = sequences.of_users(sequences.users[sequences.ends - sequences.starts > 1])
        self.kind.begin(log, alphas)
        chance, epochs, done = np.random.default_rng(seed), configuration.pretraining_epochs, 0
        for epoch in range(1, epochs + 1):
            plan = sequences.plan(configuration.tokens_per_batch, configuration.sequence_length, chance)
            total = 0.0
            for batch in self.kind.batches(sequences, plan, chance):
                optimizer.learning_rate = scheduled_rate(configuration, done, len(plan) * epochs)
                total += float(np.sum(self.kind.step(*batch)))
                done += 1
            loss = total / max(len(plan), 1)
            say(f"pretraining, epoch {epoch} of {epochs}: loss {loss:.3f}")
            note(epoch, {"pretraining_loss": loss})
