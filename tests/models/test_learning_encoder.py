"""A text encoder that learns: what moves in it and what stays, what a step reads, and what is left when it is saved."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
import tensorflow as tf

from models.configuration import read_configuration
from models.encoder_weights import load_encoder, open_encoder, save_encoder, version_of
from models.inputs import Inputs, read_inputs
from models.learning_encoder import LearningEncoder, open_for_training
from models.lesson import Lesson
from models.saved_recommender import load_network, load_whitening
from models.text_encoder import UntrainableEncoderError, load_text_encoder
from models.train_child import train
from models.training import Trainer
from models.whitening import Whitening
from tests.models.tiny_gpt import LAYERS, WORDS, write_gpt
from tests.models.tiny_run import EACH, PLATFORMS, RECOMMENDER, UNTITLED, cluster_of, write_run

QUERIES, VALUES, OUTPUTS = (
    [f"transformer_layer_{number}/{place}" for number in range(LAYERS)]
    for place in ("self_attention/query", "self_attention/value", "self_attention/attention_output")
)
INNER = [f"transformer_layer_{number}/feedforward_output_dense" for number in range(LAYERS)]
LEARNED = {
    "lora": {f"{place}/{name}" for place in QUERIES + VALUES for name in ("up", "down")},
    "adalora": {f"{place}/{name}" for place in QUERIES + VALUES for name in ("up", "down", "values")},
    "adapter": {f"{place}/{name}" for place in OUTPUTS + INNER for name in ("up", "down", "up_bias", "down_bias")},
}
TRAININGS = [*LEARNED, "top", "all"]


@pytest.fixture(scope="module")
def gpt(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small encoder, by its name."""
    return f"hf:{write_gpt(tmp_path_factory.mktemp('gpt') / 'folder')}"


