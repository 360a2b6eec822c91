"""What the recommenders of a night have in common, and how each of them learns: chosen on the window, then refitted."""

from functools import cached_property

import numpy as np

from models.choosing import Choice, Say, choose, open_window, refit
from models.configuration import read_configuration
from models.inputs import Inputs, Log
from models.item_knn import learn_neighbours
from models.popularity import Popularity
from models.recommender import Scorer, make_scorer
from models.training import Trainer, new_network
from models.warm_start import Parent, go_on
from models.whitening import Whitening


def loss_weights(inputs: Inputs, exponent: float) -> np.ndarray:
    """α `[platforms]`: as fixed by the platform's contract, else its positives to the power `exponent`; mean 1.

    A platform nobody has taken anything on weighs 0.
    """
    items = inputs.log.items[inputs.log.is_positive]
    positives = np.bincount(inputs.catalogue.item_platforms[items], minlength=len(inputs.catalogue.platforms))
    balanced = np.where(positives > 0, np.maximum(positives, 1.0) ** exponent, 0.0)
    if balanced.any():
        balanced = balanced / balanced[balanced > 0].mean()
    fixed = inputs.catalogue.alphas
    return np.where(np.isnan(fixed) | (positives == 0), balanced, fixed)


class Lesson:
    """The inputs of a night, the window before its cut, and one network that learns from them, in one way or another.

    After `refit_…` the network is the one that was asked for, until the next call.
    """

    def __init__(self, inputs: Inputs) -> None:
        self.inputs, self.seed = inputs, int(inputs.configuration["seed"])
        self.catalogue, self.log = inputs.catalogue, inputs.log
        self.configuration = read_configuration(inputs.configuration["recommender"])
        self.window = open_window(self.catalogue, self.log, inputs.cut, self.configuration)
        self.popularity = Popularity.fit(self.catalogue, self.log, inputs.cut, self.window.days)
        self.alphas = loss_weights(inputs, self.configuration.alpha_exponent)
        self.parent: Parent | None = None
        """An earlier recommender that is gone on with, in place of a refit; set before anything is learned."""

    @cached_property
    def whitening(self) -> Whitening:
        """How texts are whitened; as they were for the parent, or its weights would not fit."""
        if self.parent is not None and self.parent.whitening is not None:
            return self.parent.whitening
        return Whitening.fit(self.catalogue.embeddings, self.catalogue.has_text, self.configuration.text_size)

    @cached_property
    def trainer(self) -> Trainer:
        """The network and how it is trained; made when it is first needed."""
        network = new_network(self.catalogue, self.configuration, self.seed, self.whitening)
        return Trainer(network, self.catalogue, self.configuration)

    @property
    def parameters_count(self) -> int:
        """How many numbers a network learns."""
        return sum(int(np.prod(variable.shape)) for variable in self.trainer.network.trainable_variables)

    def choose_joint(self, say: Say) -> Choice:
        """Epochs and blend of one network over all platforms, and how it did in the window."""
        return choose(self.trainer, self.window, self.inputs.users_count, self.alphas, self.seed, say)

    def refit_joint(self, epochs: int, say: Say) -> None:
        """Train the network over all platforms up to the cut."""
        self._refit(None, self.log, self.alphas, epochs, say)

    def choose_single(self, platform: int, say: Say) -> Choice:
        """Epochs and blend of a network for one platform on its own, and how it did in the window."""
        known = self.window.of_platform(self.catalogue, platform)
        return choose(self.trainer, known, self.inputs.users_count, self._only(platform), self.seed, say)

    def refit_single(self, platform: int, epochs: int, say: Say) -> None:
        """Train the network for one platform on its own up to the cut."""
        name = self.catalogue.platforms[platform]
        self._refit(name, self.log_of(platform), self._only(platform), epochs, say)

    def _refit(self, platform: str | None, log: Log, alphas: np.ndarray, epochs: int, say: Say) -> None:
        if self.parent is None:
            refit(self.trainer, log, self.popularity, alphas, epochs, self.seed, say)
        else:
            go_on(self.trainer, self.parent, platform, log, self.popularity, alphas, epochs, self.seed, say)

    def log_of(self, platform: int) -> Log:
        """What a platform on its own knows."""
        return self.log.of_items(self.catalogue.items_of(platform))

    def _only(self, platform: int) -> np.ndarray:
        return np.eye(len(self.alphas))[platform]

    def scorer(self, log: Log, asked: np.ndarray | None = None, has_network: bool = True) -> Scorer:
        """The network as it is now at work, as of the end of `log`; without the network it is the prior alone."""
        count, cut = self.inputs.users_count, self.inputs.cut
        network, neighbours = None, None
        if has_network:
            network, neighbours = self.trainer.network, learn_neighbours(self.catalogue, log, count, cut)
        return make_scorer(network, self.catalogue, log, self.popularity, self.configuration, count, asked, neighbours)
