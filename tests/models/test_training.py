"""Training: the schedule, the negatives, and what a trainer forgets when it starts anew."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from models.augmentation import without_a_platform
from models.configuration import Configuration, read_configuration
from models.course import prepare_course
from models.coverage import coverage
from models.inputs import SECONDS_PER_DAY, Inputs, read_inputs
from models.negatives import Sampler
from models.optimizers import scheduled_rate
from models.popularity import Popularity
from models.sequences import newest_sequences
from models.training import Trainer, new_network
from tests.models.few_events import catalogue_of, log_of
from tests.models.tiny_run import CUT, EACH, RECOMMENDER

BOTH, FIRST_ALONE = np.ones(2), np.array([1.0, 0.0])
OTHERWISE = {**RECOMMENDER, "optimizer": "sgd", "schedule": "constant", "learning_rate": 0.3, "alpha": "uncertainty"}


@pytest.fixture(scope="module")
def inputs(tiny_inputs: Path) -> Inputs:
    return read_inputs(tiny_inputs)


@pytest.fixture(scope="module")
def popularity(inputs: Inputs) -> Popularity:
    return Popularity.fit(inputs.catalogue, inputs.log, CUT, 9)


@pytest.fixture(scope="module")
def trainer(inputs: Inputs) -> Trainer:
    configuration = read_configuration(RECOMMENDER)
    return Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)


@pytest.fixture(scope="module")
def otherwise(inputs: Inputs) -> Trainer:
    """By SGD, at a constant rate, with weights that are learned."""
    configuration = read_configuration(OTHERWISE)
    return Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)


def test_the_rate_rises_then_falls_to_a_tenth() -> None:
    """The first step is small, the highest rate is reached after a tenth of the steps, the last is a tenth of it."""
    rates = [scheduled_rate(Configuration(learning_rate=0.01), step, 200) for step in range(200)]
    assert rates[0] == pytest.approx(0.01 / 21) and max(rates) == pytest.approx(0.01)
    assert np.argmax(rates) == 20 and (np.diff(rates[21:]) < 0).all()
    assert rates[-1] == pytest.approx(0.001, rel=0.01)
    constant = Configuration(learning_rate=0.01, schedule="constant")
    assert [scheduled_rate(constant, step, 200) for step in (0, 20, 199)] == [rates[0], 0.01, 0.01]


def test_starting_anew_forgets_everything(trainer: Trainer, inputs: Inputs, popularity: Popularity) -> None:
    """After other training in between, the same start gives the same losses and weights, bit for bit; they do fall."""

    def two_epochs(alphas: np.ndarray, seed: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
        trainer.start(inputs.log, popularity, alphas, seed)
        return [trainer.epoch(), trainer.epoch()], trainer.network.get_weights()

    losses, weights = two_epochs(BOTH, 5)
    two_epochs(FIRST_ALONE, 6)
    again, weights_again = two_epochs(BOTH, 5)
    np.testing.assert_array_equal(losses, again)
    for one, other in zip(weights, weights_again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (losses[1] < losses[0]).all()


def test_sgd_learns_and_so_do_the_weights(otherwise: Trainer, inputs: Inputs, popularity: Popularity) -> None:
    """Losses fall by SGD alone; α is 1 at first, then falls, as losses are above 1 / 2; starting anew forgets it."""
    otherwise.start(inputs.log, popularity, BOTH, 5)
    losses = [otherwise.epoch() for _ in range(3)]
    assert (losses[2] < losses[0] - 0.3).all()
    assert ((otherwise.weights > 0) & (otherwise.weights < 0.9)).all()
    otherwise.start(inputs.log, popularity, BOTH, 5)
    np.testing.assert_array_equal(otherwise.weights, 1)


def test_a_loss_is_told_as_it_is_and_not_as_it_is_drawn(
    otherwise: Trainer, inputs: Inputs, popularity: Popularity
) -> None:
    """Neither α nor how many of a platform's targets are drawn changes the mean loss of an epoch that moves nothing."""
    is_drawn = np.random.default_rng(3).random(len(inputs.log.items)) < 0.25
    few = replace(inputs.log, is_positive=inputs.log.is_positive & ((inputs.log.items >= EACH) | is_drawn))
    still = replace(otherwise.configuration, learning_rate=0.0)
    found = []
    for alphas, temperature in ((BOTH, 1.0), (np.array([0.5, 3.0]), 1.0), (BOTH, 1000.0)):
        otherwise.configuration = replace(still, sampling_temperature=temperature)
        otherwise.start(few, popularity, alphas, 5)
        found.append(np.mean([otherwise.epoch() for _ in range(4)], axis=0))
    drawn = otherwise.course.drawn(np.random.default_rng(1))
    deli, loft = np.bincount(few.items[drawn.targets()] >= EACH)
    assert 0.6 < deli / loft < 1.6
    otherwise.configuration = read_configuration(OTHERWISE)
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], rtol=0.2)


