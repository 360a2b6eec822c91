"""What makes the lists of a night: the choices of the window, the ship rule, and the networks that are refitted for it.

Shipped on a platform is the mean of two networks, that of all platforms and its own, unless its own alone was better
beyond chance.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.choosing import Choice, choose_averaged
from models.encoder_weights import save_encoder
from models.evaluation import ALL, NOBODY, Scores
from models.heads import NO_HEADS, Heads, learn_heads
from models.learning_encoder import LearningEncoder
from models.lesson import Lesson
from models.lineup import paired_rows
from models.progress import Say, named
from models.recommender import PRIOR_ALONE, Blend, Scorer, averaged
from models.saved_recommender import encoder_file, save_network, save_recommender, save_whitening
from models.warm_start import Parent

JOINT, SINGLE, BOTH, PRIOR = "joint", "single", "joint+single", "prior"


def source_of(blend: Blend, maker: str) -> str:
    """What makes a list, beside the prior that is in all of them."""
    if blend.network or maker == PRIOR:
        return maker
    return "item-knn" if blend.neighbours else PRIOR


@dataclass(frozen=True)
class Verdict:
    """What makes a platform's lists, and why, in words.

    `joint`: the network of all platforms; `single`: its own; `joint+single`: the mean of their scores; `prior`: none.
    """

    recommender: str
    why: str


def ship(platforms: Sequence[str], single: Sequence[Scores], both: Sequence[Scores]) -> list[Verdict]:
    """Both networks, unless a platform's own alone was better beyond chance: none pays for the others that we know of.

    Judged by NDCG@10 in the window before the cut, over the same persons, with a paired 95 % bootstrap interval.
    """
    rows = {row["platform"]: row for row in paired_rows(platforms, single, both, ALL, "ndcg@10")}
    return [_judged(rows.get(platform)) for platform in platforms]


def _judged(row: Mapping[str, Any] | None) -> Verdict:
    """The verdict on one platform."""
    if row is None:
        return Verdict(BOTH, "nobody took anything in the window before the cut that could tell")
    figures = (
        f"NDCG@10 {row['after']:.4f}, by its own network alone {row['before']:.4f}, "
        f"difference {row['difference']:+.4f} [{row['low']:+.4f}, {row['high']:+.4f}]"
    )
    if row["high"] < 0:
        return Verdict(SINGLE, f"{figures}: the network of all platforms does harm here")
    return Verdict(BOTH, f"{figures}: " + ("both together are better" if row["low"] > 0 else "it may be chance"))


@dataclass(frozen=True)
class Chosen:
    """The choices of the window, and what makes the lists of each platform."""

    verdicts: list[Verdict]
    joint: Choice | None = None
    singles: Mapping[int, Choice] | None = None
    both: Choice | None = None

    @property
    def makers(self) -> list[str]:
        """Of each platform, without a reason."""
        return [verdict.recommender for verdict in self.verdicts]

    def choice(self, platform: int) -> Choice | None:
        """What was chosen for the lists of a platform; None if there is no network."""
        single = (self.singles or {}).get(platform)
        return {JOINT: self.joint, SINGLE: single, BOTH: self.both}.get(self.makers[platform])

    @property
    def blends(self) -> list[Blend]:
        """Of each platform."""
        choices = map(self.choice, range(len(self.makers)))
        return [choice.blends[number] if choice else PRIOR_ALONE for number, choice in enumerate(choices)]

    @property
    def epochs(self) -> list[int]:
        """Of the network that makes each platform's lists; of two, that of all platforms."""
        return [choice.epochs if choice else 0 for choice in map(self.choice, range(len(self.makers)))]

    def shipped(self, platforms: Sequence[str]) -> list[dict[str, Any]]:
        """A row for each platform: what makes its lists, how much of it counts beside the prior, and why."""
        rows = []
        for name, verdict, blend in zip(platforms, self.verdicts, self.blends, strict=True):
            source = source_of(blend, verdict.recommender)
            why = verdict.why if source == verdict.recommender else "no network was of use in the window before the cut"
            rows.append({"platform": name, "recommender": source, "why": why, **asdict(blend)})
        return rows

    def scores(self) -> dict[str, list[Scores]]:
        """How each recommender of the window did on each platform."""
        scores = {JOINT: self.joint.scores} if self.joint else {}
        if self.singles is not None:
            choices = [self.singles.get(number) for number in range(len(self.makers))]
            scores[SINGLE] = [choice.scores[number] if choice else NOBODY for number, choice in enumerate(choices)]
        if self.both:
            scores[BOTH] = self.both.scores
        return scores


