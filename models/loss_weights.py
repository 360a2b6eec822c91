"""α_p: what the loss of each platform weighs in Σ_p α_p ℓ_p, as the configuration's `alpha` says.

equal: 1. size: its positives to the power `alpha_exponent`. inverse: one over its positives. quality: the share of its
records that can be used as counted for the night, (1 − rejected) (1 − repeated) (1 − of unknown items) (1 − of unknown
words). uncertainty: learned beside the network, see `Uncertainty`. gap: equal at first, then growing where the network
of all platforms is behind the platform's own, see `by_gap`. A weight that is given, by a contract or for the night,
stands before all of these and is never changed.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from scipy.special import logsumexp

from models.configuration import Configuration
from models.evaluation import Judged
from models.inputs import Catalogue, Inputs
from models.ranking import Ranker

BLOCK = 256  # persons that are scored at once


def loss_weights(inputs: Inputs, configuration: Configuration) -> np.ndarray:
    """α `[platforms]` that training begins with, of mean 1 before given ones take their places.

    A platform nobody has taken anything on weighs 0.

    Raises:
        ValueError: if records are to be weighed by their quality and nobody has counted it.
    """
    catalogue = inputs.catalogue
    items = inputs.log.items[inputs.log.is_positive]
    positives = np.bincount(catalogue.item_platforms[items], minlength=len(catalogue.platforms))
    if configuration.alpha == "quality":
        balanced = _qualities(catalogue)
    else:
        exponent = {"size": configuration.alpha_exponent, "inverse": -1.0}.get(configuration.alpha, 0.0)
        balanced = np.maximum(positives, 1.0) ** exponent
    balanced = np.where(positives > 0, balanced, 0.0)
    if balanced.any():
        balanced = balanced / balanced[balanced > 0].mean()
    given = catalogue.alphas
    return np.where(np.isnan(given) | (positives == 0), balanced, given)


def _qualities(catalogue: Catalogue) -> np.ndarray:
    if catalogue.qualities is None:
        raise ValueError(
            "alpha quality needs the share of each platform's records that can be used; it is counted for a night, "
            "and a backtest does not have it. Choose another alpha."
        )
    return catalogue.qualities


class Uncertainty:
    """Weights that are learned beside the network: Σ_p (α_p exp(−s_p) ℓ_p + s_p / 2), with s_p = log σ_p² from 0 on.

    Kendall, Gal & Cipolla 1705.07115, equation 10: a platform whose loss stays high is taken as noisy and counts less.

    Args:
        platforms: how many there are.
    """

    def __init__(self, platforms: int) -> None:
        self.log_variances = keras.Variable(np.zeros(platforms, np.float32), name="log_variances")
        self.is_learned = keras.Variable(np.zeros(platforms, np.float32), trainable=False, name="is_learned")

    def begin(self, is_learned: np.ndarray) -> None:
        """Forget what was learned; the weights of these platforms `[platforms]` bool are learned from now on."""
        self.log_variances.assign(ops.zeros_like(self.log_variances))
        # nothing can be told from one platform alone
        self.is_learned.assign((is_learned & (is_learned.sum() > 1)).astype(np.float32))

    def losses(self, weighted: tf.Tensor, parts: int = 1) -> tf.Tensor:
        """The summands `[platforms]` of the loss of a step, or of one of its parts, from α_p ℓ_p `[platforms]`."""
        logs = self.log_variances * self.is_learned
        return ops.exp(-logs) * weighted + logs / (2 * parts)

    def factors(self) -> np.ndarray:
        """exp(−s_p) `[platforms]`, by which α_p is multiplied now."""
        return np.asarray(ops.exp(-self.log_variances * self.is_learned), np.float64)


def by_gap(alphas: np.ndarray, gaps: np.ndarray, is_given: np.ndarray) -> np.ndarray:
    """α of the next epoch: α_p exp(max(gap_p, 0)), then scaled to the sum from before.

    The step of Group DRO (Sagawa et al. 1911.08731) on the excess over a reference, as in DoReMi (2305.10429).

    Args:
        alphas: `[platforms]` of the epoch before.
        gaps: `[platforms]` by how much the loss in the window is above that of the platform's own network; NaN where
            nobody can tell.
        is_given: `[platforms]` whose weight stays.
    """
    is_free = ~is_given & (alphas > 0)
    if not is_free.any():
        return alphas
    grown = alphas * np.exp(np.maximum(np.nan_to_num(gaps), 0.0))
    return np.where(is_free, grown * alphas[is_free].sum() / grown[is_free].sum(), alphas)


def cross_entropies(ranker: Ranker, catalogue: Catalogue, judged: list[Judged]) -> np.ndarray:
    """−log p of what persons took `[platforms]`, p the softmax over a platform's items; NaN where nobody is judged."""
    return np.array([_cross_entropy(ranker, catalogue, platform, who) for platform, who in enumerate(judged)])


def _cross_entropy(ranker: Ranker, catalogue: Catalogue, platform: int, judged: Judged) -> float:
    """The mean over all that was taken on one platform."""
    losses, first = [], catalogue.items_of(platform).start
    for begin in range(0, len(judged.users), BLOCK):
        scores = ranker.scores(platform, judged.users[begin : begin + BLOCK])
        inside = (judged.relevant_rows >= begin) & (judged.relevant_rows < begin + BLOCK)
        rows, items = judged.relevant_rows[inside] - begin, judged.relevant_items[inside] - first
        losses.append(logsumexp(scores, axis=1)[rows] - scores[rows, items])
    return float(np.concatenate(losses).mean()) if losses else np.nan
