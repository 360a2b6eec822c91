"""Training one network: Σ_p α_p ℓ_p over the platforms, epoch after epoch, on one log after another."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models.augmentation import without_a_platform
from models.board import Note
from models.configuration import Configuration
from models.course import prepare_course
from models.distribution import Spread, strategy_of
from models.gradient_surgery import GradientSurgery
from models.inputs import Catalogue, Log
from models.learning_encoder import FrozenEncoder
from models.loss import platform_loss, weights_of_sums
from models.loss_scale import LossScale
from models.loss_weights import Uncertainty
from models.network import Network
from models.optimizers import clipped, forget, gradients_of, new_optimizer, scheduled_rate
from models.parts.rank_allocator import RankAllocator
from models.popularity import Popularity
from models.pretraining import Pretraining
from models.progress import Say
from models.related_texts import RelatedTexts
from models.sparse_adamw import Gradient, merged
from models.whitening import Whitening


def new_network(
    catalogue: Catalogue, configuration: Configuration, seed: int, whitening: Whitening | None = None
) -> Network:
    """An untrained network that knows the catalogue, its texts whitened as given or as they are themselves."""
    with strategy_of(configuration.strategy).scope():
        network = Network(
            items=len(catalogue.item_ids),
            platforms=len(catalogue.platforms),
            event_types=max(1, len(catalogue.event_types)),
            configuration=configuration.as_dict(),
            seed=seed,
        )
    whitening = whitening or Whitening.fit(catalogue.embeddings, catalogue.has_text, configuration.text_size)
    texts = whitening.apply(catalogue.embeddings, catalogue.has_text)
    network.set_catalogue(texts, catalogue.has_text, catalogue.item_platforms)
    return network


class Trainer:
    """Trains a network, on one log after another; the compiled step is shared by all of them.

    `start` forgets everything learned and begins with a log; each `epoch` is one pass over it.
    """

    def __init__(
        self,
        network: Network,
        catalogue: Catalogue,
        configuration: Configuration,
        encoder: FrozenEncoder | None = None,
    ) -> None:
        self.network, self.catalogue, self.configuration = network, catalogue, configuration
        self.encoder = encoder or FrozenEncoder()
        self.offsets = [catalogue.items_of(number).start for number in range(len(catalogue.platforms))]
        self.spread = Spread(configuration)
        with self.spread.strategy.scope():
            self.uncertainty = Uncertainty(len(self.offsets)) if configuration.alpha == "uncertainty" else None
            learned, shared = [self.uncertainty.log_variances] if self.uncertainty else [], [*self.encoder.trained]
            if configuration.pretraining != "none":
                self.hidden = keras.Variable(np.zeros(network.size, np.float32), name="hidden_embedding")
                learned.append(self.hidden)
                shared.append(self.hidden)
            self.own = [*network.trainable_variables, *learned]
            self.optimizer = new_optimizer(configuration)
            self.optimizer.build(self.own)
        self.trained = [*self.own, *self.encoder.trained]
        self.scale = LossScale() if configuration.precision == "float16" else None
        has_surgery = configuration.gradient_surgery == "pcgrad"
        self.surgery = GradientSurgery(network, shared, self.trained) if has_surgery else None
        parts = {id(part) for part in network.tower.deltas.parts}
        self.of_deltas = [place for place, variable in enumerate(self.trained) if id(variable) in parts]
        self.ranks = RankAllocator(network.adalora_layers, configuration.part_size)
        has_share = configuration.related_text_share > 0
        self.related = RelatedTexts(catalogue, configuration.related_text_share, network.seed) if has_share else None
        drawing = [self.related.seeds.state] if self.related else []
        self.untrained = [(variable, variable.numpy()) for variable in (*network.variables, *learned, *drawing)]
        self.step = tf.function(self._step, input_signature=self.signature())
        self.pretraining = Pretraining(self) if configuration.pretraining != "none" else None

    def start(
        self,
        log: Log,
        popularity: Popularity,
        alphas: np.ndarray,
        seed: int,
        targets: np.ndarray | bool = True,
        rate: float | None = None,
        epochs: int | None = None,
    ) -> None:
        """Begin anew.

        Args:
            log: what was known at the cut.
            popularity: the priors at the cut.
            alphas: `[platforms]` loss weights; 0 leaves a platform out. Others may replace them between epochs.
            seed: of the order of sequences, the negatives and the lags.
            targets: `[events]` bool, which positives may be learned from.
            rate: the learning rate of all steps; as scheduled if None.
            epochs: how many are to come, if that is known; ranks are taken away in good time before the last.
        """
        self.alphas, self.epochs = alphas, epochs or self.configuration.max_epochs
        for variable, value in self.untrained:
            variable.assign(value)
        self.encoder.start()
        self.chance, self.steps_done, self.rate = np.random.default_rng(seed), 0, rate
        was_taken = np.isin(np.arange(len(self.catalogue.item_ids)), log.items[log.is_positive])
        self.network.tower.was_taken.assign(was_taken)
        self.course = prepare_course(self.catalogue, self.configuration, log, popularity, alphas, targets)
        self._forget_steps()

    def _forget_steps(self) -> None:
        """Begin anew, but for the weights of the network."""
        if self.uncertainty:
            self.uncertainty.begin(np.isnan(self.catalogue.alphas) & (self.alphas > 0))
        forget(self.optimizer)
        self.ranks.start(self.alphas > 0)
        if self.scale:
            self.scale.start()

    def pretrain(self, say: Say, note: Note) -> None:
        """Between `start` and the first epoch: learn from the log without targets, if it is configured."""
        if self.pretraining:
            seed = int(self.chance.integers(2**32))
            self.pretraining.learn(self.course.sequences.log, self.alphas, seed, say, note)
            self._forget_steps()

    @property
    def weights(self) -> np.ndarray:
        """α_p as it counts now `[platforms]`: as put, times what is learned of it."""
        return self.alphas * self.uncertainty.factors() if self.uncertainty else self.alphas

    def epoch(self) -> np.ndarray:
        """One pass over the log; the mean loss ℓ_p of each platform `[platforms]`, 0 where it is left out.

        Raises:
            FloatingPointError: if the loss is no number any more.
        """
        course, chance, configuration = self.course, self.chance, self.configuration
        sequences, totals = course.drawn(chance), np.zeros(len(self.offsets))
        plan = sequences.plan(configuration.tokens_per_batch, configuration.sequence_length, chance)
        targets = self.catalogue.item_platforms[sequences.log.items[sequences.targets()]]
        weights = weights_of_sums(self.alphas, np.bincount(targets, minlength=len(totals)), len(plan))
        steps, to_come = (max(len(plan) * count, 1) for count in (configuration.max_epochs, self.epochs))
        for length, rows in plan:
            batch = sequences.padded(rows, length)
            if configuration.platform_dropout:
                batch = without_a_platform(batch, self.catalogue.item_platforms, configuration.platform_dropout, chance)
            rate = scheduled_rate(configuration, self.steps_done, steps)
            self.optimizer.learning_rate = rate if self.rate is None else self.rate
            self.encoder.keep_pace(rate)
            samples = [sampler.draw(chance) for sampler in course.samplers]
            # a night's list has to last for the window: targets see a popularity of some days before
            lags = chance.integers(1, 1 + configuration.prior_lag_days, batch.targets.shape)
            days = course.prior_days(batch.target_days, lags)
            grids = (batch.items, batch.event_types, batch.gaps, batch.mask, batch.targets, days)
            totals += self.step(
                [tf.constant(array) for array in grids],
                [tf.constant(items) for items, _ in samples],
                [tf.constant(log_chances) for _, log_chances in samples],
                course.priors,
                tf.constant(weights, tf.float32),
                [tf.constant(array) for array in self.encoder.draw(batch.targets, chance)],
            ).numpy()
            self.ranks.allot(self.steps_done, to_come)
            self.encoder.ranks.allot(self.steps_done, to_come)
            self.steps_done += 1
        if not np.isfinite(totals).all() and (self.scale is None or self.scale.is_least):
            raise FloatingPointError(
                f"The loss has to be a number; found {totals} after {self.steps_done} steps. Lower learning_rate"
                f"{', or set precision to bfloat16' if self.scale else ''} in CROSSREC_RECOMMENDER."
            )
        self.encoder.refresh(self.network, self.alphas > 0)
        return totals / max(len(plan), 1) / np.where(self.alphas > 0, self.alphas, 1.0)

    def signature(self) -> list:
        """Any batch size and length, so that the step is compiled once."""
        whole, real, platforms = tf.int32, tf.float32, len(self.offsets)
        grid = [tf.TensorSpec([None, None], kind) for kind in (whole, whole, real, tf.bool, whole, whole)]
        samples = [[tf.TensorSpec([None], kind)] * platforms for kind in (whole, real)]
        priors = [tf.TensorSpec([None, None], real)] * platforms
        return [grid, *samples, priors, tf.TensorSpec([platforms], real), self.encoder.signature()]

    def _step(self, rows: list[tf.Tensor], *shared: Any) -> tf.Tensor:
        """One step of the optimizer on one batch; its summands α_p ℓ_p of the loss `[platforms]`."""
        return self.take(self.part, rows, shared)

    def take(self, part: Callable[..., Any], rows: list[tf.Tensor], shared: Sequence[Any]) -> tf.Tensor:
        """One step of the optimizer on what `part` gives of some rows of a batch, see `part`; its loss."""
        loss, gradients, by_platform = self.spread.total(part, rows, shared)
        gradients = [merged(each) for each in gradients]
        if self.surgery and by_platform:
            gradients = self.surgery.operated(gradients, by_platform[0], self.optimizer.iterations)
        if self.scale:
            self.scale.apply(gradients, self._move)
        else:
            self._move(gradients)
        return loss

    def _move(self, gradients: list[Gradient]) -> None:
        self.ranks.observe(self.trained, gradients)
        own = len(self.own)
        self.optimizer.apply(clipped(gradients[:own], self.of_deltas), self.own)
        if self.encoder.trained:
            self.encoder.move(gradients[own:])

    def item_vectors(self, items: tf.Tensor, read: Sequence[tf.Tensor] = ()) -> tf.Tensor:
        """Vectors of the items of a step, each there once; of which rows, and with which tokens, texts are `read`."""
        texts = self.network.texts.take(self.related.drawn(items) if self.related else items)
        texts = self.encoder.among(texts, *read) if read else texts
        return self.network.item_vectors(items, training=True, texts=texts)

    def part(
        self,
        items: tf.Tensor,
        event_types: tf.Tensor,
        gaps: tf.Tensor,
        mask: tf.Tensor,
        targets: tf.Tensor,
        prior_days: tf.Tensor,
        negatives: list[tf.Tensor],
        log_chances: list[tf.Tensor],
        priors: list[tf.Tensor],
        weights: tf.Tensor,
        read: list[tf.Tensor],
        hides: bool = False,
    ) -> tuple[tf.Tensor, list[Gradient], Any]:
        """Of some rows of a batch the summands α_p ℓ_p `[platforms]` of the loss, and the gradients of `trained`.

        With surgery also those that each platform's loss has, of the trunk. With `hides` a target stands in its own
        place, where it is hidden, and attention looks both ways.
        """
        network, shape, taken = self.network, tf.shape(items), tf.maximum(targets, 0)
        # every item of the step goes through the tower once; negatives, each there once, keep their order
        parts = [offset + drawn for offset, drawn in zip(self.offsets, negatives, strict=True)]
        sizes = [tf.size(part) for part in parts]
        once, places = tf.unique(tf.concat([*parts, tf.reshape(items, [-1]), tf.reshape(taken, [-1]), *read[:1]], 0))
        _, of_tokens, of_targets, of_read = tf.split(places, [sum(sizes), tf.size(items), tf.size(items), -1], num=4)
        of_targets = tf.reshape(of_targets, shape)
        platforms = tf.where(targets >= 0, tf.gather(network.item_platforms, taken), -1)
        with tf.GradientTape(persistent=self.surgery is not None) as tape:
            vectors = self.item_vectors(once, [of_read, *read[1:]] if read else [])
            tokens = tf.reshape(tf.gather(vectors, of_tokens), [shape[0], shape[1], network.size])
            if hides:
                tokens = tf.where(targets[:, :, None] >= 0, self.hidden, tokens)
            states = network.read(tokens, items, event_types, gaps, mask, training=True, is_causal=not hides)
            unit, sums = tf.math.l2_normalize(vectors, axis=-1), []
            *of_negatives, _ = tf.split(unit, [*sizes, tf.size(once) - sum(sizes)], num=len(sizes) + 1)
            for number, (prior, drawn, its) in enumerate(zip(priors, negatives, of_negatives, strict=True)):
                chosen = tf.where((platforms == number) & (tf.shape(prior)[1] > 0))
                queries = network.queries(tf.gather_nd(states, chosen), number)
                own = tf.gather_nd(targets, chosen) - self.offsets[number]
                of_own, days = tf.gather(unit, tf.gather_nd(of_targets, chosen)), tf.gather_nd(prior_days, chosen)
                sums.append(platform_loss(queries, own, of_own, drawn, its, log_chances[number], prior, days))
            weighted = tf.stack(sums) * weights
            parts, factor = self.spread.parts, self.scale.factor if self.scale else 1.0
            summands = self.uncertainty.losses(weighted, parts) if self.uncertainty else weighted
            total = tf.reduce_sum(summands) + sum([*network.losses, *self.encoder.losses]) / parts
            if self.scale:
                total *= factor
        by_platform = [self.surgery.by_platform(tape, summands, factor)] if self.surgery else []
        return weighted, gradients_of(total, self.trained, tape), by_platform
