"""Whitening, the layers, the loss and the network: shapes, round trips, causality, and what may never matter."""

from inspect import signature
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.configuration import Configuration
from models.item_tower import ItemTower
from models.loss import platform_loss, sampled_softmax
from models.network import Network
from models.transformer_block import SwiGLU, TransformerBlock
from models.whitening import Whitening

SMALL = Configuration(embedding_size=16, text_size=8, sequence_length=12, blocks=2)
ITEMS, PLATFORMS, BATCH, LENGTH = 30, 2, 3, 7


def chance() -> np.random.Generator:
    """The same numbers for each test."""
    return np.random.default_rng(8)


def new_layer(name: str) -> keras.layers.Layer:
    """A layer with arguments that are none of its defaults."""
    if name == "SwiGLU":
        return SwiGLU(8, expansion=3, name="one")
    if name == "TransformerBlock":
        return TransformerBlock(8, 4, 0.25, seed=9, part="lora", part_size=3, owners=PLATFORMS, name="one")
    return ItemTower(ITEMS, PLATFORMS, 8, dropout=0.4, seed=9, name="one")


def call(layer: keras.layers.Layer) -> np.ndarray:
    """What the layer makes of made-up inputs."""
    tokens = chance().normal(size=(BATCH, LENGTH, 8)).astype(np.float32)
    if isinstance(layer, TransformerBlock):
        owner = np.eye(PLATFORMS, dtype=np.float32)[chance().integers(0, PLATFORMS, (BATCH, LENGTH))]
        return np.asarray(layer(tokens, np.ones((BATCH, LENGTH), bool), owner))
    if isinstance(layer, SwiGLU):
        return np.asarray(layer(tokens))
    return np.asarray(layer(np.arange(5), tokens[0, :5], np.arange(5) > 1, np.arange(5) % PLATFORMS))


@pytest.mark.parametrize("name", ["SwiGLU", "TransformerBlock", "ItemTower"])
def test_a_layer_is_remade_from_its_configuration(name: str) -> None:
    """get_config holds every argument: a layer made from it, given the weights, computes the same."""
    layer = new_layer(name)
    before, arguments = call(layer), set(signature(type(layer).__init__).parameters) - {"self", "kwargs"}
    assert arguments <= set(layer.get_config())
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert type(again) is type(layer) and again.get_config() == layer.get_config()
    call(again)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(call(again), before)
    assert before.shape == ((5, 8) if name == "ItemTower" else (BATCH, LENGTH, 8))


