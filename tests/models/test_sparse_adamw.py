"""AdamW on the rows of a table: the formula, the rows that stay, and repeated rows."""

import keras
import numpy as np
import tensorflow as tf

from models.sparse_adamw import SparseAdamW, merged

ROWS, SIZE, STEPS = 7, 3, 4


def gradients() -> list[np.ndarray]:
    """One made-up gradient `[rows, size]` for each step."""
    return list(np.random.default_rng(3).normal(size=(STEPS, ROWS, SIZE)).astype(np.float32))


def trained(optimizer: keras.optimizers.Optimizer, steps: list[tf.Tensor | tf.IndexedSlices]) -> np.ndarray:
    """A table of ones after the given gradients."""
    table = keras.Variable(np.ones((ROWS, SIZE), np.float32))
    optimizer.build([table])
    for gradient in steps:
        optimizer.apply([gradient], [table])
    return np.asarray(table)


def of_rows(gradient: np.ndarray, rows: list[int]) -> tf.IndexedSlices:
    """The gradient of these rows alone."""
    return tf.IndexedSlices(tf.constant(gradient[rows]), tf.constant(rows), tf.constant([ROWS, SIZE]))


def test_rows_that_all_have_gradients_move_as_in_adamw() -> None:
    """Given every row in every step, in any order, it is AdamW as Keras has it, and so it is for whole tables."""
    plain = trained(keras.optimizers.AdamW(0.1, weight_decay=0.01), [tf.constant(each) for each in gradients()])
    mixed = [of_rows(each, list(np.random.default_rng(4).permutation(ROWS))) for each in gradients()]
    np.testing.assert_allclose(trained(SparseAdamW(0.1, weight_decay=0.01), mixed), plain, rtol=1e-5)
    whole = trained(SparseAdamW(0.1, weight_decay=0.01), [tf.constant(each) for each in gradients()])
    np.testing.assert_array_equal(whole, plain)


def test_rows_without_gradients_stay() -> None:
    """A row moves in the steps that name it and in no other: momentum does not carry it on."""
    first, second = gradients()[:2]
    after = trained(SparseAdamW(0.1, weight_decay=0.0), [of_rows(first, [2, 5]), of_rows(second, [5])])
    once = trained(SparseAdamW(0.1, weight_decay=0.0), [of_rows(first, [2, 5])])
    np.testing.assert_array_equal(after[[0, 1, 3, 4, 6]], 1.0)
    np.testing.assert_array_equal(after[2], once[2])
    assert not np.allclose(after[5], once[5])


def test_repeated_rows_are_added_up() -> None:
    """What a step says of one row in several places is one gradient, their sum."""
    values = np.arange(9, dtype=np.float32).reshape(3, SIZE)
    found = merged(tf.IndexedSlices(tf.constant(values), tf.constant([4, 1, 4]), tf.constant([ROWS, SIZE])))
    assert found.indices.numpy().tolist() == [4, 1]
    np.testing.assert_array_equal(found.values.numpy(), [values[0] + values[2], values[1]])
