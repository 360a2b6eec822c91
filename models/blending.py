"""The blend of a platform, chosen in the window: the usual one, unless another is clearly better there."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from models.evaluation import Judged, score_lists
from models.recommender import Blend, Parts, Scorer
from models.top_k import blocks

BLENDS = tuple(Blend(network, near) for network in (0.0, 0.1, 0.2, 0.4, 0.6, 1.0) for near in (0.0, 2.0, 4.0))
USUAL_BLEND = Blend(0.4, 4.0)
# one-sided 95 %, shared by all the blends that may beat the usual one by chance (Bonferroni)
CLEARLY = NormalDist().inv_cdf(1 - 0.05 / (len(BLENDS) - 1))
# how far the prior alone may be ahead of the usual blend by fashion, as a share: 95 % of windows
FASHION = 0.25
BETS = np.array([max(0.0, 1 - blend.network / USUAL_BLEND.network) for blend in BLENDS])


@dataclass(frozen=True)
class Weighed:
    """The scores of those whom the parts were made for, under a blend."""

    parts: Parts
    blend: Blend

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        return self.parts.weighed(self.blend)


def ndcg_by_blend(scorer: Scorer, platform: int, who: Judged) -> np.ndarray:
    """NDCG of each person under each of `BLENDS` `[blends, persons]`; what they weigh is made once for them all."""
    catalogue, count, gains = scorer.catalogue, len(who.users), []
    for block in blocks(count, len(scorer.priors[platform])):
        some = who.only(np.isin(np.arange(count), np.arange(count)[block]))
        parts = scorer.parts(platform, some.users)
        gains.append([score_lists(Weighed(parts, blend), catalogue, platform, some).ndcg for blend in BLENDS])
    return np.concatenate(gains, axis=1)


def usual_or_better(gains: dict[int, np.ndarray], platform: int) -> int:
    """The usual blend, unless the best one is clearly better, at 95 %.

    The less a blend has of the network, the more it bets on fashion, and how soon that turns the persons of one window
    cannot tell: such a blend has to be ahead by its share of `FASHION` as well. How much better a blend is follows from
    the platform's own persons and from all platforms together: the less the platforms differ beyond noise, and the
    fewer its own persons are, the more the others count (random effects; DerSimonian & Laird, Controlled Clinical
    Trials 7, 1986).

    Args:
        gains: by platform `[blends, persons]`, of mean 1.
        platform: for which to choose; without gains of its own it takes what is best for all.
    """
    usual = BLENDS.index(USUAL_BLEND)
    ahead = {number: values - values[usual] for number, values in gains.items()}
    means = {number: values.mean(axis=1) for number, values in ahead.items()}
    errors = {number: values.var(axis=1) / values.shape[1] + 1e-12 for number, values in ahead.items()}  # squared
    spread = variance_between(np.stack([*means.values()]), np.stack([*errors.values()]))
    weights = {number: 1 / (error + spread) for number, error in errors.items()}
    total = np.sum([*weights.values()], axis=0)
    common = np.sum([weights[number] * means[number] for number in gains], axis=0) / total
    expected, error = common, 1 / total
    if platform in gains:
        share = spread / (spread + errors[platform])
        expected = share * means[platform] + (1 - share) * common
        error = share * errors[platform] + (1 - share) ** 2 / total
    better = np.flatnonzero(expected > CLEARLY * np.sqrt(error) + FASHION * BETS)
    return int(better[np.argmax(expected[better])]) if len(better) else usual


def variance_between(means: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """By how much platforms differ beyond noise, as a variance `[blends]`; 0 for one platform.

    The estimate by moments of DerSimonian & Laird 1986.

    Args:
        means: `[platforms, blends]`.
        errors: `[platforms, blends]` their squared standard errors.
    """
    weights = 1 / errors
    total = weights.sum(axis=0)
    heterogeneity = (weights * (means - (weights * means).sum(axis=0) / total) ** 2).sum(axis=0)
    scale = total - (weights**2).sum(axis=0) / total
    excess = np.maximum(heterogeneity - (len(means) - 1), 0.0)
    return excess / np.maximum(scale, 1e-9) if len(means) > 1 else np.zeros(means.shape[1])
