"""Parts: the contract that each of them keeps, each formula written out in NumPy, and the recommender that has them."""

from inspect import signature
from math import erf
from pathlib import Path
from typing import get_args, get_type_hints

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.configuration import Configuration, read_configuration
from models.network import Network
from models.parts.adalora import PENALTY, AdaLoRA
from models.parts.adapter import Adapter
from models.parts.lora import LoRA
from models.parts.norm import Norm
from models.parts.part import Part
from models.parts.platform_part import PLACES

OWNERS, BATCH, LENGTH, SIZE, OUT = 3, 2, 5, 6, 8
KINDS = ["norm", "adapter", "lora", "adalora", "lora of heads", "adalora of heads"]
# tokens to heads, and heads back to tokens: the equations of an encoder's attention
TO_HEADS, FROM_HEADS = "abc,cde->abde", "abcd,cde->abe"


def chance() -> np.random.Generator:
    """The same numbers for each test."""
    return np.random.default_rng(8)


def new_part(kind: str, owners: int = OWNERS) -> Part:
    """A part with arguments that are none of its defaults."""
    dense = keras.layers.Dense(OUT, name="dense")
    heads = keras.layers.EinsumDense(TO_HEADS, (None, 2, 4), bias_axes="de", name="heads")
    joined = keras.layers.EinsumDense(FROM_HEADS, (None, OUT), bias_axes="e", name="joined")
    parts = {
        "norm": lambda: Norm(keras.layers.LayerNormalization(name="norm"), owners, name="one"),
        "adapter": lambda: Adapter(dense, 4, owners, name="one"),
        "lora": lambda: LoRA(dense, 2, owners, alpha=6.0, name="one"),
        "adalora": lambda: AdaLoRA(dense, 3, owners, name="one"),
        "lora of heads": lambda: LoRA(heads, 2, owners, name="one"),
        "adalora of heads": lambda: AdaLoRA(joined, 3, owners, name="one"),
    }
    return parts[kind]()