def test_a_platform_of_weight_zero_teaches_nothing(trainer: Trainer, inputs: Inputs, popularity: Popularity) -> None:
    """Its loss is 0 and its items' own vectors stay untouched, unless they stand in the sequences of the others."""
    trainer.start(inputs.log.of_items(inputs.catalogue.items_of(0)), popularity, FIRST_ALONE, 5)
    losses = trainer.epoch()
    deltas = trainer.network.tower.deltas.numpy()
    assert losses[0] > 0 and losses[1] == 0
    assert deltas[inputs.catalogue.items_of(0)].any() and not deltas[inputs.catalogue.items_of(1)].any()


def test_items_that_nobody_took_learn_no_vector(trainer: Trainer, inputs: Inputs, popularity: Popularity) -> None:
    """Though each of them is told from what was taken in every step, their deltas stay 0; others do not."""
    trainer.start(inputs.log, popularity, BOTH, 5)
    trainer.epoch()
    moved = trainer.network.tower.deltas.numpy().any(axis=1)
    taken = np.unique(inputs.log.items[inputs.log.is_positive])
    assert 0 < len(taken) < len(moved)
    np.testing.assert_array_equal(np.flatnonzero(moved), taken)


def test_drawn_items_estimate_the_loss_of_all(inputs: Inputs, popularity: Popularity) -> None:
    """Whether a step's targets are told from all items of a platform or from drawn ones, the loss is about the same."""
    still = {"learning_rate": 1e-9, "prior_lag_days": 1, "dropout": 0.0, "item_dropout": 0.0}
    losses = []
    for negatives in (1000, 24):
        configuration = read_configuration({**RECOMMENDER, **still, "negatives": negatives})
        keras.utils.set_random_seed(1)
        trainer = Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)
        trainer.start(inputs.log, popularity, BOTH, 5)
        losses.append(trainer.epoch())
    whole, drawn = losses
    np.testing.assert_allclose(drawn, whole, rtol=0.03)
    assert (drawn != whole).all()


def test_half_of_the_negatives_are_the_likeliest_items() -> None:
    """They are always there; each other item is as often as its log chance says, and no item is there twice."""
    shares = np.linspace(1, 9, 50) / np.linspace(1, 9, 50).sum()
    sampler, chance = Sampler(np.log(shares), 10), np.random.default_rng(0)
    drawn = [sampler.draw(chance) for _ in range(5_000)]
    counts = np.bincount(np.concatenate([items for items, _ in drawn]), minlength=50) / len(drawn)
    expected = {int(item): np.exp(log) for items, logs in drawn for item, log in zip(items, logs, strict=True)}
    np.testing.assert_allclose(counts, [expected[item] for item in range(50)], rtol=0.15)
    assert (counts[-5:] == 1).all() and counts[:-5].max() < 0.2
    assert all(len(set(items)) == len(items) == 10 for items, _ in drawn)


def test_a_small_platform_is_told_from_whole() -> None:
    """Of no more items than are asked for each is there, for certain; an empty platform has none."""
    items, log_chances = Sampler(np.log(np.full(7, 1 / 7)), 7).draw(np.random.default_rng(0))
    assert sorted(items) == list(range(7)) and not log_chances.any()
    assert len(Sampler(np.zeros(0), 7).draw(np.random.default_rng(0))[0]) == 0


