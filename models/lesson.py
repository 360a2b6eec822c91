"""What the recommenders of a night have in common, and how each of them learns: chosen on the window, then refitted."""

from functools import cached_property

import numpy as np

from models.board import Board, Note, shown_items, unnoted
from models.choosing import Choice, choose, refit
from models.configuration import read_configuration
from models.inputs import Inputs, Log
from models.item_knn import learn_neighbours
from models.learning_encoder import open_for_training
from models.loss_weights import cross_entropies, loss_weights
from models.popularity import Popularity
from models.progress import Say
from models.recommender import Scorer, all_item_vectors, make_scorer
from models.training import Trainer, new_network
from models.warm_start import Parent, go_on
from models.whitening import Whitening
from models.window import open_window


class Lesson:
    """The inputs of a night, the window before its cut, and one network that learns from them, in one way or another.

    After `refit_…` the network is the one that was asked for, until the next call. What epochs are like goes to the
    board, if there is one.
    """

    def __init__(self, inputs: Inputs, board: Board | None = None) -> None:
        self.board = board
        self.inputs, self.seed = inputs, int(inputs.configuration["seed"])
        self.catalogue, self.log = inputs.catalogue, inputs.log
        self.configuration = read_configuration(inputs.configuration["recommender"])
        self.window = open_window(self.catalogue, self.log, inputs.cut, self.configuration)
        self.popularity = Popularity.fit(self.catalogue, self.log, inputs.cut, self.window.days)
        self.alphas = loss_weights(inputs, self.configuration)
        self.path = self.weights = self.alphas
        """α of the network of all platforms: of its epochs, once they are chosen, and at the end of its refit."""
        self.joint: Choice | None = None
        self.singles = dict[int, Choice]()
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
        name = self.inputs.configuration["encoder"]
        encoder = open_for_training(name, self.catalogue, self.configuration, self.whitening)
        return Trainer(network, self.catalogue, self.configuration, encoder)

    @property
    def parameters_count(self) -> int:
        """How many numbers a network learns, and the text encoder with it."""
        learned = [*self.trainer.network.trainable_variables, *self.trainer.encoder.trained]
        return sum(int(np.prod(variable.shape)) for variable in learned)

    def choose_joint(self, say: Say) -> Choice:
        """Epochs and blend of one network over all platforms, and how it did in the window; chosen once."""
        if self.joint is None:
            losses = self._losses_of_singles(say) if self.configuration.alpha == "gap" else None
            known = (self.window, self.inputs.users_count, self.alphas, self.seed)
            self.joint = choose(self.trainer, *known, say, self._note("choose/joint"), losses)
            self.path = self.alphas if self.joint.alphas is None else self.joint.alphas
        return self.joint

    def _losses_of_singles(self, say: Say) -> np.ndarray:
        """In the window `[platforms]`; NaN where there is no network."""
        losses, weighing = np.full(len(self.alphas), np.nan), self.window.weighing or []
        for platform in map(int, np.flatnonzero(self.alphas)):
            for best in self.choose_single(platform, say).bests[:1]:
                losses[platform] = cross_entropies(best.scorer, self.catalogue, weighing)[platform]
        return losses

    def refit_joint(self, epochs: int, say: Say) -> None:
        """Train the network over all platforms up to the cut."""
        self._refit(None, self.log, self.path if self.parent is None else self.parent.alphas, epochs, say)
        self.weights = self.trainer.weights

    def choose_single(self, platform: int, say: Say) -> Choice:
        """Epochs and blend of a network for one platform on its own, and how it did in the window; chosen once."""
        if platform not in self.singles:
            window = self.window.of_platform(self.catalogue, platform)
            known = (window, self.inputs.users_count, self._only(platform), self.seed)
            note = self._note(f"choose/single-{self.catalogue.platforms[platform]}")
            self.singles[platform] = choose(self.trainer, *known, say, note)
        return self.singles[platform]

    def refit_single(self, platform: int, epochs: int, say: Say) -> None:
        """Train the network for one platform on its own up to the cut."""
        self._refit(platform, self.log_of(platform), self._only(platform), epochs, say)

    def _refit(self, platform: int | None, log: Log, alphas: np.ndarray, epochs: int, say: Say) -> None:
        name = None if platform is None else self.catalogue.platforms[platform]
        run = f"refit/single-{name}" if name else "refit/joint"
        known = (log, self.popularity, alphas, epochs, self.seed, say, self._note(run))
        if self.parent is None:
            refit(self.trainer, *known)
        else:
            go_on(self.trainer, self.parent, name, *known)
        self._show(run, [*range(len(self.alphas))] if platform is None else [platform])

    def log_of(self, platform: int) -> Log:
        """What a platform on its own knows."""
        return self.log.of_items(self.catalogue.items_of(platform))

    def _only(self, platform: int) -> np.ndarray:
        return np.eye(len(self.alphas))[platform]

    def _note(self, run: str) -> Note:
        return self.board.curves(run) if self.board else unnoted

    def _show(self, run: str, platforms: list[int]) -> None:
        if self.board:
            items = shown_items(self.catalogue, self.log, platforms)
            vectors = all_item_vectors(self.trainer.network, len(self.catalogue.item_ids))
            self.board.show_items(run, self.catalogue, items, vectors[items])

    def scorer(self, log: Log, asked: np.ndarray | None = None, has_network: bool = True) -> Scorer:
        """The network as it is now at work, as of the end of `log`; without the network it is the prior alone."""
        count, cut = self.inputs.users_count, self.inputs.cut
        network, neighbours = None, None
        if has_network:
            network, neighbours = self.trainer.network, learn_neighbours(self.catalogue, log, count, cut)
        return make_scorer(network, self.catalogue, log, self.popularity, self.configuration, count, asked, neighbours)
