"""Whitened text embeddings: every direction of the item texts counts the same.

Embeddings of pretrained encoders lie in a narrow cone; without their common direction and scaled by the inverse
standard deviation along each principal component, cosine tells items apart (Su et al. 2103.15316; UniSRec 2206.05941).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Whitening:
    """A fitted transform; what has learned from texts that one of these whitened knows no others."""

    mean: np.ndarray  # [dimension]
    components: np.ndarray  # [dimension, size] by inverse standard deviation, zeros beyond what the texts span

    @classmethod
    def fit(cls, embeddings: np.ndarray, has_text: np.ndarray, size: int) -> "Whitening":
        """The first principal components of the embeddings, each of unit variance over the items that have text.

        Args:
            embeddings: `[items, dimension]`.
            has_text: `[items]` bool; other rows count for nothing.
            size: components that are kept, at most what the texts span.
        """
        centred = embeddings[has_text]
        components = np.zeros((embeddings.shape[1], size), np.float32)
        if len(centred) < 2:
            return cls(np.zeros(embeddings.shape[1], np.float32), components)
        mean = centred.mean(axis=0)
        centred -= mean
        variances, directions = np.linalg.eigh((centred.T @ centred / len(centred)).astype(np.float64))
        order = np.argsort(-variances)[:size]
        order = order[variances[order] > 1e-6 * variances.max()]
        found = directions[:, order]
        found *= np.sign(found[np.abs(found).argmax(axis=0), np.arange(len(order))])
        components[:, : len(order)] = found / np.sqrt(variances[order])
        return cls(mean, components)

    def apply(self, embeddings: np.ndarray, has_text: np.ndarray) -> np.ndarray:
        """Whitened texts `[items, size]` float32; rows of zeros without text."""
        result = np.zeros((len(embeddings), self.components.shape[1]), np.float32)
        if has_text.any():
            result[has_text] = (embeddings[has_text] - self.mean) @ self.components
        return result
