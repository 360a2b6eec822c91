"""What TensorBoard shows of a run: a curve of each figure by epoch, and the items in the embedding projector."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorboard.plugins import projector

from models.inputs import Catalogue, Log

MOST_ITEMS = 10_000  # the projector draws them all in the browser

Note = Callable[[int, Mapping[str, float]], None]
"""Takes what an epoch was like: its number, counted from 1, and figures by name."""


def unnoted(_epoch: int, _figures: Mapping[str, float]) -> None:
    """Nobody looks."""


class Board:
    """A log directory of TensorBoard, emptied first, so that a run that is repeated does not mix with the one before.

    Args:
        folder: the directory.
        also: where the curves of a training by its name are noted, too.
    """

    def __init__(self, folder: Path, also: Callable[[str], Note] = lambda _run: unnoted) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.folder, self.also = folder, also

    def curves(self, run: str) -> Note:
        """Where the epochs of one training are noted, as scalars under the name of its run."""
        writer, also = tf.summary.create_file_writer(str(self.folder / run)), self.also(run)

        def note(epoch: int, figures: Mapping[str, float]) -> None:
            with writer.as_default(step=epoch):
                for name, value in figures.items():
                    tf.summary.scalar(name, value)
            writer.flush()
            also(epoch, figures)

        return note

    def show_items(self, run: str, catalogue: Catalogue, items: np.ndarray, vectors: np.ndarray) -> None:
        """Put items into the projector, to be coloured by platform, beside the curves of a run that has some.

        Args:
            run: its name.
            catalogue: of all items.
            items: `[n]` indices.
            vectors: `[n, size]` of these items.
        """
        folder = self.folder / run
        np.savetxt(folder / "items.tsv", vectors, fmt="%.4f", delimiter="\t")
        # an id may hold any character, and a row must stay a row
        ids = (" ".join(str(catalogue.item_ids[item]).split()) for item in items)
        platforms = (catalogue.platforms[number] for number in catalogue.item_platforms[items])
        rows = ["platform\titem_id", *("\t".join(row) for row in zip(platforms, ids, strict=True))]
        (folder / "metadata.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        shown = projector.EmbeddingInfo(tensor_name="items", tensor_path="items.tsv", metadata_path="metadata.tsv")
        projector.visualize_embeddings(str(folder), projector.ProjectorConfig(embeddings=[shown]))


def shown_items(catalogue: Catalogue, log: Log, platforms: list[int]) -> np.ndarray:
    """The items of these platforms that are taken most often, as many of each, at most `MOST_ITEMS`."""
    counts = np.bincount(log.items[log.is_positive], minlength=len(catalogue.item_ids))
    places = (np.arange(len(counts))[catalogue.items_of(number)] for number in platforms)
    most = MOST_ITEMS // len(platforms)
    return np.concatenate([own[np.argsort(-counts[own], kind="stable")[:most]] for own in places])
