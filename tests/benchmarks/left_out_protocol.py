"""How networks learn under leave-one-out, where that differs from nights."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.configuration import Configuration, read_configuration
from models.inputs import Log
from models.popularity import Popularity, daily_counts
from models.popularity_prior import PopularityPrior
from tests.benchmarks.left_out_sets import CUT, LeftOut

NETWORKS = ("shipped", "joint", "single")


@dataclass(frozen=True)
class Protocol:
    """How networks learn: with hyperparameters other than those of nights, and with or without the popularity prior."""

    overrides: Mapping[str, float]
    has_prior: bool

    @property
    def configuration(self) -> Configuration:
        """All hyperparameters."""
        return read_configuration(self.overrides)

    def popularity(self, left: LeftOut, log: Log) -> Popularity:
        """The prior of all that is known; without it, all items alike."""
        prior = PopularityPrior(7.0, 1.0 if self.has_prior else 0.0)
        counts = daily_counts(left.catalogue, log)
        return Popularity(counts, [prior] * len(counts), CUT // 86_400 - 1)
