"""Training one network on one log: Σ_p α_p ℓ_p over the platforms, by AdamW, epoch after epoch."""

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from models.configuration import Configuration
from models.inputs import SECONDS_PER_DAY, Catalogue, Log
from models.network import Network
from models.popularity_prior import DailyCounts, PopularityPrior, fit_priors
from models.sampled_softmax import sampled_softmax
from models.sequences import Batch, newest_sequences
from models.whitening import whiten


def daily_counts(catalogue: Catalogue, log: Log) -> list[DailyCounts]:
    """For each platform how often its items, counted from 0, were taken on each day."""
    result = []
    for platform in range(len(catalogue.platforms)):
        items = catalogue.items_of(platform)
        own = (log.day_items >= items.start) & (log.day_items < items.stop)
        size = items.stop - items.start
        result.append(DailyCounts(log.day_items[own] - items.start, log.days[own], log.day_counts[own], size))
    return result


@dataclass(frozen=True)
class Popularity:
    """The fitted priors of all platforms, as of one cut."""

    counts: list[DailyCounts]
    priors: list[PopularityPrior]
    last_day: int

    @classmethod
    def fit(cls, catalogue: Catalogue, log: Log, cut: int, window_days: int) -> "Popularity":
        """Fit on what was taken before the cut."""
        counts, last_day = daily_counts(catalogue, log), cut // SECONDS_PER_DAY - 1
        return cls(counts, fit_priors(counts, last_day, window_days), last_day)

    def now(self, platform: int) -> np.ndarray:
        """Log-probabilities `[platform's items]` at the cut."""
        return self.priors[platform].at(self.counts[platform], self.last_day)

    def table(self, platform: int, first_day: int) -> np.ndarray:
        """Log-probabilities `[days, platform's items]` at the end of each day from `first_day` on."""
        return self.priors[platform].by_day(self.counts[platform], first_day, self.last_day)


def new_network(catalogue: Catalogue, configuration: Configuration, seed: int) -> Network:
    """An untrained network that knows the catalogue."""
    network = Network(
        items=len(catalogue.item_ids),
        platforms=len(catalogue.platforms),
        event_types=max(1, len(catalogue.event_types)),
        configuration=configuration.as_dict(),
        seed=seed,
    )
    texts = whiten(catalogue.embeddings, catalogue.has_text, configuration.text_size)
    network.set_catalogue(texts, catalogue.has_text, catalogue.item_platforms)
    return network