def made_inputs(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Tokens, and the owner of each."""
    shape = (BATCH, LENGTH, 2, 3) if kind == "adalora of heads" else (BATCH, LENGTH, SIZE)
    return chance().normal(size=shape).astype(np.float32), chance().integers(0, OWNERS, (BATCH, LENGTH))


def one_hot(owner: np.ndarray) -> np.ndarray:
    """Whose a token is, as a part takes it."""
    return np.eye(OWNERS, dtype=np.float32)[owner]


def own_weights(part: Part) -> list[keras.Variable]:
    """What a part has beside its layer."""
    shared = {id(weight) for weight in part.layer.weights}
    return [weight for weight in part.weights if id(weight) not in shared]


def by_owner(part: Part, weight: keras.Variable) -> tuple[list[np.ndarray], int]:
    """A weight in pieces, one for each owner, and the axis along which they lie."""
    is_row = weight.name in {"gamma", "beta", "up_bias"} or (isinstance(part, Adapter) and weight.name == "up")
    axis = 0 if is_row else len(weight.shape) - 1
    return np.split(weight.numpy(), part.owners, axis), axis


def stir(layer: keras.layers.Layer) -> None:
    """Make every weight matter."""
    numbers = chance()
    for weight in layer.trainable_weights:
        weight.assign(weight.numpy() + 0.5 * numbers.normal(size=weight.shape))


def stirred(kind: str) -> tuple[Part, np.ndarray, np.ndarray]:
    """A part that has learned something, tokens and their owners."""
    part, (tokens, owner) = new_part(kind), made_inputs(kind)
    part(tokens, one_hot(owner))
    stir(part)
    return part, tokens, owner


@pytest.mark.parametrize("kind", KINDS)
def test_an_untrained_part_changes_nothing(kind: str) -> None:
    """As long as nothing is learned a part gives exactly what its layer gives, whoever owns a token."""
    part, (tokens, owner) = new_part(kind), made_inputs(kind)
    found = np.asarray(part(tokens, one_hot(owner)))
    np.testing.assert_array_equal(found, np.asarray(part.layer(tokens)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_is_remade_from_its_configuration(kind: str) -> None:
    """get_config holds every argument and the layer: a part made from it, given the weights, computes the same."""
    part, tokens, owner = stirred(kind)
    assert set(signature(type(part).__init__).parameters) - {"self", "kwargs"} <= set(part.get_config())
    again = keras.layers.deserialize(keras.layers.serialize(part))
    assert type(again) is type(part) and again.get_config() == part.get_config()
    again(tokens, one_hot(owner))
    again.set_weights(part.get_weights())
    np.testing.assert_array_equal(np.asarray(again(tokens, one_hot(owner))), np.asarray(part(tokens, one_hot(owner))))


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_part_is_loaded_equal(kind: str, tmp_path: Path) -> None:
    """A Keras model with the part in it, saved and loaded, computes the same."""
    part, tokens, owner = stirred(kind)
    inputs = keras.Input(tokens.shape[1:]), keras.Input((LENGTH, OWNERS))
    whole = keras.Model(inputs, part(*inputs))
    whole.save(tmp_path / "whole.keras")
    loaded = keras.saving.load_model(tmp_path / "whole.keras")
    given = [tokens, one_hot(owner)]
    np.testing.assert_array_equal(np.asarray(loaded(given)), np.asarray(whole(given)))


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_reach_every_number(kind: str) -> None:
    """Each weight of part and layer has a gradient if every owner has tokens; who has none gets none."""
    part, tokens, owner = stirred(kind)

    def reached(owner: np.ndarray) -> dict[str, np.ndarray]:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(part(tokens, one_hot(owner))))
        gradients = tape.gradient(loss, part.trainable_weights)
        reached = [np.asarray(gradient) != 0 for gradient in gradients]
        return dict(zip([weight.path for weight in part.trainable_weights], reached, strict=True))

    owner.flat[:OWNERS] = np.arange(OWNERS)
    assert all(each.mean() > 0.9 for each in reached(owner).values())
    of_the_first = reached(np.zeros_like(owner))
    for weight in own_weights(part):
        assert of_the_first[weight.path].mean() == pytest.approx(1 / OWNERS, abs=0.05), weight.path


@pytest.mark.parametrize("kind", KINDS)
def test_each_token_gets_its_owners_part(kind: str) -> None:
    """In a batch of mixed owners a token comes out as from a part that knows its owner alone; batches may be uneven."""
    part, tokens, owner = stirred(kind)
    mixed = np.asarray(part(tokens, one_hot(owner)))
    for number in range(OWNERS):
        alone = new_part(kind, owners=1)
        alone(tokens)
        alone.layer.set_weights(part.layer.get_weights())
        for mine, its in zip(own_weights(alone), own_weights(part), strict=True):
            mine.assign(by_owner(part, its)[0][number])
        np.testing.assert_allclose(np.asarray(alone(tokens))[owner == number], mixed[owner == number], atol=1e-5)
    np.testing.assert_allclose(np.asarray(part(tokens[:1, :3], one_hot(owner[:1, :3]))), mixed[:1, :3], atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_computes_in_its_precision(kind: str) -> None:
    """In bfloat16 the output is of that type and near what float32 gives; the weights stay float32."""
    part, tokens, owner = stirred(kind)
    settings = part.get_config()
    settings["dtype"] = settings["layer"]["config"]["dtype"] = "mixed_bfloat16"
    half = type(part).from_config(settings)
    half(tokens, one_hot(owner))
    half.set_weights(part.get_weights())
    found, exact = half(tokens, one_hot(owner)), np.asarray(part(tokens, one_hot(owner)))
    assert found.dtype == tf.bfloat16 and {weight.dtype for weight in half.weights} == {"float32"}
    np.testing.assert_allclose(np.asarray(tf.cast(found, tf.float32)), exact, atol=0.05 * np.abs(exact).max())


def weights_of(part: Part, number: int) -> dict[str, np.ndarray]:
    """What belongs to an owner, by name."""
    return {weight.name: by_owner(part, weight)[0][number] for weight in own_weights(part)}


def test_the_norm_is_its_formula() -> None:
    """γ_o ⊙ norm(x) + β_o (1709.07871, eq. 2)."""
    part, tokens, owner = stirred("norm")
    own, normed = weights_of(part, owner[1, 2]), np.asarray(part.layer(tokens))[1, 2]
    found = np.asarray(part(tokens, one_hot(owner)))[1, 2]
    np.testing.assert_allclose(found, own["gamma"][0] * normed + own["beta"][0], rtol=1e-5)


def test_the_adapter_is_its_formula() -> None:
    """Output y + W_up gelu(W_down y + b_down) + b_up (1902.00751, section 2.1), gelu(x) = x Φ(x)."""
    part, tokens, owner = stirred("adapter")
    own, output = weights_of(part, owner[1, 2]), np.asarray(part.layer(tokens))[1, 2]
    hidden = output @ own["down"] + own["down_bias"]
    hidden *= 0.5 * (1 + np.array([erf(x / 2**0.5) for x in hidden]))
    expected = output + hidden @ own["up"] + own["up_bias"][0]
    np.testing.assert_allclose(np.asarray(part(tokens, one_hot(owner)))[1, 2], expected, atol=1e-3)


def test_lora_is_its_formula() -> None:
    """(W + (α / r) B A) x + b (2106.09685, eq. 3), B of r columns and A of r rows."""
    part, tokens, owner = stirred("lora")
    own, kernel, bias = weights_of(part, owner[1, 2]), part.layer.kernel.numpy(), part.layer.bias.numpy()
    assert own["up"].shape == (OUT, 2) and own["down"].T.shape == (2, SIZE)
    expected = (kernel.T + 6.0 / 2 * own["up"] @ own["down"].T) @ tokens[1, 2] + bias
    np.testing.assert_allclose(np.asarray(part(tokens, one_hot(owner)))[1, 2], expected, atol=1e-4)


def test_adalora_is_its_formula() -> None:
    """(W + P Λ Q) x + b, penalised by γ (‖PᵀP − I‖² + ‖QQᵀ − I‖²) summed over the owners (2303.10512, eqs. 3 and 4)."""
    part, tokens, owner = stirred("adalora")
    kernel, bias, penalty = part.layer.kernel.numpy(), part.layer.bias.numpy(), 0.0
    for number in range(OWNERS):
        own = weights_of(part, number)
        left, values, right = own["up"], np.diag(own["values"]), own["down"].T
        expected = tokens[owner == number] @ (kernel.T + left @ values @ right).T + bias
        np.testing.assert_allclose(np.asarray(part(tokens, one_hot(owner)))[owner == number], expected, atol=1e-4)
        penalty += ((left.T @ left - np.eye(3)) ** 2).sum() + ((right @ right.T - np.eye(3)) ** 2).sum()
    assert float(sum(part.losses)) == pytest.approx(PENALTY * penalty, rel=1e-5)


def test_what_has_no_matrix_to_add_to_is_refused() -> None:
    """A layer that is not dense, or has an activation before the addition, is refused with what to do."""
    with pytest.raises(ValueError, match="found LayerNormalization"):
        LoRA(keras.layers.LayerNormalization(), 2)
    with pytest.raises(ValueError, match=r"found gelu\. Apply it afterwards"):
        AdaLoRA(keras.layers.Dense(3, activation="gelu"), 2)


def new_network(kind: str) -> Network:
    """A network of two platforms of ten items, with parts."""
    small = Configuration(embedding_size=8, text_size=4, sequence_length=6, blocks=1, platform_part=kind, part_size=2)
    network = Network(20, 2, 1, small.as_dict(), seed=4)
    texts = chance().normal(size=(20, 4)).astype(np.float32)
    network.set_catalogue(texts, np.ones(20, bool), np.arange(20) // 10)
    return network


@pytest.mark.parametrize("kind", [kind for kind in PLACES if kind != "none"])
def test_a_platforms_part_reads_its_own_tokens(kind: str, tmp_path: Path) -> None:
    """What the second platform's part learns changes the state of its token, and none without it; it is saved."""
    network, items = new_network(kind), np.array([[1, 2, 11, 3], [4, 5, 6, 7]], np.int32)
    others = (np.zeros((2, 4), np.int32), np.ones((2, 4), np.float32), np.ones((2, 4), bool))
    before = np.asarray(network(items, *others))
    for place in PLACES[kind]:
        part = getattr(network.blocks[0], place)
        for weight in own_weights(part):
            (first, second), axis = by_owner(part, weight)
            weight.assign(np.concatenate([first, second + chance().normal(size=second.shape)], axis))
    after = np.asarray(network(items, *others))
    np.testing.assert_array_equal(after[0, :2], before[0, :2])
    np.testing.assert_array_equal(after[1], before[1])
    assert np.abs(after - before)[0, 2].max() > 1e-3
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras", compile=False)
    np.testing.assert_array_equal(np.asarray(loaded(items, *others)), after)


def test_the_choices_are_those_there_are() -> None:
    """Each kind of part can be asked for by its name, others are refused with the choices."""
    assert get_args(get_type_hints(Configuration)["platform_part"]) == tuple(PLACES)
    assert read_configuration({"platform_part": "lora"}).platform_part == "lora"
    with pytest.raises(ValueError, match=r"one of none, norm, adapter, lora, adalora; found 'prefix'"):
        read_configuration({"platform_part": "prefix"})
