"""Choose, then refit: epochs and blend are chosen on the window before the cut, then everything is learned anew.

Half of the persons choose and the other half reports, then the halves swap, so that no reported figure is of persons
who had a say. What ships is trained on everything up to the cut for the epochs that both halves together chose.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.configuration import Configuration
from models.evaluation import Judged, Scores, judge_window, score_lists
from models.inputs import SECONDS_PER_DAY, Catalogue, Log
from models.network import Network
from models.recommender import Scorer, make_scorer
from models.training import Popularity, Trainer, new_network

# how much the network's part counts beside the prior; 0 is the prior alone
BLENDS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
USUAL_BLEND = 0.3
NOBODY = Scores(np.array([], int), np.array([]), np.array([]), 0.0)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Window:
    """The window before the cut: what was known when it began, and what was taken in it."""

    log: Log
    cut: int
    days: int
    judged: list[Judged]
    popularity: Popularity

    def of_platform(self, catalogue: Catalogue, platform: int) -> "Window":
        """The same window as a platform on its own would know it."""
        return replace(self, log=self.log.of_items(catalogue.items_of(platform)))


def open_window(catalogue: Catalogue, log: Log, cut: int, configuration: Configuration) -> Window:
    """The last `window_days` before the cut, at most a quarter of the log's span, at least a day."""
    span = (cut - int(log.times.min())) // SECONDS_PER_DAY if len(log.times) else 1
    days = int(max(1, min(configuration.window_days, span // 4)))
    begin = cut - days * SECONDS_PER_DAY
    known = log.until(begin)
    popularity = Popularity.fit(catalogue, known, begin, days)
    return Window(known, begin, days, judge_window(catalogue, log, begin, days), popularity)


def judge_popularity(catalogue: Catalogue, window: Window, users_count: int) -> list[Scores]:
    """How the prior alone did in the window, on each platform."""
    scorer = make_scorer(None, catalogue, window.log, window.popularity, Configuration(), users_count)
    return [score_lists(scorer, platform, judged) for platform, judged in enumerate(window.judged)]


@dataclass(frozen=True)
class Choice:
    """What was chosen for a recommender and how it did: the epochs, the blend of each platform, the reported scores."""

    epochs: int
    blend: list[float]
    scores: list[Scores]


Half = Callable[[np.ndarray], np.ndarray]


def everybody(users: np.ndarray) -> np.ndarray:
    """All persons have a say."""
    return np.ones(len(users), bool)


def even(users: np.ndarray) -> np.ndarray:
    """One half of the persons, by a bit of their mixed index, so that neighbours part."""
    mixed = users.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray((mixed >> np.uint64(40)) % np.uint64(2) == 0)


def odd(users: np.ndarray) -> np.ndarray:
    """The other half."""
    return ~even(users)


@dataclass
class Best:
    """The best epoch so far in the eyes of one half of the persons, and the scorer as it was then."""

    half: Half
    value: float = -1.0
    epoch: int = 0
    scorer: Scorer | None = None

    def consider(self, epoch: int, scorer: Scorer, scores: list[Scores]) -> None:
        """Take this epoch if its macro NDCG among the half is higher than any before."""
        means = [score.ndcg[self.half(score.users)] for score in scores]
        value = float(np.mean([mean.mean() for mean in means if len(mean)] or [0.0]))
        if value > self.value:
            self.value, self.epoch, self.scorer = value, epoch, scorer

    def blend(self, judged: Mapping[int, Judged]) -> dict[int, float]:
        """The weight of the network's part on each platform, by the mean NDCG among the half.

        A platform's own evidence and, as much again, that of all platforms together: one window of one platform is
        noise. Without anybody to judge it is the usual one.
        """
        gains = {}
        for platform, window in judged.items():
            if self.scorer is not None and self.half(window.users).any():
                lists = [score_lists(self.scorer.blended(weight), platform, window) for weight in BLENDS]
                means = np.array([scores.ndcg[self.half(scores.users)].mean() for scores in lists])
                gains[platform] = means / max(means.max(), 1e-12)
        together = np.mean(list(gains.values()), axis=0) if gains else np.zeros(len(BLENDS))
        return {
            platform: BLENDS[int(np.argmax(gains[platform] + together))] if platform in gains else USUAL_BLEND
            for platform in judged
        }


def choose(
    catalogue: Catalogue,
    window: Window,
    users_count: int,
    alphas: np.ndarray,
    configuration: Configuration,
    seed: int,
    say: Say,
) -> Choice:
    """Train up to the window, judge each epoch in it, and choose epochs and blend.

    Args:
        catalogue: platforms and items.
        window: what may be learned from and what judges.
        users_count: how many persons there are.
        alphas: `[platforms]` loss weights; platforms of weight 0 are neither trained nor judged.
        configuration: hyperparameters.
        seed: of weights, order and negatives.
        say: takes lines of progress.
    """
    platforms = [number for number in range(len(alphas)) if alphas[number]]
    network = new_network(catalogue, configuration, seed)
    trainer = Trainer(network, catalogue, window.log, window.popularity, alphas, configuration, seed)
    best, of_even, of_odd = Best(everybody), Best(even), Best(odd)
    for epoch in range(1, configuration.max_epochs + 1):
        losses = trainer.epoch()
        scorer = make_scorer(network, catalogue, window.log, window.popularity, configuration, users_count)
        scores = [score_lists(scorer.blended(USUAL_BLEND), number, window.judged[number]) for number in platforms]
        for half in (best, of_even, of_odd):
            half.consider(epoch, scorer, scores)
        named = "  ".join(f"{catalogue.platforms[number]} {losses[number]:.3f}" for number in platforms)
        say(f"epoch {epoch} of at most {configuration.max_epochs}: best NDCG@10 {best.value:.4f}  loss {named}")
        if epoch - max(best.epoch, of_even.epoch, of_odd.epoch) >= configuration.patience:
            break
    judged = {number: window.judged[number] for number in platforms}
    blend, reported = best.blend(judged), swapped(of_even, of_odd, judged)
    everywhere = range(len(alphas))
    return Choice(
        best.epoch,
        [blend.get(number, 0.0) for number in everywhere],
        [reported.get(number, NOBODY) for number in everywhere],
    )


def swapped(of_even: Best, of_odd: Best, judged: Mapping[int, Judged]) -> dict[int, Scores]:
    """The scores on each platform, each half of the persons under what the other half chose."""
    under = []
    for chosen in (of_odd, of_even):
        blend = chosen.blend(judged)
        if chosen.scorer is None:
            return {}
        under.append(
            {
                platform: score_lists(chosen.scorer.blended(blend[platform]), platform, window)
                for platform, window in judged.items()
            }
        )
    return {platform: _merged(under[0][platform], under[1][platform]) for platform in judged}


def _merged(for_even: Scores, for_odd: Scores) -> Scores:
    """Each half of the persons from its own scores; coverage is the mean."""
    is_even = even(for_even.users)
    return Scores(
        for_even.users,
        np.where(is_even, for_even.ndcg, for_odd.ndcg),
        np.where(is_even, for_even.recall, for_odd.recall),
        (for_even.coverage + for_odd.coverage) / 2,
    )


def refit(
    catalogue: Catalogue,
    log: Log,
    popularity: Popularity,
    alphas: np.ndarray,
    configuration: Configuration,
    epochs: int,
    seed: int,
    say: Say,
) -> Network:
    """Train anew on everything up to the cut, for as many epochs as were chosen."""
    network = new_network(catalogue, configuration, seed)
    trainer = Trainer(network, catalogue, log, popularity, alphas, configuration, seed)
    for epoch in range(1, epochs + 1):
        losses = trainer.epoch()
        say(f"refit, epoch {epoch} of {epochs}: loss {float(losses @ alphas):.3f}")
    return network
