"""Self-supervision: how sequences are augmented, what is learned of them before the first epoch, and of what alone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.augmentation import augmented, hidden_events, similar_items
from models.choosing import choose, refit
from models.configuration import read_configuration
from models.contrast import TEMPERATURE, Contrast, info_nce
from models.inputs import Inputs, Log, read_inputs
from models.masked_items import MaskedItems
from models.network import Network
from models.popularity import Popularity
from models.sequences import newest_sequences
from models.training import Trainer, new_network
from models.window import open_window
from tests.models.few_events import catalogue_of, log_of
from tests.models.tiny_run import CUT, DAY, RECOMMENDER

BOTH = np.ones(2)


@pytest.fixture(scope="module")
def inputs(tiny_inputs: Path) -> Inputs:
    return read_inputs(tiny_inputs)


@pytest.fixture(scope="module", params=["masked", "contrastive"])
def trainer(request: pytest.FixtureRequest, inputs: Inputs) -> Trainer:
    asked = {**RECOMMENDER, "pretraining": request.param, "pretraining_epochs": 3, "max_epochs": 1}
    configuration = read_configuration(asked)
    return Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)


def weights_of(trainer: Trainer) -> np.ndarray:
    """Everything that is learned, in one row of numbers."""
    return np.concatenate([np.ravel(variable.numpy()) for variable in trainer.trained])


def test_a_hidden_share_of_each_sequence() -> None:
    """One event of each in any case, a share of the others, and none that no sequence has."""
    log = log_of([(user, item, item) for user in range(300) for item in range(12)])
    sequences, chance = newest_sequences(log, 10), np.random.default_rng(1)
    is_hidden = hidden_events(sequences, 0.1, chance).reshape(300, 12)
    assert not is_hidden[:, :2].any() and (is_hidden.sum(axis=1) >= 1).all()
    assert 0.16 < is_hidden[:, 2:].mean() < 0.22  # all but .9 of .9


def test_views_are_cropped_masked_or_substituted() -> None:
    """Each is one of the three: a stretch in its order; the sequence with some items hidden; or with similar ones."""
    log, similar = log_of([(user, item, item) for user in range(200) for item in range(10)]), np.arange(40) + 10
    sequences = newest_sequences(log, 10)
    view = augmented(sequences, np.arange(200), 12, similar, np.random.default_rng(1))
    lengths, whole, counts = view.batch.mask.sum(axis=1), np.arange(10), [0, 0, 0]
    assert not view.is_hidden[~view.batch.mask].any()
    for row, length in enumerate(lengths):
        items, is_hidden = view.batch.items[row, :length], view.is_hidden[row, :length]
        if length == 6:
            np.testing.assert_array_equal(items, items[0] + np.arange(6))
            assert not is_hidden.any()
            counts[0] += 1
        elif is_hidden.any():
            np.testing.assert_array_equal(items, whole)
            counts[1] += 1
        else:
            assert length == 10 and np.isin(items - whole, [0, 10]).all()
            counts[2] += 1
    assert min(counts) > 45


def test_similar_items_are_those_of_the_same_takers() -> None:
    """By who took both; on the item's own platform; an item without company is like itself."""
    catalogue = catalogue_of({"shop": 4, "news": 2})
    taken = [(user, item, 1) for user in (1, 2) for item in (0, 2, 4, 5)] + [(3, 1, 1)]
    np.testing.assert_array_equal(similar_items(catalogue, log_of(taken)), [2, 1, 0, 3, 5, 4])
    np.testing.assert_array_equal(similar_items(catalogue, log_of([])), np.arange(6))


def test_views_are_told_from_all_others_of_the_batch() -> None:
    """The loss is that of SimCLR's equation 1, written out."""
    chance = np.random.default_rng(4)
    one, other = chance.normal(size=(2, 3, 5)).astype(np.float32)
    views = np.concatenate([one, other])
    views /= np.linalg.norm(views, axis=1, keepdims=True)
    scores = np.exp(views @ views.T / TEMPERATURE)
    expected = [-np.log(scores[i, (i + 3) % 6] / (scores[i].sum() - scores[i, i])) for i in range(6)]
    np.testing.assert_allclose(info_nce(tf.constant(one), tf.constant(other)), expected, atol=1e-4)
    assert info_nce(tf.zeros([0, 5]), tf.zeros([0, 5])).shape == [0]


def pretrained(trainer: Trainer, log: Log, seed: int) -> tuple[list[float], list[str], np.ndarray]:
    """The loss of each epoch, the lines that are told, and what was learned before the first epoch."""
    losses, lines = list[float](), list[str]()
    trainer.start(log, Popularity.fit(trainer.catalogue, log, CUT, 9), BOTH, seed)
    trainer.pretrain(lines.append, lambda _epoch, figures: losses.append(figures["pretraining_loss"]))
    return losses, lines, weights_of(trainer)


def test_it_learns_and_begins_anew(trainer: Trainer, inputs: Inputs) -> None:
    """Its loss falls and is told; after other training the same seed learns the same, bit for bit, another does not."""
    losses, lines, learned = pretrained(trainer, inputs.log, 5)
    assert len(losses) == 3 and losses[-1] < losses[0] - 0.1
    assert lines[0] == f"pretraining, epoch 1 of 3: loss {losses[0]:.3f}"
    moments = [variable.numpy() for variable in trainer.optimizer.variables]
    assert not any(moment.any() for moment in moments)
    trainer.epoch()
    assert (pretrained(trainer, inputs.log, 6)[2] != learned).any()
    again, _, learned_again = pretrained(trainer, inputs.log, 5)
    assert again == losses
    np.testing.assert_array_equal(learned_again, learned)


