"""Which layers of a Transformer block have a part for each platform, by the kind of part."""

from collections.abc import Callable
from math import ceil
from typing import Any

import keras

from models.parts.adalora import AdaLoRA
from models.parts.adapter import Adapter
from models.parts.lora import LoRA
from models.parts.norm import Norm
from models.parts.part import Part
from models.parts.rank_allocator import SPARE

PLACES: dict[str, tuple[str, ...]] = {
    "none": (),
    "norm": ("norm_before", "norm_between"),
    "adapter": ("out", "feed_forward"),
    "lora": ("mixed", "out"),
    "adalora": ("mixed", "out"),
}


def with_part(layer: keras.layers.Layer, kind: str, size: int, owners: int) -> keras.layers.Layer:
    """The layer, with a part around it if it is one of the places of this kind."""
    makers: dict[str, Callable[..., Part]] = {
        "norm": lambda: Norm(layer, owners),
        "adapter": lambda: Adapter(layer, size, owners),
        "lora": lambda: LoRA(layer, size, owners),
        "adalora": lambda: AdaLoRA(layer, ceil(SPARE * size), owners),
    }
    return makers[kind]() if layer.name in PLACES[kind] else layer


def apply_layer(layer: keras.layers.Layer, inputs: Any, owner: Any) -> Any:
    """What a layer gives; if it has a part, with that of each token's `owner`."""
    return layer(inputs, owner) if isinstance(layer, Part) else layer(inputs)