def choose_shipped(lesson: Lesson, mode: str, say: Say) -> Chosen:
    """Train what the mode asks for up to the window, judge it there, and decide what ships.

    What goes on from an earlier recommender takes what that had decided.

    Args:
        lesson: of the night.
        mode: `popularity`: no network; `single`: one for each platform; `joint`: these, and one for all platforms.
        say: takes lines of progress.
    """
    platforms = lesson.catalogue.platforms
    if lesson.parent is not None:
        return _inherited(lesson.parent, platforms, mode)
    if mode == "popularity":
        return Chosen([Verdict(PRIOR, "popularity alone was asked for")] * len(platforms))
    singles = {
        number: lesson.choose_single(number, named(say, f"single {platforms[number]}"))
        for number in map(int, np.flatnonzero(lesson.alphas))
    }
    asked = Verdict(SINGLE, "networks of single platforms were asked for")
    alone = Chosen([asked] * len(platforms), None, singles)
    if mode == "single":
        return alone
    joint = lesson.choose_joint(named(say, "joint"))
    judged = {number: lesson.window.judged[number] for number in singles}
    both = choose_averaged(joint, singles, lesson.catalogue, judged)
    verdicts = ship(platforms, alone.scores()[SINGLE], both.scores)
    for platform, verdict in zip(platforms, verdicts, strict=True):
        say(f"{verdict.recommender} makes the lists of {platform}: {verdict.why}")
    return Chosen(verdicts, joint, singles, both)


def learn_shipped_heads(lesson: Lesson, chosen: Chosen) -> list[Heads]:
    """Of each platform, of what makes its lists; none where nobody took anything in the window.

    What goes on from an earlier recommender has the heads of that.
    """
    if lesson.parent is not None:
        return lesson.parent.heads
    window = lesson.window
    heads = [NO_HEADS] * len(chosen.makers)
    for number, judged in enumerate(window.judged):
        choice = chosen.choice(number)
        if choice and choice.bests and len(judged.users):
            scorer = choice.bests[0].scorer.blended(choice.blends[number])
            heads[number] = learn_heads(scorer, number, window.witnesses, judged, window.log)
    return heads


def _inherited(parent: Parent, platforms: Sequence[str], mode: str) -> Chosen:
    """What shipped on an earlier night."""
    alone = [number for number, platform in enumerate(platforms) if parent.has_network(platform)]
    joint = parent.choice if parent.has_network(None) else None
    why, usual = f"as chosen before: it goes on from {parent.version}", SINGLE if mode == "single" else BOTH
    verdicts = [Verdict(maker or usual, why) for maker in parent.makers]
    return Chosen(verdicts, joint, dict.fromkeys(alone, parent.choice), joint)


def refit_shipped(lesson: Lesson, chosen: Chosen, say: Say, known: Container[int | None] = ()) -> Iterator[int | None]:
    """Refit each network that ships, up to the cut; the platform whose own the lesson's network is now, or None.

    Those that are `known` already are left out.
    """
    is_needed = {JOINT, BOTH} & set(chosen.makers) and None not in known
    if is_needed and chosen.joint is not None and chosen.joint.epochs:
        lesson.refit_joint(chosen.joint.epochs, named(say, "joint"))
        yield None
    for number, single in (chosen.singles or {}).items():
        if chosen.makers[number] in (SINGLE, BOTH) and single.epochs and number not in known:
            lesson.refit_single(number, single.epochs, named(say, f"single {lesson.catalogue.platforms[number]}"))
            yield number


def scorers(makers: Sequence[str], shared: Scorer | None, singles: Mapping[int, Scorer], prior: Scorer) -> list[Scorer]:
    """What scores each platform's items, with `shared` by the network of all platforms and `prior` without any."""
    both = averaged(shared, singles) if shared else prior
    known = {JOINT: shared or prior, BOTH: both}
    return [known.get(maker) or singles.get(platform, prior) for platform, maker in enumerate(makers)]


def save_shipped(folder: Path, lesson: Lesson, chosen: Chosen, heads: list[Heads], say: Say) -> None:
    """Refit what ships, and keep it in a folder that a later night can go on from."""
    for number in refit_shipped(lesson, chosen, say):
        platform = None if number is None else lesson.catalogue.platforms[number]
        save_network(folder, lesson.trainer.network, platform)
        if isinstance(lesson.trainer.encoder, LearningEncoder):
            save_encoder(encoder_file(folder, platform), lesson.trainer.encoder.learned)
    facts = {
        "configuration": lesson.configuration.as_dict(),
        "makers": chosen.makers,
        "cut": lesson.inputs.cut,
        "alphas": lesson.weights.tolist(),
    }
    save_recommender(folder, lesson.popularity.priors, chosen.blends, lesson.catalogue, facts, heads)
    if any(chosen.epochs):
        save_whitening(folder, lesson.whitening)