class Trainer:
    """Trains a network; each call of `epoch` is one pass over the log.

    Args:
        network: what is trained.
        catalogue: platforms and items.
        log: what was known at the cut.
        popularity: the priors at the cut.
        alphas: `[platforms]` loss weights; 0 leaves a platform out.
        seed: of the order of sequences, the negatives and the lags.
    """

    def __init__(
        self,
        network: Network,
        catalogue: Catalogue,
        log: Log,
        popularity: Popularity,
        alphas: np.ndarray,
        configuration: Configuration,
        seed: int,
    ) -> None:
        self.network, self.catalogue, self.configuration = network, catalogue, configuration
        self.alphas, self.chance = alphas, np.random.default_rng(seed)
        self.last_day = popularity.last_day
        days = popularity.last_day - (int(log.times.min()) // SECONDS_PER_DAY if len(log.times) else 0)
        self.first_day = self.last_day - min(configuration.target_days, max(days, 1))
        self.sequences = newest_sequences(log, configuration.sequence_length + 1)
        self.platforms = [number for number, alpha in enumerate(alphas) if alpha]
        self.tables = [tf.constant(popularity.table(number, self.first_day)) for number in self.platforms]
        self.samplers = [Sampler(table.numpy()[-1], configuration.negatives) for table in self.tables]
        self.offsets = [catalogue.items_of(number).start for number in self.platforms]
        self.batches_count = sum(1 for _ in self._batches(None))
        self.normalisers = self._normalisers()
        steps = max(1, self.batches_count * configuration.max_epochs)
        schedule = keras.optimizers.schedules.CosineDecay(
            0.0, steps, alpha=0.1, warmup_target=configuration.learning_rate, warmup_steps=min(100, steps // 10 + 1)
        )
        self.optimizer = keras.optimizers.AdamW(schedule, weight_decay=configuration.weight_decay, clipnorm=1.0)
        self.optimizer.exclude_from_weight_decay(var_names=["embedding", "gamma", "beta", "bias", "scale"])
        self.optimizer.build(network.trainable_variables)
        self.step = tf.function(self._step, reduce_retracing=True)

    def _batches(self, chance: np.random.Generator | None) -> Iterator[tuple[np.ndarray, Batch]]:
        return self.sequences.batches(
            self.configuration.tokens_per_batch, self.configuration.sequence_length, self.first_day, True, chance
        )

    def _normalisers(self) -> np.ndarray:
        """Mean weight of a platform's targets in a batch `[platforms]`, so that its ℓ_p is a mean over the epoch."""
        totals = np.zeros(len(self.alphas))
        for _, batch in self._batches(None):
            known = batch.targets >= 0
            platforms = self.catalogue.item_platforms[batch.targets[known]]
            totals += np.bincount(platforms, self._weights(batch.target_days[known]), minlength=len(totals))
        return np.maximum(totals / max(self.batches_count, 1), 1e-6)

    def _weights(self, days: np.ndarray) -> np.ndarray:
        """What a target of a day weighs: half for each half-life before the cut."""
        return np.asarray(0.5 ** ((self.last_day - days) / self.configuration.target_half_life))

    def epoch(self) -> np.ndarray:
        """One pass over the log; the mean loss ℓ_p of each platform `[platforms]`."""
        totals = np.zeros(len(self.alphas))
        for _, batch in self._batches(self.chance):
            samples = [sampler.draw(self.chance) for sampler in self.samplers]
            # a night's list has to last for the window: targets see a popularity of some days before
            lags = self.chance.integers(1, 1 + self.configuration.window_days, batch.targets.shape)
            rows = np.maximum(batch.target_days - self.first_day - lags, 0).astype(np.int32)
            weights = self._weights(batch.target_days).astype(np.float32)
            losses = self.step(
                *(tf.constant(array) for array in (batch.items, batch.event_types, batch.gaps, batch.mask)),
                *(tf.constant(array) for array in (batch.targets, rows, weights)),
                [tf.constant(items) for items, _ in samples],
                [tf.constant(counts) for _, counts in samples],
            )
            totals[self.platforms] += losses.numpy()
        return totals / max(self.batches_count, 1)

    def _step(
        self,
        items: tf.Tensor,
        event_types: tf.Tensor,
        gaps: tf.Tensor,
        mask: tf.Tensor,
        targets: tf.Tensor,
        prior_rows: tf.Tensor,
        weights: tf.Tensor,
        negatives: list[tf.Tensor],
        log_counts: list[tf.Tensor],
    ) -> tf.Tensor:
        """One step of AdamW on one batch; the losses ℓ_p of the platforms that are trained."""
        network = self.network
        with tf.GradientTape() as tape:
            states = network(items, event_types, gaps, mask, training=True)
            platforms = tf.where(targets >= 0, tf.gather(network.item_platforms, tf.maximum(targets, 0)), -1)
            losses = []
            for place, number in enumerate(self.platforms):
                table, offset, own = self.tables[place], self.offsets[place], negatives[place]
                places = tf.where(platforms == number)
                mine = tf.gather_nd(targets, places) - offset
                vectors = network.item_vectors(tf.concat([mine, own], 0) + offset, training=True)
                vectors = tf.math.l2_normalize(vectors, axis=-1)
                queries = network.queries(tf.gather_nd(states, places), number)
                days = tf.gather_nd(prior_rows, places)
                taken = tf.shape(mine)[0]
                loss = sampled_softmax(
                    tf.reduce_sum(queries * vectors[:taken], -1) + tf.gather_nd(table, tf.stack([days, mine], -1)),
                    mine,
                    tf.matmul(queries, vectors[taken:], transpose_b=True)
                    + tf.gather(tf.gather(table, own, axis=1), days),
                    own,
                    log_counts[place],
                )
                weighed = tf.reduce_sum(loss * tf.gather_nd(weights, places))
                losses.append(weighed / tf.cast(self.normalisers[number], tf.float32))
            stacked = tf.stack(losses)
            total = tf.reduce_sum(stacked * tf.constant(self.alphas[self.platforms], tf.float32))
        variables = network.trainable_variables
        self.optimizer.apply(tape.gradient(total, variables, unconnected_gradients="zero"), variables)
        return stacked


class Sampler:
    """Draws a platform's negatives: half evenly, half by popularity to the power 0.75 (Mikolov et al. 1310.4546).

    Args:
        log_probabilities: `[size]` of the platform's items.
        count: how many are drawn; a platform of at most twice as many gives all its items instead.
    """

    def __init__(self, log_probabilities: np.ndarray, count: int) -> None:
        size = len(log_probabilities)
        self.all = np.arange(size, dtype=np.int32) if size <= 2 * count else None
        smooth = np.exp(0.75 * log_probabilities.astype(np.float64))
        self.shares = 0.5 * smooth / smooth.sum() + 0.5 / size if size else smooth
        self.cumulated, self.count = np.cumsum(self.shares), count

    def draw(self, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Items `[negatives]` counted from 0, and log(N·Q) of each, 0 where all are given."""
        if self.all is not None:
            return self.all, np.zeros(len(self.all), np.float32)
        drawn = np.searchsorted(self.cumulated, chance.random(self.count) * self.cumulated[-1]).astype(np.int32)
        return drawn, np.log(self.count * self.shares[drawn]).astype(np.float32)