@pytest.fixture(scope="module")
def run_folder(gpt: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny run, whose items have texts: each cluster's own word, and some others."""
    few = {**RECOMMENDER, "max_epochs": 1, "encoder_training": "lora", "encoder_items": 4, "encoder_part_size": 2}
    few |= {"encoder_learning_rate": 0.01, "tokens_per_batch": 768}
    folder = write_run(tmp_path_factory.mktemp("texts"), mode="single", encoder=gpt, recommender=few)
    chance, items = np.random.default_rng(2), np.arange(PLATFORMS * EACH)
    texts = [" ".join([WORDS[cluster_of(one)], *chance.choice(WORDS[:5], 3)]) for one in items if one != UNTITLED]
    vectors = load_text_encoder(gpt).encode(texts)
    columns = parquet.read_table(folder / "inputs" / "items.parquet")
    embeddings = arrow.array([None, *vectors], arrow.list_(arrow.float32()))
    columns = columns.set_column(columns.column_names.index("embedding"), "embedding", embeddings)
    parquet.write_table(columns, folder / "inputs" / "items.parquet")
    known = {"item_index": np.delete(items, UNTITLED).astype(np.int32), "text": texts}
    parquet.write_table(arrow.table(known), folder / "inputs" / "texts.parquet")
    return folder


@pytest.fixture(scope="module")
def inputs(run_folder: Path) -> Inputs:
    return read_inputs(run_folder)


def new_encoder(gpt: str, inputs: Inputs, training: str, **more: float) -> LearningEncoder:
    """An encoder that has learned nothing yet."""
    chosen = {**RECOMMENDER, "encoder_training": training, "encoder_part_size": 2, **more}
    catalogue, configuration = inputs.catalogue, read_configuration(chosen)
    whitening = Whitening.fit(catalogue.embeddings, catalogue.has_text, configuration.text_size)
    encoder = open_for_training(gpt, catalogue, configuration, whitening)
    assert isinstance(encoder, LearningEncoder)
    return encoder


def steps(encoder: LearningEncoder) -> None:
    """Two steps of no great sense."""
    encoder.keep_pace(0.5)
    items, *tokens = encoder.draw(np.arange(1, 30), np.random.default_rng(1))
    for _ in range(2):
        with tf.GradientTape() as tape:
            texts = encoder.among(tf.zeros([len(items), 8]), tf.range(len(items)), *map(tf.constant, tokens))
            loss = tf.reduce_sum(tf.sin(texts)) + sum(encoder.losses)
        encoder.move(tape.gradient(loss, encoder.trained))


@pytest.mark.parametrize("training", TRAININGS)
def test_what_is_asked_for_learns_and_nothing_else(training: str, gpt: str, inputs: Inputs, tmp_path: Path) -> None:
    """Vectors begin as the frozen encoder's; named weights move, others stay bit for bit; what is saved loads equal."""
    encoder, texts = new_encoder(gpt, inputs, training), [*inputs.catalogue.texts[1:]]
    backbone, trained = encoder.learned.encoder.backbone, encoder.learned.trained
    np.testing.assert_allclose(encoder.learned.encoder.encode(texts), inputs.catalogue.embeddings[1:], atol=1e-5)
    own = {weight.path for weight in backbone.trainable_weights}
    expected = LEARNED.get(training, own)
    if training == "top":
        expected = {path for path in own if path.startswith(f"transformer_layer_{LAYERS - 1}/")}
    assert set(trained) == expected
    weights = {weight.path: weight for weight in backbone.weights} | trained
    before = {name: weight.numpy() for name, weight in weights.items()}
    steps(encoder)
    moved = {name for name, weight in weights.items() if (weight.numpy() != before[name]).any()}
    # keys have no say in where attention goes by their biases
    assert moved | {name for name in expected if name.endswith("key/bias")} == expected
    save_encoder(tmp_path / "encoder.safetensors", encoder.learned)
    again = load_encoder(tmp_path / "encoder.safetensors").encode(texts)
    np.testing.assert_array_equal(again, encoder.learned.encoder.encode(texts))
    assert np.abs(again - inputs.catalogue.embeddings[1:]).max() > 0.001


def test_others_than_the_first_weights_are_refused(gpt: str, tmp_path: Path) -> None:
    """What was learned is of use with the weights that it began from alone; the error says whose have changed."""
    folder = Path(gpt.removeprefix("hf:"))
    save_encoder(tmp_path / "encoder.safetensors", open_encoder(gpt, "lora", 2, 1))
    before = (folder / "config.json").read_text()
    (folder / "config.json").write_text(before + "\n")
    with pytest.raises(ValueError, match=f"those of {gpt} have changed since"):
        load_encoder(tmp_path / "encoder.safetensors")
    (folder / "config.json").write_text(before)


def test_a_step_reads_some_of_what_was_taken(gpt: str, inputs: Inputs) -> None:
    """At most so many items, each once, of those that were taken and have a text; tokens are lost, never the ends."""
    encoder, chance = new_encoder(gpt, inputs, "lora", encoder_items=5, token_dropout=0.5), np.random.default_rng(3)
    taken, kept, whole = np.array([[UNTITLED, 7, 7, -1], [9, 20, 30, 41], [55, -1, 60, -1]]), 0, 0
    drawn = set()
    for _ in range(200):
        items, ids, mask = encoder.draw(taken, chance)
        assert len(items) == len(set(items)) == 5 and {*items} <= {*taken.ravel()} - {UNTITLED, -1}
        drawn |= {*items}
        for item, row, is_real in zip(items, ids, mask == 1, strict=True):
            tokens = encoder.tokens[item]
            assert [row[0], row[is_real][-1]] == [tokens[0], tokens[-1]]
            kept, whole = kept + is_real.sum() - 2, whole + len(tokens) - 2
    assert drawn == {7, 9, 20, 30, 41, 55, 60} and 0.45 < kept / whole < 0.55
    assert [len(part) for part in encoder.draw(np.array([[UNTITLED]]), chance)] == [1, 1, 1]


def test_a_relative_lends_its_text(gpt: str, inputs: Inputs) -> None:
    """With the chance of `related_text_share` a step reads the text of an item's relative in the place of its own."""
    relatives = np.full(len(inputs.catalogue.item_ids), -1)
    relatives[7] = 9
    related = replace(inputs, catalogue=replace(inputs.catalogue, relatives=relatives))
    encoder = new_encoder(gpt, related, "lora", related_text_share=0.5, token_dropout=0.0)
    chance, read = np.random.default_rng(1), list[tuple[int, ...]]()
    for _ in range(100):
        items, ids, mask = encoder.draw(np.array([[7]]), chance)
        assert list(items) == [7]
        read.append(tuple(ids[0][mask[0] == 1]))
    own, lent = (tuple(encoder.tokens[item]) for item in (7, 9))
    assert own != lent and set(read) == {own, lent} and 30 < read.count(lent) < 70


def test_it_computes_in_the_precision_that_is_set(gpt: str, inputs: Inputs) -> None:
    """In bfloat16 its layers compute in that; weights and vectors stay float32, and vectors are about the same."""
    exact, half = (new_encoder(gpt, inputs, "lora", precision=one).learned for one in ("float32", "bfloat16"))
    blocks = half.encoder.backbone.transformer_layers
    assert {block.compute_dtype for block in blocks} == {part.compute_dtype for part in half.parts} == {"bfloat16"}
    assert {weight.dtype for weight in half.trained.values()} == {"float32"}
    texts = ["a red dress", "green tea"]
    vectors = half.encoder.encode(texts)
    assert vectors.dtype == np.float32 and (vectors != exact.encoder.encode(texts)).any()
    np.testing.assert_allclose(vectors, exact.encoder.encode(texts), atol=0.05)


def first_step(inputs: Inputs, **more: Any) -> tuple[Trainer, list[np.ndarray]]:
    """What of a text encoder is learned by the first step of an epoch, on both platforms."""
    steady = {"encoder_training": "lora", "dropout": 0.0, "item_dropout": 0.0, "tokens_per_batch": 100_000}
    recommender = {**inputs.configuration["recommender"], **steady, **more}
    keras.utils.set_random_seed(3)
    lesson = Lesson(replace(inputs, configuration={**inputs.configuration, "recommender": recommender}))
    lesson.trainer.start(lesson.log, lesson.popularity, np.ones(2), 3)
    lesson.trainer.epoch()
    return lesson.trainer, [weight.numpy() for weight in lesson.trainer.encoder.trained]


def test_it_learns_alike_in_parts_of_a_batch(inputs: Inputs) -> None:
    """Accumulated over two parts of a batch its step is that of the whole one."""
    (_, whole), (_, parts) = first_step(inputs), first_step(inputs, accumulation=2)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_allclose(other, one, atol=1e-4)


def test_its_directions_become_orthonormal(inputs: Inputs) -> None:
    """While all values are 0 directions of AdaLoRA have no say: what moves them in the first step is the penalty."""
    trainer, learned = first_step(inputs, encoder_training="adalora", sequence_length=8, weight_decay=0.0)
    assert trainer.steps_done == 1 and isinstance(trainer.encoder, LearningEncoder)
    for name, now, then in zip(trainer.encoder.learned.trained, learned, trainer.encoder.untrained, strict=True):
        assert (now != then).any(), name


def test_its_gradients_are_operated_on(inputs: Inputs) -> None:
    """With PCGrad it is part of the trunk that all platforms share, and moves otherwise where they conflict."""
    (trainer, operated), (_, plain) = first_step(inputs, gradient_surgery="pcgrad"), first_step(inputs)
    assert trainer.surgery is not None
    trunk = {id(variable) for variable in trainer.surgery.trunk}
    assert {id(variable) for variable in trainer.encoder.trained} <= trunk
    assert any((one != other).any() for one, other in zip(operated, plain, strict=True))


@pytest.mark.parametrize("training", ["lora", "adalora"])
def test_the_recommenders_loss_teaches_it(training: str, inputs: Inputs) -> None:
    """After an epoch all texts are known as it reads them then; started anew it learns the same, bit for bit."""
    recommender = {**inputs.configuration["recommender"], "encoder_training": training}
    keras.utils.set_random_seed(3)
    lesson = Lesson(replace(inputs, configuration={**inputs.configuration, "recommender": recommender}))
    encoder, catalogue, network = lesson.trainer.encoder, inputs.catalogue, lesson.trainer.network
    assert isinstance(encoder, LearningEncoder) and catalogue.texts is not None
    frozen = lesson.whitening.apply(catalogue.embeddings, catalogue.has_text)

    def after_an_epoch() -> list[np.ndarray]:
        lesson.trainer.start(lesson.log, lesson.popularity, np.array([0.0, 1.0]), 3)
        np.testing.assert_array_equal(network.texts.numpy(), frozen)
        losses = lesson.trainer.epoch()
        return [losses, network.texts.numpy(), *(weight.numpy() for weight in encoder.trained)]

    first = after_an_epoch()
    moved = {
        name
        for name, now, then in zip(encoder.learned.trained, first[2:], encoder.untrained, strict=True)
        if (now != then).any()
    }
    assert moved >= {name for name in LEARNED[training] if not name.endswith("values")}
    if training == "adalora":  # a rank of 2 in four places, of what was seen to matter
        assert sum(np.count_nonzero(part.values) for part in encoder.ranks.layers) == 8
        assert all(encoder.ranks.importance(number).any() for number in range(4))
    assert lesson.trainer.epoch()[1] < first[0][1]
    texts = network.texts.numpy()
    np.testing.assert_array_equal(texts[:EACH], frozen[:EACH])
    assert np.abs(texts - frozen)[EACH:].max() > 0.01
    vectors = encoder.learned.encoder.encode([*catalogue.texts[EACH:]])
    now = lesson.whitening.apply(vectors, np.ones(len(vectors), bool))
    np.testing.assert_allclose(texts[EACH:], now, atol=1e-4)
    for before, again in zip(first, after_an_epoch(), strict=True):
        np.testing.assert_array_equal(again, before)


def test_a_night_keeps_the_encoder_it_trained(run_folder: Path, inputs: Inputs, gpt: str, tmp_path: Path) -> None:
    """Beside each network lies the encoder that reads texts as that network knows them; version and card name them."""
    keras.utils.set_random_seed(3)
    train(run_folder, "CPU")
    folder, catalogue = run_folder / "recommender", inputs.catalogue
    whitening = load_whitening(folder)
    assert whitening is not None
    for number, platform in enumerate(catalogue.platforms):
        network, items = load_network(folder, platform), catalogue.items_of(number)
        assert network is not None
        vectors = load_encoder(folder / f"encoder.{platform}.safetensors").encode(
            [one or "" for one in catalogue.texts[items]]
        )
        known = whitening.apply(vectors, catalogue.has_text[items])
        np.testing.assert_allclose(network.texts.numpy()[items], known, atol=1e-4)
    version = json.loads((folder / "metrics.json").read_text())["version"]
    name, _, digest = version["encoder"].rpartition(" ")
    assert name == gpt and len(digest) == 12 and version_of(gpt, folder) == f"{gpt} {digest}"
    for path in folder.glob("encoder*.safetensors"):
        copy = Path(shutil.copy(path, tmp_path))
    assert version_of(gpt, tmp_path) == f"{gpt} {digest}"
    copy.write_bytes(copy.read_bytes()[:-1] + b"?")
    assert version_of(gpt, tmp_path) not in (gpt, f"{gpt} {digest}")
    assert f"text encoder {gpt} {digest}, " in (folder / "card.md").read_text()


def test_what_cannot_learn_is_refused(inputs: Inputs, gpt: str) -> None:
    """An encoder without weights in Keras, texts that nobody exported, several devices: errors that say what to do."""
    with pytest.raises(
        UntrainableEncoderError, match=r"minilm, e5, hf:/PATH/TO/FOLDER or keras:/PATH/TO/FOLDER; found 'hashing'"
    ):
        open_encoder("hashing", "lora", 2, 1)
    without = replace(inputs, catalogue=replace(inputs.catalogue, texts=None))
    with pytest.raises(ValueError, match="the run's inputs have none"):
        new_encoder(gpt, without, "lora")
    with pytest.raises(
        ValueError, match=r"learns on one device; found encoder_training 'top' with strategy 'mirrored'"
    ):
        read_configuration({"encoder_training": "top", "strategy": "mirrored"})
    with pytest.raises(ValueError, match=r"found pretraining 'masked' with encoder_training 'all'"):
        read_configuration({"encoder_training": "all", "pretraining": "masked"})