@pytest.mark.parametrize("name", ["SwiGLU", "TransformerBlock", "ItemTower"])
def test_a_saved_layer_is_loaded_equal(name: str, tmp_path: Path) -> None:
    """What one of these has learned, saved and loaded into another one made alike, computes the same."""

    class Holder(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.layer = new_layer(name)
            call(self.layer)
            self.built = True

    one, other = Holder(), Holder()
    for weight in one.layer.trainable_weights:
        weight.assign(weight.numpy() + 0.1 * chance().normal(size=weight.shape))
    assert (call(one.layer) != call(other.layer)).any()
    one.save_weights(tmp_path / "one.weights.h5")
    other.load_weights(tmp_path / "one.weights.h5")
    np.testing.assert_array_equal(call(other.layer), call(one.layer))


def test_the_gated_network_is_its_formula() -> None:
    """W₃(swish(W₁x) ⊙ W₂x), swish(x) = x σ(x) (2002.05202)."""
    layer, token = SwiGLU(8, expansion=3), chance().normal(size=8)
    found = np.asarray(layer(token[None, None].astype(np.float32)))[0, 0]
    first, second, third = (one.kernel.numpy().T for one in (layer.gate, layer.value, layer.out))
    gate = first @ token
    np.testing.assert_allclose(found, third @ (gate / (1 + np.exp(-gate)) * (second @ token)), atol=1e-5)


def test_an_item_is_its_text_and_its_delta() -> None:
    """Without text the platform's vector stands in; in training some items' deltas are dropped."""
    tower = ItemTower(ITEMS, PLATFORMS, 8, dropout=0.5, seed=1)
    texts = chance().normal(size=(ITEMS, 4)).astype(np.float32)
    has_text, platforms = np.arange(ITEMS) > 3, np.arange(ITEMS) % PLATFORMS
    everything = np.arange(ITEMS)
    plain = np.asarray(tower(everything, texts, has_text, platforms))
    np.testing.assert_array_equal(plain[[0, 1]], plain[[2, 3]])
    assert not np.allclose(plain[0], plain[1]) and not np.allclose(plain[4], plain[5])
    tower.deltas.assign(np.ones((ITEMS, 8)))
    np.testing.assert_allclose(np.asarray(tower(everything, texts, has_text, platforms)), plain + 1, atol=1e-6)
    trained = np.asarray(tower(everything, texts, has_text, platforms, training=True))
    kept = np.isclose(trained, plain + 1, atol=1e-5).all(axis=1)
    dropped = np.isclose(trained, plain, atol=1e-5).all(axis=1)
    assert (kept ^ dropped).all() and 5 < dropped.sum() < 25


def new_network() -> Network:
    """A network with a made-up catalogue, whose every weight matters."""
    network = Network(ITEMS, PLATFORMS, 3, SMALL.as_dict(), seed=4)
    texts = chance().normal(size=(ITEMS, 8)).astype(np.float32)
    network.set_catalogue(texts, np.arange(ITEMS) % 5 != 0, np.arange(ITEMS) // 15)
    network.tower.deltas.assign(0.3 * chance().normal(size=(ITEMS, 16)))
    return network


def made_batch() -> dict[str, np.ndarray]:
    """A batch of sequences, the second one short."""
    lengths = np.array([LENGTH, 4, 6])
    return {
        "items": chance().integers(0, ITEMS, (BATCH, LENGTH)).astype(np.int32),
        "event_types": chance().integers(0, 3, (BATCH, LENGTH)).astype(np.int32),
        "gaps": chance().uniform(0, 5, (BATCH, LENGTH)).astype(np.float32),
        "mask": np.arange(LENGTH) < lengths[:, None],
    }


@pytest.mark.parametrize("changed", ["items", "event_types", "gaps"])
def test_a_later_token_never_changes_an_earlier_state(changed: str) -> None:
    """States before a place are the same bits of work whatever stands at and after it; those from it on differ."""
    network, batch = new_network(), made_batch()
    place, other = 3, {**batch, changed: batch[changed].copy()}
    other[changed][:, place:] = (other[changed][:, place:] + 1) % 3
    before, after = np.asarray(network(*batch.values())), np.asarray(network(*other.values()))
    assert before.shape == (BATCH, LENGTH, SMALL.embedding_size)
    np.testing.assert_allclose(after[:, :place], before[:, :place], atol=1e-6)
    assert (np.abs(after - before)[:, place].max(axis=-1) > 1e-3).all()


def test_padding_never_matters() -> None:
    """What stands in padding, how much there is of it, and which rows are beside one, change no state of a token."""
    network, batch = new_network(), made_batch()
    states, mask = np.asarray(network(*batch.values())), batch["mask"]
    noisy = {**batch, "items": np.where(mask, batch["items"], 17), "gaps": np.where(mask, batch["gaps"], 9.0)}
    np.testing.assert_allclose(np.asarray(network(*noisy.values()))[mask], states[mask], atol=1e-6)
    longer = {name: np.pad(array, ((0, 1), (0, 5))) for name, array in batch.items()}
    padded = np.asarray(network(*longer.values()))
    np.testing.assert_allclose(padded[:BATCH, :LENGTH][mask], states[mask], atol=1e-5)
    assert np.isfinite(padded).all()


def test_padding_in_front_is_not_looked_at() -> None:
    """The block heeds its mask itself, and not only the order: a masked first token changes no later one."""
    block = TransformerBlock(8, heads=2, dropout=0.0)
    tokens = chance().normal(size=(1, LENGTH, 8)).astype(np.float32)
    mask = np.arange(LENGTH)[None] > 0
    other = tokens.copy()
    other[:, 0] = other[:, 0, ::-1]
    np.testing.assert_allclose(np.asarray(block(other, mask))[:, 1:], np.asarray(block(tokens, mask))[:, 1:], atol=1e-6)


def test_attention_looks_both_ways_where_it_is_told_to() -> None:
    """The first token heeds the last one, unless that is padding."""
    block = TransformerBlock(8, heads=2, dropout=0.0)
    tokens = chance().normal(size=(2, LENGTH, 8)).astype(np.float32)
    mask = np.arange(LENGTH) < np.array([[LENGTH], [LENGTH - 1]])
    other = tokens.copy()
    other[:, -1] = other[:, -1, ::-1]
    before, after = (np.asarray(block(each, mask, is_causal=False))[:, 0] for each in (tokens, other))
    assert (np.abs(after - before).max(axis=-1) > 1e-4).tolist() == [True, False]


def test_a_saved_network_scores_the_same(tmp_path: Path) -> None:
    """Saved and loaded, the network gives equal item vectors, states and queries, its catalogue included."""
    network, batch = new_network(), made_batch()
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras", compile=False)
    everything, states = np.arange(ITEMS), np.asarray(network(*batch.values()))
    np.testing.assert_array_equal(np.asarray(loaded.item_vectors(everything)), network.item_vectors(everything))
    np.testing.assert_array_equal(np.asarray(loaded(*batch.values())), states)
    for platform in range(PLATFORMS):
        queries = np.asarray(network.queries(states[:, -1], platform))
        np.testing.assert_array_equal(np.asarray(loaded.queries(states[:, -1], platform)), queries)
        np.testing.assert_allclose(np.linalg.norm(queries, axis=-1), 8.0, rtol=1e-5)


def full_softmax(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Cross-entropy over all items, written out."""
    return np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(targets)), targets]


def made_logits(items: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores `[5, items]` and a target each."""
    return chance().normal(size=(5, items)).astype(np.float32), np.array([0, 3, 3, 7, 9], np.int32)


def loss_of(logits: np.ndarray, targets: np.ndarray, drawn: np.ndarray, log_chances: np.ndarray) -> np.ndarray:
    """The sampled softmax of given scores: a query is a row of them, an item the vector that picks its score out."""
    places = np.array([np.flatnonzero(drawn == target)[0] if target in drawn else -1 for target in targets], np.int32)
    own, rows = logits[np.arange(len(targets)), targets], np.zeros(len(targets), np.int32)
    vectors = np.eye(logits.shape[1], dtype=np.float32)[drawn]
    return np.asarray(sampled_softmax(own, places, logits, vectors, -log_chances[None, :], rows))


def test_with_all_items_the_sampled_softmax_is_the_full_one() -> None:
    """With every item as a negative and no correction the loss is the cross-entropy over all items."""
    logits, targets = made_logits(12)
    loss = loss_of(logits, targets, np.arange(12), np.zeros(12, np.float32))
    np.testing.assert_allclose(loss, full_softmax(logits, targets), rtol=1e-5)


def test_a_drawn_target_is_no_negative() -> None:
    """Where the target is among the drawn items it counts once, as the target."""
    logits, targets = made_logits(12)
    loss = loss_of(logits, targets, np.array([3, 5]), np.zeros(2, np.float32))
    np.testing.assert_allclose(loss[1:3], full_softmax(logits[1:3][:, [3, 5]], np.array([0, 0])), rtol=1e-5)


def test_drawn_items_stand_for_those_that_were_not() -> None:
    """Half of the items for certain and others by chance, corrected for it, estimate the partition function of all."""
    logits, targets = made_logits(50)
    full, generator = full_softmax(logits, targets), chance()
    inverses = []
    for _ in range(500):
        drawn = np.concatenate([np.arange(25), 25 + generator.permutation(25)[:5]])
        log_chances = np.log(np.repeat([1.0, 5 / 25], [25, 5])).astype(np.float32)
        inverses.append(np.exp(loss_of(logits, targets, drawn, log_chances)))
    np.testing.assert_allclose(np.mean(inverses, axis=0), np.exp(full), rtol=0.03)


def test_the_loss_of_a_platform_is_its_formula() -> None:
    """Cross-entropies of cosines times the scale plus the log prior of each place's day, added up over the places."""
    generator, items = chance(), 6
    queries, vectors = (generator.normal(size=(count, 4)).astype(np.float32) for count in (5, items))
    prior = np.log(generator.dirichlet(np.ones(items), size=3)).astype(np.float32)
    taken, days, drawn = (
        np.array([0, 3, 3, 5, 1], np.int32),
        np.array([2, 0, 0, 1, 2], np.int32),
        np.arange(items)[::-1],
    )
    certain = np.zeros(items, np.float32)
    loss = platform_loss(queries, taken, vectors[taken], drawn.astype(np.int32), vectors[drawn], certain, prior, days)
    scores = queries @ vectors.T + prior[days]
    assert float(loss) == pytest.approx(full_softmax(scores, taken).sum(), rel=1e-5)


def test_the_gradient_of_the_sampled_softmax_is_that_of_its_formula() -> None:
    """Queries, vectors and targets get what TensorFlow derives from the formula written out, and offsets count."""
    generator, size = chance(), 4
    queries, vectors = (tf.Variable(generator.normal(size=(count, size)), dtype=tf.float32) for count in (5, 4))
    own = tf.Variable(generator.normal(size=5), dtype=tf.float32)
    offsets = tf.constant(generator.normal(size=(2, 4)), tf.float32)
    places, rows, upstream = tf.constant([2, 0, 0, -1, -1]), tf.constant([0, 1, 1, 0, 1]), tf.range(1.0, 6.0)
    with tf.GradientTape(persistent=True) as tape:
        ours = sampled_softmax(own, places, queries, vectors, offsets, rows)
        scores = tf.matmul(queries, vectors, transpose_b=True) + tf.gather(offsets, rows)
        scores = tf.where(places[:, None] == tf.range(4)[None, :], -1e9, scores)
        plain = tf.reduce_logsumexp(tf.concat([own[:, None], scores], 1), axis=1) - own
    np.testing.assert_allclose(ours, plain, rtol=1e-5)
    for learned in (queries, vectors, own):
        found, right = (tape.gradient(loss, learned, output_gradients=upstream) for loss in (ours, plain))
        np.testing.assert_allclose(found, right, rtol=1e-4, atol=1e-6)


def whiten(embeddings: np.ndarray, has_text: np.ndarray, size: int) -> np.ndarray:
    return Whitening.fit(embeddings, has_text, size).apply(embeddings, has_text)


def test_whitened_directions_count_the_same() -> None:
    """Components are centred, of unit variance and uncorrelated over the items with text; others are zeros."""
    stretched = chance().normal(size=(200, 10)) * np.geomspace(1, 50, 10) + 7
    has_text = np.arange(200) % 4 != 0
    stretched[~has_text] = 1e6
    white = whiten(stretched.astype(np.float32), has_text, 6)
    texts = white[has_text].astype(float)
    assert white.shape == (200, 6) and white.dtype == np.float32
    assert not white[~has_text].any()
    np.testing.assert_allclose(texts.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(texts.T @ texts / len(texts), np.eye(6), atol=1e-3)


def test_whitening_keeps_what_the_texts_span() -> None:
    """Texts in a plane give two components and zeros beyond, and no text or a single one gives zeros alone."""
    plane = chance().normal(size=(40, 2)) @ chance().normal(size=(2, 6))
    everyone = np.ones(40, bool)
    white = whiten(plane, everyone, 5)
    assert (np.abs(white[:, :2]).max(axis=0) > 0.5).all() and not white[:, 2:].any()
    for few in (np.zeros(40, bool), np.arange(40) == 3):
        assert not whiten(plane, few, 5).any()
    np.testing.assert_array_equal(white, whiten(plane, everyone, 5))


def test_the_last_state_is_that_of_the_last_token() -> None:
    """The compiled function takes of each sequence the state after its last token, whatever is padded after it."""
    network, batch = new_network(), made_batch()
    states, last = np.asarray(network(*batch.values())), batch["mask"].sum(axis=1) - 1
    assert len(set(last)) > 1
    np.testing.assert_allclose(
        np.asarray(network.last_states(*batch.values())), states[np.arange(BATCH), last], rtol=1e-5, atol=1e-6
    )