def test_what_is_hidden_is_not_seen(inputs: Inputs) -> None:
    """A hidden item's token has the vector of hidden ones, others have their own; attention looks both ways."""
    configuration = read_configuration({**RECOMMENDER, "pretraining": "masked", "item_dropout": 0.0})
    trainer = Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)
    network, kind, read = trainer.network, MaskedItems(trainer), list[dict[str, Any]]()
    kind.begin(inputs.log, BOTH)
    trainer.hidden.assign(np.arange(network.size))
    sequences = newest_sequences(inputs.log, configuration.sequence_length)
    plan = sequences.plan(configuration.tokens_per_batch, configuration.sequence_length)
    rows, *shared = next(iter(kind.batches(sequences, plan, np.random.default_rng(1))))
    items, targets, mask = (rows[place].numpy() for place in (0, 4, 3))

    def seen(tokens: tf.Tensor, *others: Any, **told: Any) -> tf.Tensor:
        read.append({"tokens": tokens.numpy(), **told})
        return Network.read(network, tokens, *others, **told)

    network.read = seen
    trainer.part(*rows, *shared, hides=True)
    (told,) = read
    is_hidden = targets >= 0
    assert not told["is_causal"] and 0 < is_hidden.sum() < mask.sum()
    np.testing.assert_array_equal(targets[is_hidden], items[is_hidden])
    np.testing.assert_array_equal(told["tokens"][is_hidden], np.tile(np.arange(network.size), (is_hidden.sum(), 1)))
    shown = mask & ~is_hidden
    own = network.item_vectors(items[shown]).numpy()
    np.testing.assert_allclose(told["tokens"][shown], own, atol=1e-5)


def test_parts_of_a_batch_learn_what_is_hidden_alike(inputs: Inputs) -> None:
    """Accumulated over two parts of a batch the loss of each epoch is that of whole batches."""
    steady = {**RECOMMENDER, "pretraining": "masked", "pretraining_epochs": 2, "dropout": 0.0, "item_dropout": 0.0}
    found = []
    for parts in (1, 2):
        configuration = read_configuration({**steady, "accumulation": parts})
        keras.utils.set_random_seed(1)
        trainer = Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)
        found.append(pretrained(trainer, inputs.log, 5)[0])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-4)


def test_views_of_a_person_come_from_the_last_token(inputs: Inputs) -> None:
    """The loss of a step is the mean over both views of −log p(the other), by the state after each one's last token."""
    asked = {**RECOMMENDER, "pretraining": "contrastive", "dropout": 0.0, "item_dropout": 0.0}
    configuration = read_configuration(asked)
    trainer = Trainer(new_network(inputs.catalogue, configuration, 1), inputs.catalogue, configuration)
    network, kind = trainer.network, Contrast(trainer)
    kind.begin(inputs.log, BOTH)
    trainer.hidden.assign(np.arange(network.size) / network.size)
    sequences = newest_sequences(inputs.log, configuration.sequence_length)
    plan = sequences.plan(configuration.tokens_per_batch, configuration.sequence_length)
    grids, share = next(iter(kind.batches(sequences, plan, np.random.default_rng(1))))
    views = []
    for items, types, gaps, mask, is_hidden in (grids[:5], grids[5:]):
        tokens = tf.reshape(network.item_vectors(tf.reshape(items, [-1])), [*items.shape, network.size])
        tokens = tf.where(is_hidden[:, :, None], trainer.hidden, tokens)
        states = network.read(tokens, items, types, gaps, mask).numpy()
        views.append(states[np.arange(len(states)), mask.numpy().sum(axis=1) - 1])
    expected = float(tf.reduce_mean(info_nce(*map(tf.constant, views))))
    loss, _, _ = kind._part(*grids, share)
    assert float(loss) == pytest.approx(expected, rel=1e-4)


class Told(Exception):
    """What was asked for has been seen."""


def seen_by(trainer: Trainer, learn: Callable[..., Any]) -> np.ndarray:
    """What was learned when the last epoch of pretraining is told."""

    def say(line: str) -> None:
        if line.startswith("pretraining, epoch 3"):
            raise Told

    with pytest.raises(Told):
        learn(say)
    return weights_of(trainer)


def test_nothing_later_than_the_cut_is_seen(trainer: Trainer, inputs: Inputs) -> None:
    """An event that is planted into the window changes what a refit begins with, and no bit of what choosing does.

    It is no positive, so nothing else learns of it: events of any kind teach.
    """
    window = open_window(inputs.catalogue, inputs.log, CUT, trainer.configuration)
    first = int(np.flatnonzero(inputs.log.users == inputs.log.users[0])[-1])
    row = {"users": inputs.log.users[0], "items": 3, "event_types": 1, "times": CUT - DAY // 2, "is_positive": False}
    planted = replace(
        inputs.log, **{name: np.insert(getattr(inputs.log, name), first + 1, value) for name, value in row.items()}
    )
    assert window.begin < CUT - DAY // 2
    found = []
    for log in (inputs.log, planted):
        opened = open_window(inputs.catalogue, log, CUT, trainer.configuration)
        found.append(seen_by(trainer, lambda say, known=opened: choose(trainer, known, 125, BOTH, 5, say)))
    np.testing.assert_array_equal(*found)
    popularity = Popularity.fit(inputs.catalogue, inputs.log, CUT, 9)
    refitted = [
        seen_by(trainer, lambda say, log=log: refit(trainer, log, popularity, BOTH, 1, 5, say))
        for log in (inputs.log, planted)
    ]
    assert (refitted[0] != refitted[1]).any()