def test_targets_are_drawn_by_their_age(trainer: Trainer, inputs: Inputs, popularity: Popularity) -> None:
    """One of a half-life ago is learned from in half of the epochs; what nobody may learn from never is."""
    trainer.start(inputs.log, popularity, FIRST_ALONE, 5)
    chance, log = np.random.default_rng(0), inputs.log
    counts = np.zeros(len(log.items))
    for _ in range(400):
        counts[trainer.course.drawn(chance).targets()] += 1
    ages = popularity.last_day - log.times // SECONDS_PER_DAY
    expected = 0.5 ** (ages / trainer.configuration.target_half_life)
    may = log.is_positive & (inputs.catalogue.item_platforms[log.items] == 0)
    seen = counts > 0
    assert seen.sum() > 100 and may[seen].all()
    np.testing.assert_allclose(counts[seen] / 400, expected[seen], atol=0.12)
    assert abs((counts[seen] / 400 - expected[seen]).mean()) < 0.01


def test_no_target_is_offered_the_popularity_of_its_own_day() -> None:
    """Whatever the lag, and also where the log begins: what counts in its place is of a day before it."""
    log = log_of([(0, item, day) for item, day in ((0, 0), (1, 0), (2, 1), (3, 4))])
    catalogue, configuration = catalogue_of({"shop": 5}), read_configuration({"target_half_life": 1e9})
    popularity = Popularity.fit(catalogue, log, 6 * SECONDS_PER_DAY, 1)
    course = prepare_course(catalogue, configuration, log, popularity, np.ones(1), True)
    places = course.drawn(np.random.default_rng(0)).targets()
    days = log.times[places] // SECONDS_PER_DAY
    assert days.tolist() == [1, 4]
    for lag in range(1, 31):
        assert (course.first_day + course.prior_days(days, np.full(2, lag)) < days).all()
    first = course.priors[0].numpy()[course.prior_days(days, np.ones(2, int))[0]]
    assert first[0] == first[1] > first[2] == first[3], "of the first day alone"


def test_some_are_treated_as_new_on_a_platform() -> None:
    """All they did on one of their platforms is hidden, and is a target only after what they did elsewhere."""
    visits = [(user, item % 2 * 10 + item, item) for user in range(400) for item in range(6)]  # deli and loft by turns
    faithful = [(user, item, item) for user in range(400, 500) for item in range(6)]
    log, platforms = log_of(visits + faithful), np.repeat([0, 1], 10)
    sequences = newest_sequences(log, 6).targeted(np.ones(len(log.items), bool))
    batch, chance = sequences.padded(np.arange(500), 8), np.random.default_rng(1)
    found = without_a_platform(batch, platforms, 0.3, chance)
    np.testing.assert_array_equal(found.mask[400:], batch.mask[400:])
    is_new = (found.mask != batch.mask).any(axis=1)
    assert 0.24 < is_new[:400].mean() < 0.36
    own = platforms[batch.items]
    for row in np.flatnonzero(is_new):
        hidden = own[row, batch.mask[row] & ~found.mask[row]]
        assert len(set(hidden)) == 1 and hidden[0] not in own[row, found.mask[row]]
        np.testing.assert_array_equal(found.targets[row] >= 0, found.mask[row])
        assert hidden[0] in platforms[found.targets[row, found.mask[row]]], "to be foretold of somebody new"
    for row in np.flatnonzero(~is_new):
        np.testing.assert_array_equal(found.targets[row], batch.targets[row])
    state = chance.bit_generator.state
    without_a_platform(sequences.padded(np.arange(400, 500), 8), platforms, 1.0, chance)
    assert chance.bit_generator.state == state, "a platform on its own learns as if there were no such thing"


def test_coverage_by_hand() -> None:
    """Items that stand in several lists count once, missing places not at all; of nothing available it is 0."""
    assert coverage(np.array([[3, 1, -1], [1, 2, -1]]), 12) == pytest.approx(3 / 12)
    assert coverage(np.full((2, 3), -1), 0) == 0.0


def test_the_default_configuration_trains(inputs: Inputs, popularity: Popularity) -> None:
    """The sizes that ship fit together: one epoch gives finite losses on each platform."""
    trainer = Trainer(new_network(inputs.catalogue, Configuration(), 1), inputs.catalogue, Configuration())
    trainer.start(inputs.log, popularity, BOTH, 1)
    assert (trainer.epoch() > 0).all()
