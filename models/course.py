"""One log made ready to be learned from: its sequences, what of them is drawn in an epoch, priors and negatives."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from models.configuration import Configuration
from models.inputs import SECONDS_PER_DAY, Catalogue, Log
from models.negatives import Sampler
from models.popularity import Popularity
from models.sequences import Sequences, newest_sequences
from models.temperature import drawn_rates


@dataclass(frozen=True)
class Course:
    """One log made ready to be learned from; platforms of weight 0 are left out and have empty arrays."""

    sequences: Sequences  # of persons of whom anything can be learned
    target_chances: np.ndarray  # [events] how likely each is to be learned from in an epoch
    priors: list[tf.Tensor]  # for each platform [days, its items] log prior at the end of each day from the first on
    samplers: list[Sampler]
    first_day: int

    def drawn(self, chance: np.random.Generator) -> Sequences:
        """The sequences of an epoch, with the targets that were drawn for it."""
        return self.sequences.targeted(chance.random(len(self.target_chances)) < self.target_chances)

    def prior_days(self, target_days: np.ndarray, lags: np.ndarray) -> np.ndarray:
        """Which row of the priors each target is offered: that of `lags` days before it, at the earliest the first."""
        return np.maximum(target_days - self.first_day - lags, 0).astype(np.int32)


def prepare_course(
    catalogue: Catalogue,
    configuration: Configuration,
    log: Log,
    popularity: Popularity,
    alphas: np.ndarray,
    targets: np.ndarray | bool,
) -> Course:
    """Make a log ready to be learned from; the arguments are those of `Trainer.start`."""
    last_day, half_life = popularity.last_day, configuration.target_half_life
    days = log.times // SECONDS_PER_DAY
    span = last_day - int(days.min()) if len(days) else 0
    first_day = last_day - min(configuration.target_days, max(span, 1))
    # on the first day itself nobody knows yet what is popular
    may = log.is_positive & targets & (days > first_day)
    # a target that would weigh little in the loss is seldom drawn instead, which costs as little as it teaches
    chances = np.where(may, 0.5 ** ((last_day - days) / half_life), 0.0)
    chances *= alphas[catalogue.item_platforms[log.items]] > 0
    priors, samplers = [], []
    ages = 0.5 ** (np.arange(last_day - first_day, -1, -1) / half_life)
    for number, alpha in enumerate(alphas):
        table = popularity.table(number, first_day) if alpha else np.zeros((len(ages), 0), np.float32)
        priors.append(tf.constant(table))
        samplers.append(Sampler(np.log(ages @ np.exp(table) / ages.sum()), configuration.negatives))
    sequences = newest_sequences(log, configuration.sequence_length + 1).targeted(chances > 0)
    platforms, places = catalogue.item_platforms[log.items], sequences.targets()
    expected = np.bincount(platforms[places], chances[places], minlength=len(alphas))
    chances *= drawn_rates(expected, configuration.sampling_temperature)[platforms]
    return Course(sequences, chances, priors, samplers, first_day)
