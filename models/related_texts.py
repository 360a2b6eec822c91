"""Augmentation of texts by relations: an item is sometimes described by the text of a listing that is related to it."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models.inputs import Catalogue


def readable_relatives(catalogue: Catalogue) -> np.ndarray:
    """For each item `[items]` the listing whose text may stand for its own: it was there at the cut, both have texts.

    An item that has no such listing stands for itself.
    """
    everything = np.arange(len(catalogue.item_ids), dtype=np.int32)
    if catalogue.relatives is None:
        return everything
    relatives = np.where(catalogue.relatives >= 0, catalogue.relatives, everything)
    can_be_read = catalogue.has_text & catalogue.has_text[relatives] & catalogue.is_available[relatives]
    return np.where(can_be_read, relatives, everything).astype(np.int32)


class RelatedTexts:
    """Draws whose text is read for each item of a step.

    Args:
        catalogue: of all items.
        share: of items that are described by their relative.
        seed: of what is drawn.
    """

    def __init__(self, catalogue: Catalogue, share: float, seed: int) -> None:
        self.relatives, self.share = tf.constant(readable_relatives(catalogue)), share
        self.seeds = keras.random.SeedGenerator(seed)

    def drawn(self, items: tf.Tensor) -> Any:
        """For `[n]` items those whose texts are read in their place."""
        is_replaced = keras.random.uniform(tf.shape(items), seed=self.seeds) < self.share
        return tf.where(is_replaced, tf.gather(self.relatives, items), items)
