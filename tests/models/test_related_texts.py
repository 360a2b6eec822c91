"""Texts of related listings: who may lend one, how often it is read, and that only training reads it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from models.configuration import read_configuration
from models.inputs import Catalogue, read_inputs
from models.related_texts import RelatedTexts, readable_relatives
from models.training import Trainer, new_network
from tests.models.tiny_run import EACH, GONE, RECOMMENDER, UNTITLED, item


@pytest.fixture(scope="module")
def catalogue(tiny_inputs: Path) -> Catalogue:
    """Each item of one platform is the listing of one of the other, but the last ones, which stand alone."""
    relatives = (np.arange(2 * EACH) + EACH) % (2 * EACH)
    relatives[[EACH - 1, 2 * EACH - 1]] = -1
    return replace(read_inputs(tiny_inputs).catalogue, relatives=relatives)


def test_a_text_is_lent_by_what_was_there(catalogue: Catalogue) -> None:
    """Not by an item that is gone, not to or by one without a text; without relations each item keeps its own."""
    found = readable_relatives(catalogue)
    assert found[item(0, 1, 2)] == item(1, 1, 2) and found[item(1, 1, 2)] == item(0, 1, 2)
    kept = [item(0, 1, GONE), UNTITLED, UNTITLED + EACH, EACH - 1, 2 * EACH - 1]
    np.testing.assert_array_equal(found[kept], kept)
    np.testing.assert_array_equal(readable_relatives(replace(catalogue, relatives=None)), np.arange(2 * EACH))


def test_a_share_of_texts_is_lent(catalogue: Catalogue) -> None:
    """Drawn anew each time, item by item."""
    lent, items = RelatedTexts(catalogue, 0.25, 1), tf.repeat(tf.constant(item(0, 1, 2)), 4000)
    first, second = (np.asarray(lent.drawn(items)) for _ in range(2))
    assert set(first) == {item(0, 1, 2), item(1, 1, 2)} and (first != second).any()
    assert abs((first == item(1, 1, 2)).mean() - 0.25) < 0.03


def test_training_alone_reads_lent_texts(catalogue: Catalogue) -> None:
    """With a share of 1 a step has the text vector of the other listing; lists are made by an item's own."""
    configuration = read_configuration({**RECOMMENDER, "related_text_share": 1.0})
    trainer = Trainer(new_network(catalogue, configuration, 1), catalogue, configuration)
    one, other = tf.constant([item(0, 1, 2)]), tf.constant([item(1, 1, 2)])
    own = trainer.network.item_vectors(one)
    np.testing.assert_array_equal(trainer.item_vectors(one), trainer.network.item_vectors(other))
    assert (np.asarray(own) != np.asarray(trainer.item_vectors(one))).any()
