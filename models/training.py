"""Training one network: Σ_p α_p ℓ_p over the platforms, by AdamW, epoch after epoch, on one log after another."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from models.configuration import Configuration
from models.inputs import SECONDS_PER_DAY, Catalogue, Log
from models.negatives import Sampler
from models.network import Network
from models.popularity import Popularity
from models.sequences import Batch, Sequences, newest_sequences
from models.softmax import full_softmax, sampled_softmax
from models.sparse_adamw import SparseAdamW, merged
from models.whitening import whiten

WARM_UP = 100  # steps, at most a tenth of all


def scheduled_rate(highest: float, step: int, steps: int) -> float:
    """The learning rate of a step: it warms up, then falls by a cosine to a tenth of the highest (1608.03983)."""
    warm = min(WARM_UP, steps // 10 + 1)
    if step < warm:
        return highest * (step + 1) / warm
    progress = min(1.0, (step - warm) / max(1, steps - warm))
    return highest * float(0.1 + 0.9 * 0.5 * (1 + np.cos(np.pi * progress)))


@dataclass(frozen=True)
class Course:
    """One log made ready to be learned from; platforms of weight 0 are left out and have empty arrays."""

    sequences: Sequences
    platform_weights: np.ndarray  # [platforms] α_p over the mean weight of p's targets in a batch
    tables: list[tf.Tensor]  # for each platform [days, its items] log prior
    samplers: list[Sampler]
    first_day: int
    last_day: int
    batches_count: int


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
    """Trains a network, on one log after another; the compiled step is shared by all of them.

    `start` forgets everything learned and begins with a log; each `epoch` is one pass over it.
    """

    def __init__(self, network: Network, catalogue: Catalogue, configuration: Configuration) -> None:
        self.network, self.catalogue, self.configuration = network, catalogue, configuration
        self.offsets = [catalogue.items_of(number).start for number in range(len(catalogue.platforms))]
        sizes = np.bincount(catalogue.item_platforms, minlength=len(self.offsets))
        self.is_whole = sizes <= configuration.full_softmax_items
        self.optimizer = SparseAdamW(configuration.learning_rate, weight_decay=configuration.weight_decay)
        self.optimizer.exclude_from_weight_decay(var_names=["embedding", "gamma", "beta", "bias", "scale"])
        self.optimizer.build(network.trainable_variables)
        self.untrained = [(variable, variable.numpy()) for variable in network.variables]
        self.step = tf.function(self._step, input_signature=self._signature())

    def start(self, log: Log, popularity: Popularity, alphas: np.ndarray, seed: int) -> None:
        """Begin anew.

        Args:
            log: what was known at the cut.
            popularity: the priors at the cut.
            alphas: `[platforms]` loss weights; 0 leaves a platform out.
            seed: of the order of sequences, the negatives and the lags.
        """
        for variable, value in self.untrained:
            variable.assign(value)
        for variable in self.optimizer.variables:
            variable.assign(tf.zeros_like(variable.value))
        self.chance, self.steps_done = np.random.default_rng(seed), 0
        was_taken = np.isin(np.arange(len(self.catalogue.item_ids)), log.items[log.is_positive])
        self.network.tower.was_taken.assign(was_taken)
        self.course = self._prepare(log, popularity, alphas)

    def _prepare(self, log: Log, popularity: Popularity, alphas: np.ndarray) -> Course:
        last_day = popularity.last_day
        days = last_day - (int(log.times.min()) // SECONDS_PER_DAY if len(log.times) else 0)
        first_day = last_day - min(self.configuration.target_days, max(days, 1))
        sequences = newest_sequences(log, self.configuration.sequence_length + 1).with_targets(first_day)
        tables, samplers = [], []
        for number, (alpha, is_whole) in enumerate(zip(alphas, self.is_whole, strict=True)):
            table = popularity.table(number, first_day) if alpha else np.zeros((1, 0), np.float32)
            tables.append(tf.constant(table))
            samplers.append(Sampler(table[-1], 0 if is_whole else self.configuration.negatives))
        batches_count, totals = 0, np.zeros(len(alphas))
        for batch in self._batches(sequences, first_day, None):
            known = batch.targets >= 0
            platforms = self.catalogue.item_platforms[batch.targets[known]]
            totals += np.bincount(platforms, self._weights(batch.target_days[known], last_day), minlength=len(totals))
            batches_count += 1
        weights = np.where(totals > 0, alphas * batches_count / np.maximum(totals, 1e-6), 0.0)
        return Course(sequences, weights, tables, samplers, first_day, last_day, batches_count)

    def _batches(self, sequences: Sequences, first_day: int, chance: np.random.Generator | None) -> Iterator[Batch]:
        tokens, longest = self.configuration.tokens_per_batch, self.configuration.sequence_length
        for _, batch in sequences.batches(tokens, longest, first_day, True, chance):
            yield batch

    def _weights(self, days: np.ndarray, last_day: int) -> np.ndarray:
        """What a target of a day weighs: half for each half-life before the cut."""
        return np.asarray(0.5 ** ((last_day - days) / self.configuration.target_half_life))

    def epoch(self) -> np.ndarray:
        """One pass over the log; the mean weighted loss α_p ℓ_p of each platform `[platforms]`."""
        course, totals = self.course, np.zeros(len(self.offsets))
        platform_weights = tf.constant(course.platform_weights, tf.float32)
        for batch in self._batches(course.sequences, course.first_day, self.chance):
            steps = course.batches_count * self.configuration.max_epochs
            rate = scheduled_rate(self.configuration.learning_rate, self.steps_done, steps)
            self.optimizer.learning_rate = rate
            samples = [sampler.draw(self.chance) for sampler in course.samplers]
            # a night's list has to last for the window: targets see a popularity of some days before
            lags = self.chance.integers(1, 1 + self.configuration.prior_lag_days, batch.targets.shape)
            rows = np.maximum(batch.target_days - course.first_day - lags, 0).astype(np.int32)
            weights = self._weights(batch.target_days, course.last_day).astype(np.float32)
            totals += self.step(
                *(tf.constant(array) for array in (batch.items, batch.event_types, batch.gaps, batch.mask)),
                *(tf.constant(array) for array in (batch.targets, rows, weights)),
                [tf.constant(items) for items, _ in samples],
                [tf.constant(counts) for _, counts in samples],
                course.tables,
                platform_weights,
            ).numpy()
            self.steps_done += 1
        return totals / max(course.batches_count, 1)

    def _signature(self) -> list:
        """Any batch size and length, so that the step is compiled once."""
        whole, real, platforms = tf.int32, tf.float32, len(self.offsets)
        grid = [tf.TensorSpec([None, None], kind) for kind in (whole, whole, real, tf.bool, whole, whole, real)]
        samples = [[tf.TensorSpec([None], kind)] * platforms for kind in (whole, real)]
        return [*grid, *samples, [tf.TensorSpec([None, None], real)] * platforms, tf.TensorSpec([platforms], real)]

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
        tables: list[tf.Tensor],
        platform_weights: tf.Tensor,
    ) -> tf.Tensor:
        """One step of AdamW on one batch; the weighted losses `[platforms]`."""
        network, shape, taken = self.network, tf.shape(items), tf.maximum(targets, 0)
        # all items of a platform that is learned from whole, none if it is left out; drawn ones of the others
        others = [
            offset + (tf.range(tf.shape(table)[1]) if is_whole else drawn)
            for is_whole, offset, drawn, table in zip(self.is_whole, self.offsets, negatives, tables, strict=True)
        ]
        # every item of the step goes through the tower once; those of whole platforms come first, in their order
        order = np.argsort(~self.is_whole, kind="stable")
        parts = [*(others[number] for number in order), tf.reshape(items, [-1]), tf.reshape(taken, [-1])]
        once, places = tf.unique(tf.concat(parts, 0))
        *of_others, of_tokens, of_targets = tf.split(places, [tf.size(part) for part in parts], num=len(parts))
        of_targets = tf.reshape(of_targets, shape)
        platforms = tf.where(targets >= 0, tf.gather(network.item_platforms, taken), -1)
        with tf.GradientTape() as tape:
            vectors = network.item_vectors(once, training=True)
            tokens = tf.reshape(tf.gather(vectors, of_tokens), [shape[0], shape[1], network.size])
            states = network.read(tokens, items, event_types, gaps, mask, training=True)
            unit, losses = tf.math.l2_normalize(vectors, axis=-1), [tf.constant(0.0)] * len(tables)
            whole = [tf.size(part) for part in parts[: self.is_whole.sum()]]
            *of_whole, _ = tf.split(unit, [*whole, tf.size(once) - sum(whole)], num=len(whole) + 1)
            drawn = [tf.gather(unit, part) for part in of_others[len(whole) :]]
            for number, its in zip(order, [*of_whole, *drawn], strict=True):
                table = tables[number]
                chosen = tf.where((platforms == number) & (tf.shape(table)[1] > 0))
                queries = network.queries(tf.gather_nd(states, chosen), number)
                own = tf.gather_nd(targets, chosen) - self.offsets[number]
                priors = tf.gather(table, tf.gather_nd(prior_rows, chosen))
                of_taken = tf.reduce_sum(queries * tf.gather(unit, tf.gather_nd(of_targets, chosen)), -1)
                of_taken += tf.gather(priors, own, batch_dims=1)
                logits = tf.matmul(queries, its, transpose_b=True)
                if self.is_whole[number]:
                    loss = full_softmax(of_taken, logits + priors)
                else:
                    logits += tf.gather(priors, negatives[number], axis=1)
                    loss = sampled_softmax(of_taken, own, logits, negatives[number], log_counts[number])
                losses[number] = tf.reduce_sum(loss * tf.gather_nd(weights, chosen))
            weighted = tf.stack(losses) * platform_weights
            total = tf.reduce_sum(weighted)
        variables = network.trainable_variables
        gradients = map(merged, tape.gradient(total, variables, unconnected_gradients="zero"))
        self.optimizer.apply([tf.clip_by_norm(gradient, 1.0) for gradient in gradients], variables)
        return weighted
