"""What of a text encoder learns: parts in its blocks, its top blocks, or all of it; everything else stays as it is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Any, Literal

import keras

from models.network import computing_in
from models.parts.adalora import AdaLoRA
from models.parts.adapter import Adapter
from models.parts.lora import LoRA
from models.parts.part import Part
from models.parts.rank_allocator import SPARE
from models.pooled_encoder import PooledEncoder, of_tokens
from models.text_encoder import UntrainableEncoderError, fingerprint, load_text_encoder

Training = Literal["adapter", "lora", "adalora", "top", "all"]
ADAPTED = ("attention_output", "feedforward_output_dense", "ffw_linear")
"""The last projections of a block's two sub-layers, as keras_hub names them (Houlsby et al. 1902.00751, figure 2)."""


@dataclass(frozen=True)
class EncoderWeights:
    """A pretrained text encoder, and what of it may learn."""

    encoder: PooledEncoder
    training: Training
    size: int  # of parts
    blocks: int  # that learn with `top`
    trained: dict[str, Any]  # by name
    parts: list[Part]


def open_encoder(name: str, training: Training, size: int, blocks: int, precision: str = "float32") -> EncoderWeights:
    """The text encoder of this name, ready to learn; until it does, its vectors are those of the frozen one.

    Args:
        name: as `load_text_encoder` knows it.
        training: `adapter`, `lora` and `adalora` put such parts into every block, and they alone learn; `top`: the
            last blocks; `all`: every weight that the vectors depend on.
        size: units of an adapter, rank of LoRA, mean rank of AdaLoRA.
        blocks: how many learn with `top`.
        precision: what its layers compute in; its weights and vectors are float32.

    Raises:
        UntrainableEncoderError: if it has no weights in Keras, or nothing in it can learn this way.
    """
    with computing_in(precision):
        return _open_encoder(name, training, size, blocks)


def _open_encoder(name: str, training: Training, size: int, blocks: int) -> EncoderWeights:
    encoder = load_text_encoder(name)
    if not isinstance(encoder, PooledEncoder):
        raise UntrainableEncoderError(
            "A text encoder that learns has weights in Keras: minilm, e5, hf:/PATH/TO/FOLDER or keras:/PATH/TO/FOLDER; "
            f"found {name!r}. Set `encoder` to one of them, or encoder_training to frozen."
        )
    backbone, parts = encoder.backbone, list[Part]()
    if training in ("adapter", "lora", "adalora"):
        parts = _put_parts(backbone, training, size)
        trained = {f"{part.layer.path}/{weight.name}": weight for part in parts for weight in part.trainable_weights}
    else:
        whole = keras.Model(backbone.input, of_tokens(backbone.output))
        layers = [whole] if training == "all" else _blocks(backbone)[-blocks:]
        trained = {weight.path: weight for layer in layers for weight in layer.trainable_weights}
    if not trained:
        raise UntrainableEncoderError(f"No layer of {name} can learn as {training}; choose another encoder_training.")
    return EncoderWeights(encoder, training, size, blocks, trained, parts)


def _put_parts(backbone: Any, training: str, size: int) -> list[Part]:
    """Put a part around each projection that such parts are for, in every block."""
    names, parts = ADAPTED if training == "adapter" else backbone.default_lora_layer_names(), list[Part]()
    layers = _blocks(backbone)
    found = [one for block in layers for one in _projections(block) if one[2].name in names]
    if training == "adapter" and len(found) != 2 * len(layers):
        raise UntrainableEncoderError(
            f"An adapter stands behind both sub-layers of each block; of {len(layers)} blocks {len(found)} such "
            f"projections are known by name ({', '.join(ADAPTED)}). Set encoder_training to lora."
        )
    for owner, place, dense in found:
        dense.trainable = False
        part: Part = Adapter(dense, size) if training == "adapter" else LoRA(dense, size)
        if training == "adalora":
            part = AdaLoRA(dense, ceil(SPARE * size))
        part.build(dense.get_build_config()["input_shape"])
        # past Keras, which takes in nothing new once it is built, and so goes on to count and save what it knows
        object.__setattr__(owner, place, part)
        parts.append(part)
    return parts


def _blocks(backbone: Any) -> list[Any]:
    """The Transformer blocks, from the first to the last; ALBERT's lie in groups that share their weights."""
    found = [block if isinstance(block, list) else [block] for block in backbone.transformer_layers]
    return [block for group in found for block in group]


def _projections(layer: Any) -> Iterator[tuple[Any, str, Any]]:
    """Every dense layer below a layer, after the layer that calls it and the attribute under which it does."""
    for place, below in list(vars(layer).items()):
        if isinstance(below, keras.layers.Dense | keras.layers.EinsumDense):
            yield layer, place, below
        elif isinstance(below, keras.layers.Layer):
            yield from _projections(below)


def save_encoder(path: Path, weights: EncoderWeights) -> None:
    """Write what has learned, and what it belongs to."""
    from safetensors.numpy import save_file

    encoder = weights.encoder.name
    facts = {"encoder": encoder, "fingerprint": fingerprint(encoder)}
    facts |= {name: getattr(weights, name) for name in ("training", "size", "blocks")}
    tensors = {name: weight.numpy() for name, weight in weights.trained.items()}
    save_file(tensors, path, {"facts": json.dumps(facts, sort_keys=True)})


def load_encoder(path: Path) -> PooledEncoder:
    """The text encoder as it was saved: a `models.text_encoder.TextEncoder` that encodes any texts.

    Raises:
        ValueError: if the weights that it began from have changed since.
    """
    from safetensors import safe_open

    with safe_open(path, "numpy") as file:
        facts = json.loads(file.metadata()["facts"])
        name, began = facts.pop("encoder"), facts.pop("fingerprint")
        if fingerprint(name) != began:
            raise ValueError(
                f"{path.name} belongs to the weights that it began from; those of {name} have changed since. "
                "Put the old ones back, or train anew."
            )
        weights = open_encoder(name, **facts)
        for key, weight in weights.trained.items():
            weight.assign(file.get_tensor(key))
    return weights.encoder


def version_of(name: str, folder: Path) -> str:
    """The text encoder of a recommender: its name, and a hash of what has learned in it, if anything has."""
    content = sha256()
    files = sorted(folder.glob("encoder*.safetensors"))
    for path in files:
        content.update(path.read_bytes())
    return f"{name} {content.hexdigest()[:12]}" if files else name
