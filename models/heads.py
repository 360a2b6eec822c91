"""What is said of a listed item beside its score: heads that are fitted on the window before the cut.

Half of the persons fits and the other half reports, then the halves swap; what is kept is fitted by both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from models.evaluation import Judged
from models.halves import even
from models.inputs import Log, Outcomes
from models.probability_head import Pairs, ProbabilityHead, fit_probability, judge_probability
from models.ranking import best_items
from models.rating_head import Baseline, RatingHead, fit_baseline, fit_rating

if TYPE_CHECKING:
    from models.recommender import Scorer

LISTED = 20
OTHERS = 1000  # persons who took nothing in the window, at most
BLOCK = 512


@dataclass(frozen=True)
class Heads:
    """Of one platform, with what they are worth: rows of `metrics` and `reliability`."""

    probability: ProbabilityHead | None = None
    rating: RatingHead | None = None
    metrics: list[dict[str, Any]] = field(default_factory=list)
    reliability: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """What has to be saved."""
        return {
            "probability": asdict(self.probability) if self.probability else None,
            "rating": asdict(self.rating) if self.rating else None,
        }


NO_HEADS = Heads()


def read_heads(saved: Mapping[str, Any]) -> Heads:
    """Heads from `as_dict`."""
    probability, rating = saved["probability"], saved["rating"]
    return Heads(ProbabilityHead(**probability) if probability else None, RatingHead(**rating) if rating else None)


@dataclass(frozen=True)
class Witnesses:
    """Persons from whom heads are learned, and what they met in the window.

    All who took anything in it, and of the others a sample, in which each stands for several.
    """

    users: np.ndarray  # ascending
    weights: np.ndarray
    shown: Outcomes
    rated: Outcomes

    def places(self, users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which of `users` are witnesses, and the place of each."""
        places = np.minimum(np.searchsorted(self.users, users), max(len(self.users) - 1, 0))
        return np.isin(users, self.users), places

    def known_to(self, scorer: "Scorer", items: slice) -> "Witnesses":
        """Those with a history, with what they met of these items."""
        has_history = scorer.state_rows >= 0
        kept = has_history[self.users]
        shown, rated = (_of_items(one.only(has_history[one.users]), items) for one in (self.shown, self.rated))
        return Witnesses(self.users[kept], self.weights[kept], shown, rated)


def call_witnesses(known: np.ndarray, log: Log, begin: int, judged: Sequence[Judged]) -> Witnesses:
    """The witnesses of a window.

    Args:
        known: persons who were known when the window began; one may stand there several times.
        log: with the window.
        begin: its beginning, in epoch seconds.
        judged: what was taken in it, on each platform.
    """
    takers = np.unique(np.concatenate([one.users for one in judged]))
    others = np.setdiff1d(known, takers)
    drawn = others[np.linspace(0, len(others), min(len(others), OTHERS), endpoint=False).astype(int)]
    users = np.concatenate([takers, drawn])
    order, weights = np.argsort(users), np.ones(len(users))
    weights[len(takers) :] = len(others) / max(len(drawn), 1)
    shown, rated = (one.only((one.times >= begin) & np.isin(one.users, users)) for one in (log.shown, log.rated))
    return Witnesses(users[order], weights[order], shown, rated)


def learn_heads(scorer: "Scorer", platform: int, witnesses: Witnesses, judged: Judged, known: Log) -> Heads:
    """Both heads of one platform, as far as there is anything to learn them from.

    Args:
        scorer: as of the beginning of the window.
        platform: whose items they are for.
        witnesses: the persons whose states the scorer knows.
        judged: what persons took in the window.
        known: the log as it was known when the window began.
    """
    items = scorer.catalogue.items_of(platform)
    own = witnesses.known_to(scorer, items)
    if not len(own.users):
        return NO_HEADS
    rating, metrics = _learn_rating(scorer, platform, _of_items(known.rated, items), own.rated)
    for basis, pairs in _evidence(scorer, platform, own, judged, known):
        found = judge_probability(basis, pairs, even(pairs.users))
        if found is not None:
            return Heads(fit_probability(basis, pairs), rating, found["metrics"] + metrics, found["reliability"])
    return Heads(None, rating, metrics)


def _evidence(
    scorer: "Scorer", platform: int, witnesses: Witnesses, judged: Judged, known: Log
) -> Iterator[tuple[str, Pairs]]:
    """What a probability may be learned from, the best first."""
    yield "impressions", shown_pairs(scorer, platform, witnesses)
    yield "lists", listed_pairs(scorer, platform, witnesses, judged, known)


def _of_items(outcomes: Outcomes, items: slice) -> Outcomes:
    return outcomes.only((outcomes.items >= items.start) & (outcomes.items < items.stop))


