"""The hyperparameters of a recommender: frozen, each with a sentence, overridden by name."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args, get_type_hints


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
    platform_part: Literal["none", "norm", "adapter", "lora", "adalora"] = "none"
    """What belongs to each platform in the blocks, for its own tokens: none, norm, adapter, lora or adalora."""
    part_size: int = 8
    """Units of an adapter, rank of LoRA, mean rank of AdaLoRA, for each platform and place."""
    encoder_training: Literal["frozen", "adapter", "lora", "adalora", "top", "all"] = "frozen"
    """What of the text encoder learns: nothing, an adapter, LoRA or AdaLoRA in each block, its top blocks, or all."""
    encoder_part_size: int = 8
    """Units of an adapter, rank of LoRA, mean rank of AdaLoRA, in each place of the text encoder."""
    encoder_blocks: int = 1
    """With `top`, how many of the text encoder's last blocks learn."""
    encoder_items: int = 64
    """Most items of a step whose texts the learning encoder reads; others have the vectors of the epoch before."""
    encoder_learning_rate: float = 1e-4
    """Highest learning rate of the text encoder; for `top` and `all` 2e-5 is usual."""
    token_dropout: float = 0.1
    """Share of the tokens that a text loses when the learning encoder reads it."""
    dropout: float = 0.2
    """Share of activations dropped while training."""
    item_dropout: float = 0.3
    """Share of items whose own vector is dropped in a step, so that text alone has to score them."""
    platform_dropout: float = 0.0
    """Share of the persons of a step who are treated as new on one of their platforms."""
    related_text_share: float = 0.0
    """Share of items that are described in a step by another listing of the same thing, or of the series."""
    max_epochs: int = 10
    """Most passes over the data; early stopping chooses how many."""
    patience: int = 4
    """Passes in a row, clearly worse in the window than the best one, after which training stops."""
    learning_rate: float = 3e-3
    """Highest learning rate."""
    optimizer: Literal["adamw", "sgd"] = "adamw"
    """What takes the steps; `sgd` is without momentum and wants a far higher learning rate."""
    schedule: Literal["cosine", "constant"] = "cosine"
    """Whether the rate, once it has warmed up, falls to a tenth over `max_epochs`, or stays."""
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
    target_half_life: float = 30.0
    """Days in which a target's chance to be learned from in a pass halves: recent tastes count more."""
    prior_lag_days: int = 30
    """Targets are offered the popularity of 1 to so many days before them, as a night's list is read for a window."""
    alpha: Literal["equal", "size", "inverse", "quality", "uncertainty", "gap"] = "equal"
    """Where a platform's weight in the loss comes from, unless one is given; `models/loss_weights.py` says how."""
    alpha_exponent: float = 0.5
    """With alpha `size` a platform's weight is its number of positives to this power."""
    sampling_temperature: float = 1.0
    """T: a platform's share of the targets of a pass is as its share of all to the power 1/T; 1 takes all targets."""
    warm_epochs: int = 2
    """Passes of a night that goes on from an earlier recommender, over what is new and what is replayed."""
    replay_share: float = 0.1
    """Share of persons, drawn anew each such night, whose older targets are learned from once more."""
    pretraining: Literal["none", "masked", "contrastive"] = "none"
    """What is learned of all sequences before the first pass: hidden items, or which views are of one person."""
    pretraining_epochs: int = 5
    """Passes of `pretraining` over the log."""
    window_days: int = 30
    """Length of the window before the cut on which epochs are chosen and reported; at most a quarter of the log."""
    reason_half_life: float = 30.0
    """Days in which a past interaction's claim to be the reason of a recommendation halves."""
    gradient_surgery: Literal["none", "pcgrad"] = "none"
    """What is done where the gradients of two platforms conflict; `models/gradient_surgery.py` says how."""
    strategy: Literal["none", "mirrored", "multi_worker"] = "none"
    """What a step's batch is spread over: one device, all of this machine, or all that TF_CONFIG names."""
    accumulation: int = 1
    """Parts of a batch that a device computes one after another, so that less of it is in memory at once.

    A text encoder that learns reads `encoder_items` texts with each part."""
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    """What layers compute in; weights, softmax and loss are in float32."""
    compiler: Literal["none", "xla"] = "none"
    """Whether XLA compiles what it can of a step on a GPU; on a CPU nothing changes."""
    table_parts: int = 1
    """Parts into which tables with a row for each item are split, each on a device of its own."""

    def as_dict(self) -> dict[str, Any]:
        """Every field by name."""
        return asdict(self)


def read_configuration(overrides: Mapping[str, Any]) -> Configuration:
    """The defaults with some fields replaced.

    Raises:
        ValueError: if a name is no hyperparameter, or a value is of another type or none of the allowed ones.
    """
    known = get_type_hints(Configuration)
    for name, value in overrides.items():
        if name not in known:
            raise ValueError(f"A hyperparameter is one of {', '.join(known)}; found {name!r}. Correct its name.")
        _check_value(name, known[name], value)
    words = {name: value for name, value in overrides.items() if get_args(known[name])}
    numbers = {name: known[name](value) for name, value in overrides.items() if name not in words}
    configuration = replace(Configuration(), **words, **numbers)
    if configuration.strategy != "none" and configuration.table_parts > 1:
        raise ValueError(
            f"Either batches are spread over devices or tables are; found strategy {configuration.strategy!r} with "
            f"{configuration.table_parts} table_parts. Set one of them alone."
        )
    if configuration.strategy != "none" and configuration.encoder_training != "frozen":
        raise ValueError(
            f"A text encoder learns on one device; found encoder_training {configuration.encoder_training!r} with "
            f"strategy {configuration.strategy!r}. Leave the encoder frozen, or set strategy to none."
        )
    if configuration.pretraining != "none" and configuration.encoder_training != "frozen":
        raise ValueError(
            f"Pretraining teaches the network while texts stand; found pretraining {configuration.pretraining!r} with "
            f"encoder_training {configuration.encoder_training!r}. Set one of them alone."
        )
    return configuration


def _check_value(name: str, kind: Any, value: Any) -> None:
    """See that a value is one of the words, or a number of the kind, that its field takes."""
    words = get_args(kind)
    if words and value not in words:
        raise ValueError(f"{name} is one of {', '.join(words)}; found {value!r}. Choose one of them.")
    if not words and (not isinstance(value, int if kind is int else (int, float)) or isinstance(value, bool)):
        raise ValueError(f"{name} is of type {kind.__name__}; found {value!r}. Give a number.")
    if name == "sampling_temperature" and value <= 0:
        raise ValueError(f"{name} is above 0; found {value!r}. 1 takes all targets, a higher one evens platforms out.")
    if name in ("encoder_part_size", "encoder_blocks", "encoder_items") and value < 1:
        raise ValueError(f"{name} is at least 1; found {value!r}. Where no encoder learns it counts for nothing.")
    if name in ("token_dropout", "platform_dropout") and not 0 <= value < 1:
        raise ValueError(f"{name} is a share below 1; found {value!r}. 0 keeps all.")
    if name in ("accumulation", "table_parts") and value < 1:
        raise ValueError(f"{name} counts parts; found {value!r}. 1 leaves things whole.")
