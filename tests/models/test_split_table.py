"""A table in parts: it gives, learns, keeps and carries over what a whole one does."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.configuration import Configuration
from models.network import Network
from models.optimizers import clipped
from models.split_table import SplitTable
from models.warm_start import carry_over

ROWS, SIZE = 7, 3
VALUES = np.random.default_rng(2).normal(size=(ROWS, SIZE)).astype(np.float32)


def new_table(parts: int) -> SplitTable:
    layer = keras.layers.Layer()
    table = SplitTable(layer.add_weight, (ROWS, SIZE), parts, "table_embedding")
    table.assign(VALUES)
    return table


def new_network(parts: int, items: int = ROWS) -> Network:
    """A network of one platform, whose every number matters."""
    keras.utils.set_random_seed(4)
    small = Configuration(embedding_size=8, text_size=4, sequence_length=6, blocks=1, table_parts=parts)
    network, chance = Network(items, 1, 1, small.as_dict(), seed=4), np.random.default_rng(5)
    texts = chance.normal(size=(items, 4)).astype(np.float32)
    network.set_catalogue(texts, np.ones(items, bool), np.zeros(items, int))
    network.tower.deltas.assign(chance.normal(size=(items, 8)))
    return network


@pytest.mark.parametrize("parts", [2, 3, 20])
def test_rows_and_gradients_are_those_of_a_whole_table(parts: int) -> None:
    """Any rows, some of them twice and some parts without any; only what was taken has a gradient, cut as one."""
    table, rows = new_table(parts), tf.constant([6, 0, 3, 6])
    assert len(table.parts) == min(parts, ROWS)
    np.testing.assert_array_equal(table.numpy(), VALUES)
    with tf.GradientTape() as tape:
        taken = table.take(rows)
        loss = tf.reduce_sum(taken * tf.constant([[1.0], [2.0], [3.0], [4.0]]))
    np.testing.assert_array_equal(taken, VALUES[rows.numpy()])
    gradients = tape.gradient(loss, [part.value for part in table.parts])
    assert all(isinstance(gradient, tf.IndexedSlices) for gradient in gradients)
    expected = np.zeros((ROWS, 1))
    np.add.at(expected, rows.numpy(), [[1], [2], [3], [4]])
    whole = np.concatenate([tf.convert_to_tensor(gradient) for gradient in gradients])
    np.testing.assert_array_equal(whole, np.broadcast_to(expected, (ROWS, SIZE)))
    cut = clipped([tf.convert_to_tensor(gradient) for gradient in gradients], range(len(gradients)))
    np.testing.assert_allclose(np.concatenate(cut), whole / np.linalg.norm(whole), rtol=1e-6)


def test_a_saved_network_of_split_tables_scores_the_same(tmp_path: Path) -> None:
    """Its items' vectors are those of a network of whole tables, also when it was saved and loaded."""
    split, everything = new_network(3), np.arange(ROWS)
    vectors = np.asarray(new_network(1).item_vectors(everything))
    np.testing.assert_array_equal(split.item_vectors(everything), vectors)
    split.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras", compile=False)
    assert len(loaded.tower.deltas.parts) == len(loaded.texts.parts) == 3
    np.testing.assert_array_equal(loaded.item_vectors(everything), vectors)


def test_rows_are_carried_over_between_parts() -> None:
    """With other items than before a row may fall into another part; it is found under its name all the same."""
    before, now = new_network(2), new_network(2, ROWS + 4)
    texts, place = now.texts.numpy(), np.array([-1, 6, 5, 4, -1, 3, 2, -1, 1, 0, -1])
    untouched = now.tower.deltas.numpy()
    carry_over(now, before, {"items": place, "platforms": np.zeros(1, int), "event_types": np.zeros(1, int)})
    expected = np.where((place >= 0)[:, None], before.tower.deltas.numpy()[place], untouched)
    np.testing.assert_array_equal(now.tower.deltas.numpy(), expected)
    np.testing.assert_array_equal(now.texts.numpy(), texts)
