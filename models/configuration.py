"""The hyperparameters of a recommender: frozen, each with a sentence, overridden by name."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

CHOICES = {"platform_part": ("none", "norm", "adapter", "lora", "adalora")}


@dataclass(frozen=True)
class Configuration:
    """How a recommender is built and trained; the defaults are what was best on real nights."""

    embedding_size: int = 64
    """Length of item vectors, of queries and of the Transformer's tokens."""
    text_size: int = 128
    """Principal components that are kept of the whitened text embeddings."""
    blocks: int = 2
    """Transformer blocks."""
    heads: int = 2
    """Attention heads of each block."""
    platform_part: str = "none"
    """What belongs to each platform in the blocks, for its own tokens: none, norm, adapter, lora or adalora."""
    part_size: int = 8
    """Units of an adapter, rank of LoRA, mean rank of AdaLoRA, for each platform and place."""
    dropout: float = 0.2
    """Share of activations dropped while training."""
    item_dropout: float = 0.3
    """Share of items whose own vector is dropped in a step, so that text alone has to score them."""
    max_epochs: int = 10
    """Most passes over the data; early stopping chooses how many."""
    patience: int = 4
    """Passes without a better validation NDCG after which training stops."""
    learning_rate: float = 3e-3
    """Highest learning rate of AdamW; it falls to a tenth of it by a cosine over `max_epochs`."""
    weight_decay: float = 0.01
    """Decoupled weight decay; none on embeddings, gains and biases."""
    tokens_per_batch: int = 2048
    """Tokens of a step, padding included."""
    negatives: int = 4096
    """Items of a platform that a step's targets are told from: the likelier half always, the others drawn."""
    sequence_length: int = 100
    """Newest interactions of a person that the Transformer sees."""
    target_days: int = 365
    """Only interactions of so many days before the cut are targets; older ones are context."""
    target_half_life: float = 60.0
    """Days in which a target's chance to be learned from in a pass halves: recent tastes count more."""
    prior_lag_days: int = 30
    """Targets are offered the popularity of 1 to so many days before them, as a night's list is read for a window."""
    alpha_exponent: float = 0.0
    """A platform's loss weight is its number of positives to this power; 0 weighs platforms equally."""
    warm_epochs: int = 2
    """Passes of a night that goes on from an earlier recommender, over what is new and what is replayed."""
    replay_share: float = 0.1
    """Share of persons, drawn anew each such night, whose older targets are learned from once more."""
    window_days: int = 30
    """Length of the window before the cut on which epochs are chosen and reported; at most a quarter of the log."""
    reason_half_life: float = 30.0
    """Days in which a past interaction's claim to be the reason of a recommendation halves."""

    def as_dict(self) -> dict[str, Any]:
        """Every field by name."""
        return asdict(self)


def read_configuration(overrides: Mapping[str, Any]) -> Configuration:
    """The defaults with some fields replaced.

    Raises:
        ValueError: if a name is no hyperparameter, a value has another type or is none of its choices.
    """
    known = {field.name: type(getattr(Configuration(), field.name)) for field in fields(Configuration)}
    for name, value in overrides.items():
        if name not in known:
            raise ValueError(f"A hyperparameter is one of {', '.join(known)}; found {name!r}. Correct its name.")
        if name in CHOICES:
            if value not in CHOICES[name]:
                raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}; found {value!r}. Choose one of them.")
        elif not isinstance(value, int if known[name] is int else (int, float)) or isinstance(value, bool):
            raise ValueError(f"{name} is of type {known[name].__name__}; found {value!r}. Give a number.")
    return replace(Configuration(), **{name: known[name](value) for name, value in overrides.items()})
