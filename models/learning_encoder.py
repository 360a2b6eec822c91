"""What a trainer knows of the text encoder: that it is frozen, or how it learns by the recommender's loss.

One that learns reads the texts of a few items in a step, of those that were taken; all others have the vectors of the
epoch before. So a step's cost is bounded, whatever the catalogue. After each epoch it reads all texts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from models.configuration import Configuration
from models.encoder_weights import EncoderWeights, open_encoder
from models.inputs import Catalogue
from models.network import Network
from models.optimizers import clipped, forget, new_optimizer
from models.parts.adalora import AdaLoRA
from models.parts.rank_allocator import RankAllocator
from models.pooled_encoder import pad
from models.related_texts import readable_relatives
from models.sparse_adamw import Gradient
from models.whitening import Whitening


class FrozenEncoder:
    """A text encoder that has read all texts before, and does nothing while a network learns."""

    def __init__(self) -> None:
        self.trained: list[Any] = []
        self.ranks = RankAllocator([], 0)

    @property
    def losses(self) -> list[Any]:
        """What its parts add to the loss."""
        return []

    def start(self) -> None:
        """Begin anew from the pretrained weights."""

    def keep_pace(self, rate: float) -> None:
        """Learn as fast, to its own highest rate, as the network does at this rate."""

    def signature(self) -> list[tf.TensorSpec]:
        """Of what is drawn for a step."""
        return []

    def draw(self, targets: np.ndarray, chance: np.random.Generator) -> list[np.ndarray]:
        """Items whose texts a step reads, `[n]`, with token ids and mask `[n, tokens]`; nothing if it reads none."""
        return []

    def among(self, texts: tf.Tensor, rows: tf.Tensor, *tokens: tf.Tensor) -> tf.Tensor:
        """The whitened `texts` `[items, text_size]`, in these rows as they are read now; part of the compiled step."""
        return texts

    def move(self, gradients: Sequence[Gradient]) -> None:
        """Take a step, if there is anything to move; part of the compiled step."""

    def refresh(self, network: Network, is_learned: np.ndarray) -> None:
        """Tell the network all texts as they are read now, of platforms that are learned, `[platforms]`."""


def open_for_training(
    name: str, catalogue: Catalogue, configuration: Configuration, whitening: Whitening
) -> FrozenEncoder:
    """The text encoder as the configuration has it, frozen or learning.

    Raises:
        UntrainableEncoderError: if it has no weights in Keras.
        ValueError: if the texts are not known.
    """
    training = configuration.encoder_training
    if training == "frozen":
        return FrozenEncoder()
    size, blocks = configuration.encoder_part_size, configuration.encoder_blocks
    weights = open_encoder(name, training, size, blocks, configuration.precision)
    return LearningEncoder(weights, catalogue, configuration, whitening)


class LearningEncoder(FrozenEncoder):
    """Whitened texts of items, by weights that a trainer teaches; the whitening is the one of the frozen encoder."""

    def __init__(
        self, learned: EncoderWeights, catalogue: Catalogue, configuration: Configuration, whitening: Whitening
    ) -> None:
        if catalogue.texts is None:
            raise ValueError(
                "An encoder that learns reads the items' texts; the run's inputs have none. Set encoder_training in "
                "CROSSREC_RECOMMENDER, and they are exported."
            )
        self.learned, self.catalogue, self.configuration, self.whitening = learned, catalogue, configuration, whitening
        self.tokens = learned.encoder.tokens([text or "" for text in catalogue.texts])
        self.relatives = readable_relatives(catalogue)
        self.trained = [*learned.trained.values()]
        self.untrained = [variable.numpy() for variable in self.trained]
        parts = [part for part in learned.parts if isinstance(part, AdaLoRA)]
        self.ranks = RankAllocator(parts, learned.size)
        self.optimizer = new_optimizer(configuration)
        self.optimizer.build(self.trained)

    @property
    def losses(self) -> list[Any]:
        """See `FrozenEncoder`."""
        return [loss for part in self.learned.parts for loss in part.losses]

    def start(self) -> None:
        """See `FrozenEncoder`."""
        for variable, value in zip(self.trained, self.untrained, strict=True):
            variable.assign(value)
        forget(self.optimizer)
        self.ranks.start()

    def keep_pace(self, rate: float) -> None:
        """See `FrozenEncoder`."""
        own = self.configuration.encoder_learning_rate / self.configuration.learning_rate
        self.optimizer.learning_rate = rate * own

    def signature(self) -> list[tf.TensorSpec]:
        """See `FrozenEncoder`."""
        return [tf.TensorSpec([None] * axes, tf.int32) for axes in (1, 2, 2)]

    def draw(self, targets: np.ndarray, chance: np.random.Generator) -> list[np.ndarray]:
        """Items whose texts a step reads, `[n]`, with token ids and mask `[n, tokens]`, all int32.

        They are drawn from the `targets`, −1 where there is none. A text loses each token with the chance of
        `token_dropout` (Wei & Zou 1901.11196) but its first and last, which mark its ends and may be what is pooled.
        With the chance of `related_text_share` it is the text of the item's relative.
        """
        taken = np.unique(targets[targets >= 0])
        taken = taken[self.catalogue.has_text[taken]]
        items = np.sort(chance.choice(taken, min(self.configuration.encoder_items, len(taken)), replace=False))
        if not len(items):
            items = np.zeros(1, np.int32)  # there is nothing to learn of it, but no batch is empty
        sources, texts = items, []
        if share := self.configuration.related_text_share:
            sources = np.where(chance.random(len(items)) < share, self.relatives[items], items)
        for tokens in (self.tokens[item] for item in sources):
            is_kept = chance.random(len(tokens)) >= self.configuration.token_dropout
            is_kept[[0, -1]] = True
            texts.append(tokens[is_kept])
        return [items.astype(np.int32), *pad(texts)]

    def among(self, texts: tf.Tensor, rows: tf.Tensor, *tokens: tf.Tensor) -> tf.Tensor:
        """See `FrozenEncoder`."""
        unit = tf.math.l2_normalize(self.learned.encoder.pooled(*tokens), axis=1)
        read = tf.matmul(unit - self.whitening.mean, self.whitening.components)
        return tf.tensor_scatter_nd_update(texts, rows[:, None], read)

    def move(self, gradients: Sequence[Gradient]) -> None:
        """See `FrozenEncoder`."""
        self.ranks.observe(self.trained, gradients)
        self.optimizer.apply(clipped(gradients, []), self.trained)

    def refresh(self, network: Network, is_learned: np.ndarray) -> None:
        """See `FrozenEncoder`."""
        catalogue = self.catalogue
        items = np.flatnonzero(catalogue.has_text & is_learned[catalogue.item_platforms])
        vectors = self.learned.encoder.encode_tokens([self.tokens[item] for item in items])
        texts = network.texts.numpy()
        texts[items] = self.whitening.apply(vectors, np.ones(len(items), bool))
        network.texts.assign(texts)
