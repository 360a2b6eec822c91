"""Choose, then refit: epochs and blend are chosen on the window before the cut, then everything is learned anew.

Half of the persons choose and the other half reports, then the halves swap, so that no reported figure is of persons
who had a say. What ships is trained on everything up to the cut for the epochs that both halves together chose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from models.blending import BLENDS, USUAL_BLEND, ndcg_by_blend, usual_or_better
from models.board import Note, unnoted
from models.configuration import Configuration
from models.evaluation import NOBODY, Judged, Scores, score_lists
from models.halves import Half, even, everybody, odd
from models.inputs import Catalogue, Log
from models.item_knn import learn_neighbours
from models.loss_weights import by_gap, cross_entropies
from models.popularity import Popularity
from models.progress import Say
from models.recommender import PRIOR_ALONE, Blend, Scorer, averaged, make_scorer
from models.training import Trainer
from models.window import Window

# what epochs are judged by: neighbours would hide what the network still learns
EPOCH_BLEND = Blend(0.3, 0.0)
# one-sided 95 %, for a later epoch
SURELY = NormalDist().inv_cdf(0.95)


def macro(groups: Sequence[np.ndarray]) -> float:
    """The mean over the platforms of the mean over their persons; 0 without anybody."""
    return float(np.mean([group.mean() for group in groups if len(group)] or [0.0]))


def judge_popularity(catalogue: Catalogue, window: Window, users_count: int) -> list[Scores]:
    """How the prior alone did in the window, on each platform."""
    scorer = make_scorer(None, catalogue, window.log, window.popularity, Configuration(), users_count)
    return [score_lists(scorer, catalogue, platform, judged) for platform, judged in enumerate(window.judged)]


@dataclass
class Best:
    """The epoch that is chosen so far in the eyes of one half of the persons, and the scorer as it was then.

    It is the latest that was not clearly worse, at 95 %, than the best before it: the highest NDCG of a window is found
    early by chance as often as by overfitting, and what is learned up to the end serves the days to come better.
    """

    half: Half
    scorer: Scorer
    epoch: int = 0
    highest: list[np.ndarray] | None = None

    @property
    def value(self) -> float:
        """The highest macro NDCG of an epoch."""
        return macro(self.highest or [])

    def consider(self, epoch: int, scorer: Scorer, scores: dict[int, Scores]) -> None:
        """Take this epoch unless an earlier one was clearly better among the half."""
        groups = [score.ndcg[self.half(score.users)] for score in scores.values()]
        if self.highest is None or macro(groups) > self.value:
            self.highest = groups
        behind = [best - now for best, now in zip(self.highest, groups, strict=True) if len(now)]
        error = np.sqrt(sum(each.var() / len(each) for each in behind)) / max(len(behind), 1)
        if macro(behind) <= SURELY * error:
            self.epoch, self.scorer = epoch, scorer

    def blends(self, judged: Mapping[int, Judged]) -> dict[int, Blend]:
        """The blend of each platform that `usual_or_better` chooses among the half; the usual one without anybody."""
        voters = {number: who.only(self.half(who.users)) for number, who in judged.items()}
        gains = {number: ndcg_by_blend(self.scorer, number, who) for number, who in voters.items() if len(who.users)}
        gains = {number: values / values.mean() for number, values in gains.items() if values.any()}
        if not gains:
            return dict.fromkeys(judged, USUAL_BLEND)
        return {number: BLENDS[usual_or_better(gains, number)] for number in judged}


@dataclass(frozen=True)
class Choice:
    """What was chosen for a recommender and how it did: the epochs, the blend of each platform, the reported scores.

    `bests` has its best epochs in the eyes of everybody and of either half; none if there was nothing to learn from.
    `alphas` `[epochs, platforms]` are the loss weights of the chosen epochs.
    """

    epochs: int
    blends: list[Blend]
    scores: list[Scores]
    bests: tuple[Best, ...] = ()
    alphas: np.ndarray | None = None


def choose(
    trainer: Trainer,
    window: Window,
    users_count: int,
    alphas: np.ndarray,
    seed: int,
    say: Say,
    note: Note = unnoted,
    losses_of_singles: np.ndarray | None = None,
) -> Choice:
    """Train up to the window, judge each epoch in it, and choose epochs and blend.

    Args:
        trainer: of the network.
        window: what may be learned from and what judges.
        users_count: how many persons there are.
        alphas: `[platforms]` loss weights; platforms of weight 0 are neither trained nor judged.
        seed: of the order of sequences and the negatives.
        say: takes lines of progress.
        note: takes the figures of each epoch.
        losses_of_singles: `[platforms]` in the window; where the network is behind them a platform's weight grows.
    """
    catalogue, configuration, everyone = trainer.catalogue, trainer.configuration, window.users
    judged = {number: window.judged[number] for number in range(len(alphas)) if alphas[number]}
    trainer.start(window.log, window.popularity, alphas, seed)
    if not len(trainer.course.sequences.users):
        say("nothing to learn from: the prior alone")
        popular = judge_popularity(catalogue, window, users_count)
        scores = [popular[number] if number in judged else NOBODY for number in range(len(alphas))]
        return Choice(0, [PRIOR_ALONE] * len(alphas), scores)

    trainer.pretrain(say, note)
    neighbours = learn_neighbours(catalogue, window.log, users_count, window.begin)

    def scorer_now() -> Scorer:
        known = (catalogue, window.log, window.popularity, configuration, users_count, everyone, neighbours)
        return make_scorer(trainer.network, *known)

    best, of_even, of_odd = (Best(half, scorer_now()) for half in (everybody, even, odd))
    path = []
    for epoch in range(1, configuration.max_epochs + 1):
        path.append(trainer.alphas)
        losses, scorer = trainer.epoch(), scorer_now()
        found = {
            number: score_lists(scorer.blended(EPOCH_BLEND), catalogue, number, who) for number, who in judged.items()
        }
        for each in (best, of_even, of_odd):
            each.consider(epoch, scorer, found)
        named = "  ".join(f"{catalogue.platforms[number]} {losses[number]:.3f}" for number in judged)
        say(f"epoch {epoch} of at most {configuration.max_epochs}: best NDCG@10 {best.value:.4f}  loss {named}")
        note(epoch, figures_of(trainer, losses, found))
        if losses_of_singles is not None and window.weighing is not None:
            gaps = cross_entropies(scorer, catalogue, window.weighing) - losses_of_singles
            trainer.alphas = by_gap(trainer.alphas, gaps, ~np.isnan(catalogue.alphas))
        if epoch - max(best.epoch, of_even.epoch, of_odd.epoch) >= configuration.patience:
            break
    return replace(conclude((best, of_even, of_odd), catalogue, judged), alphas=np.stack(path[: best.epoch]))


def conclude(bests: tuple[Best, ...], catalogue: Catalogue, judged: Mapping[int, Judged]) -> Choice:
    """Blends in the eyes of everybody and of either half, and how each half did under what the other one chose."""
    best, of_even, of_odd = bests
    blends, scores = [PRIOR_ALONE] * len(catalogue.platforms), [NOBODY] * len(catalogue.platforms)
    of_all_blends, of_even_blends, of_odd_blends = (each.blends(judged) for each in bests)
    for number, who in judged.items():
        blends[number] = of_all_blends[number]
        under_odd = score_lists(of_odd.scorer.blended(of_odd_blends[number]), catalogue, number, who)
        under_even = score_lists(of_even.scorer.blended(of_even_blends[number]), catalogue, number, who)
        scores[number] = swapped(under_odd, under_even)
    return Choice(best.epoch, blends, scores, bests)


def choose_averaged(
    joint: Choice, singles: Mapping[int, Choice], catalogue: Catalogue, judged: Mapping[int, Judged]
) -> Choice:
    """Blends of the mean of two networks' scores, that of all platforms and each platform's own, and how it did."""
    bests = []
    for place, best in enumerate(joint.bests):
        own = {number: single.bests[place].scorer for number, single in singles.items() if single.bests}
        bests.append(replace(best, scorer=averaged(best.scorer, own)))
    return conclude(tuple(bests), catalogue, judged) if bests else joint


def swapped(under_odd: Scores, under_even: Scores) -> Scores:
    """Each half of the persons under what the other half chose."""
    is_even = even(under_odd.users)
    return Scores(
        under_odd.users,
        {key: np.where(is_even, values, under_even.values[key]) for key, values in under_odd.values.items()},
        (under_odd.coverage + under_even.coverage) / 2,
    )


def figures_of(trainer: Trainer, losses: np.ndarray, found: Mapping[int, Scores]) -> dict[str, float]:
    """The figures of an epoch that are worth a curve: the learning rate, and by platform loss, α and NDCG@10."""
    names = trainer.catalogue.platforms
    learned = np.flatnonzero(trainer.alphas)
    return {
        "learning_rate": float(trainer.optimizer.learning_rate),
        **{f"loss/{names[number]}": float(losses[number]) for number in learned},
        **{f"alpha/{names[number]}": float(trainer.weights[number]) for number in learned},
        **{f"ndcg@10/{names[number]}": float(score.ndcg.mean()) for number, score in found.items() if len(score.users)},
    }


def refit(
    trainer: Trainer,
    log: Log,
    popularity: Popularity,
    alphas: np.ndarray,
    epochs: int,
    seed: int,
    say: Say,
    note: Note = unnoted,
) -> None:
    """Train anew on everything up to the cut, for as many epochs as were chosen.

    The loss weights `alphas` are `[platforms]`, or `[epochs, platforms]` where they change.
    """
    path = np.broadcast_to(alphas, (epochs, alphas.shape[-1]))
    trainer.start(log, popularity, path[0], seed, epochs=epochs)
    trainer.pretrain(say, note)
    learn_on(trainer, path, "refit", say, note)


def learn_on(trainer: Trainer, path: np.ndarray, name: str, say: Say, note: Note) -> None:
    """Go on for as many epochs as there are rows of loss weights in `path` `[epochs, platforms]`; all are told of."""
    for epoch, alphas in enumerate(path, 1):
        trainer.alphas = alphas
        losses = trainer.epoch()
        say(f"{name}, epoch {epoch} of {len(path)}: loss {float(losses @ trainer.weights):.3f}")
        note(epoch, figures_of(trainer, losses, {}))
