"""Whitened text embeddings: every direction of the item texts counts the same.

Embeddings of pretrained encoders lie in a narrow cone; without their common direction and scaled by the inverse
standard deviation along each principal component, cosine tells items apart (Su et al. 2103.15316; UniSRec 2206.05941).
"""

import numpy as np


def whiten(embeddings: np.ndarray, has_text: np.ndarray, size: int) -> np.ndarray:
    """The first principal components of the embeddings, each of unit variance over the items that have text.

    Args:
        embeddings: `[items, dimension]`.
        has_text: `[items]` bool; other rows count for nothing.
        size: components that are kept, at most what the texts span.

    Returns:
        `[items, size]` float32; rows of zeros without text, columns of zeros beyond what the texts span.
    """
    result = np.zeros((len(embeddings), size), np.float32)
    centred = embeddings[has_text]
    if len(centred) < 2:
        return result
    centred -= centred.mean(axis=0)
    variances, directions = np.linalg.eigh((centred.T @ centred / len(centred)).astype(np.float64))
    order = np.argsort(-variances)[:size]
    order = order[variances[order] > 1e-6 * variances.max()]
    components = directions[:, order]
    components *= np.sign(components[np.abs(components).argmax(axis=0), np.arange(len(order))])
    result[has_text, : len(order)] = centred @ (components / np.sqrt(variances[order])).astype(np.float32)
    return result