def shown_pairs(scorer: "Scorer", platform: int, witnesses: Witnesses) -> Pairs:
    """Everything that witnesses were shown, and whether they took it within a day."""
    shown, offset = witnesses.shown, scorer.catalogue.items_of(platform).start
    users, rows = np.unique(shown.users, return_inverse=True)
    scores = np.zeros(len(rows))
    for begin in range(0, len(users), BLOCK):
        table = scorer.scores(platform, users[begin : begin + BLOCK])
        inside = (rows >= begin) & (rows < begin + BLOCK)
        scores[inside] = table[rows[inside] - begin, shown.items[inside] - offset]
    _, places = witnesses.places(shown.users)
    return Pairs(shown.users, scores, shown.values > 0, witnesses.weights[places])


def listed_pairs(scorer: "Scorer", platform: int, witnesses: Witnesses, judged: Judged, known: Log) -> Pairs:
    """The lists of witnesses as they would have been when the window began, and what they took of them in it."""
    is_witness, places = witnesses.places(known.consumed_users)
    order = np.argsort(places[is_witness], kind="stable")
    excluded = places[is_witness][order], known.consumed_items[is_witness][order]
    best, scores = best_items(scorer, scorer.catalogue, platform, witnesses.users, excluded, LISTED)
    size = len(scorer.catalogue.item_ids)
    taken = judged.users[judged.relevant_rows].astype(np.int64) * size + judged.relevant_items
    is_taken = np.isin(witnesses.users[:, None] * size + best, taken)
    at = np.nonzero(best >= 0)
    return Pairs(witnesses.users[at[0]], scores[at].astype(float), is_taken[at], witnesses.weights[at[0]])


def _learn_rating(
    scorer: "Scorer", platform: int, before: Outcomes, rated: Outcomes
) -> tuple[RatingHead | None, list[dict[str, Any]]]:
    """The head, if it is better than the mean, and both errors; nothing where either half rated too little."""
    baseline = fit_baseline(before, len(scorer.state_rows), len(scorer.catalogue.item_ids))
    if baseline is None:
        return None, []
    affinities, is_first = scorer.affinities(platform, rated.users, rated.items), even(rated.users)
    of_first, of_second = (fit_rating(baseline, rated.only(half), affinities[half]) for half in (is_first, ~is_first))
    if of_first is None or of_second is None:
        return None, []
    known = baseline, rated.users, rated.items, affinities
    expected = np.where(is_first, of_second.of(*known), of_first.of(*known))
    errors = {
        name: float(np.sqrt(np.mean((values - rated.values) ** 2)))
        for name, values in (("mean", baseline.mean), ("rating", expected))
    }
    common: dict[str, Any] = {"segment": "ratings", "metric": "rmse", "low": None, "high": None}
    common["persons_count"] = len(np.unique(rated.users))
    metrics = [{"recommender": name, "value": error, **common} for name, error in errors.items()]
    is_better = errors["rating"] < errors["mean"]
    return fit_rating(baseline, rated, affinities) if is_better else None, metrics


@dataclass(frozen=True)
class HeadsAtWork:
    """The heads of one platform with what they need of the night."""

    heads: Heads
    baseline: Baseline | None
    scorer: "Scorer"
    platform: int

    @classmethod
    def of_night(cls, heads: Heads, scorer: "Scorer", platform: int, rated: Outcomes) -> "HeadsAtWork":
        """With the means of everything that was rated up to the cut."""
        own = _of_items(rated, scorer.catalogue.items_of(platform))
        baseline = fit_baseline(own, len(scorer.state_rows), len(scorer.catalogue.item_ids)) if heads.rating else None
        return cls(heads, baseline, scorer, platform)

    def say(self, users: np.ndarray, items: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
        """`probability` and `rating` of lists.

        Args:
            users: `[persons]`.
            items: `[persons, k]`, −1 where there is none.
            scores: `[persons, k]`.

        Returns:
            Each `[persons, k]`, NaN where there is no head or no item, or where the person has no history.
        """
        told = {name: np.full(items.shape, np.nan) for name in ("probability", "rating")}
        rows, ranks = np.nonzero((items >= 0) & (self.scorer.state_rows[users] >= 0)[:, None])
        probability, rating = self.heads.probability, self.heads.rating
        if probability is not None:
            told["probability"][rows, ranks] = probability.of(scores[rows, ranks])
        if rating is not None and self.baseline is not None:
            pairs = users[rows], items[rows, ranks]
            affinities = self.scorer.affinities(self.platform, *pairs)
            told["rating"][rows, ranks] = rating.of(self.baseline, *pairs, affinities)
        return told
