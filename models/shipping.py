"""What makes the lists of a night: the choices of the window, the ship rule, and the networks that are refitted for it.

Shipped on a platform is the network of all platforms, unless the platform's own was better beyond chance.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.choosing import Choice, Say
from models.evaluation import ALL, NOBODY, Scores
from models.lesson import Lesson
from models.lineup import paired_rows
from models.recommender import PRIOR_ALONE, Blend


@dataclass(frozen=True)
class Verdict:
    """What makes a platform's lists, joint, single or prior, and why, in words."""

    recommender: str
    why: str


def ship(platforms: Sequence[str], single: Sequence[Scores], joint: Sequence[Scores]) -> list[Verdict]:
    """Joint, unless a platform's own network was better beyond chance: no platform pays for the others.

    Judged by NDCG@10 in the window before the cut, over the same persons, with a paired 95 % bootstrap interval.
    """
    uplift = {row["platform"]: row for row in paired_rows(platforms, single, joint, ALL, "ndcg@10")}
    return [_judged(uplift.get(platform)) for platform in platforms]


def _judged(row: Mapping[str, Any] | None) -> Verdict:
    """The verdict on one platform."""
    if row is None:
        return Verdict("joint", "nobody took anything in the window before the cut that could tell")
    figures = (
        f"NDCG@10 {row['joint']:.4f}, by a network of its own {row['single']:.4f}, "
        f"difference {row['difference']:+.4f} [{row['low']:+.4f}, {row['high']:+.4f}]"
    )
    if row["high"] < 0:
        return Verdict("single", f"{figures}: what other platforms teach does harm here")
    return Verdict("joint", f"{figures}: " + ("the others help" if row["low"] > 0 else "it may be chance"))


@dataclass(frozen=True)
class Chosen:
    """The choices of the window, and what makes the lists of each platform: joint, single, or prior: no network."""

    verdicts: list[Verdict]
    joint: Choice | None = None
    singles: Mapping[int, Choice] | None = None

    @property
    def makers(self) -> list[str]:
        """Of each platform, without a reason."""
        return [verdict.recommender for verdict in self.verdicts]

    def choice(self, platform: int) -> Choice | None:
        """What was chosen for the lists of a platform; None if there is no network."""
        if self.makers[platform] == "single":
            return (self.singles or {}).get(platform)
        return self.joint if self.makers[platform] == "joint" else None

    @property
    def blends(self) -> list[Blend]:
        """Of each platform."""
        choices = map(self.choice, range(len(self.makers)))
        return [choice.blends[number] if choice else PRIOR_ALONE for number, choice in enumerate(choices)]

    @property
    def epochs(self) -> list[int]:
        """Of the network that makes each platform's lists."""
        return [choice.epochs if choice else 0 for choice in map(self.choice, range(len(self.makers)))]

    def shipped(self, platforms: Sequence[str]) -> list[dict[str, Any]]:
        """A row for each platform: what makes its lists, how much of it counts beside the prior, and why."""
        named = zip(platforms, self.verdicts, self.blends, strict=True)
        return [
            {"platform": name, "recommender": verdict.recommender, "why": verdict.why, **asdict(blend)}
            for name, verdict, blend in named
        ]

    def scores(self) -> dict[str, list[Scores]]:
        """How each recommender of the window did on each platform."""
        scores = {"joint": self.joint.scores} if self.joint else {}
        if self.singles is not None:
            choices = [self.singles.get(number) for number in range(len(self.makers))]
            scores["single"] = [choice.scores[number] if choice else NOBODY for number, choice in enumerate(choices)]
        return scores


def choose_shipped(lesson: Lesson, mode: str, say: Say) -> Chosen:
    """Train what the mode asks for up to the window, judge it there, and decide what ships.

    Args:
        lesson: of the night.
        mode: `popularity`: no network; `single`: one for each platform; `joint`: these, and one for all platforms.
        say: takes lines of progress.
    """
    platforms = lesson.catalogue.platforms
    if mode == "popularity":
        return Chosen([Verdict("prior", "popularity alone was asked for")] * len(platforms))
    singles = {
        number: lesson.choose_single(number, _named(say, f"single {platforms[number]}"))
        for number in map(int, np.flatnonzero(lesson.alphas))
    }
    asked = Verdict("single", "networks of single platforms were asked for")
    alone = Chosen([asked] * len(platforms), None, singles)
    if mode == "single":
        return alone
    joint = lesson.choose_joint(_named(say, "joint"))
    verdicts = ship(platforms, alone.scores()["single"], joint.scores)
    for platform, verdict in zip(platforms, verdicts, strict=True):
        say(f"{verdict.recommender} makes the lists of {platform}: {verdict.why}")
    return Chosen(verdicts, joint, singles)


def refit_shipped(lesson: Lesson, chosen: Chosen, say: Say) -> Iterator[int | None]:
    """Refit each network that ships, up to the cut; the platform whose own the lesson's network is now, or None."""
    if "joint" in chosen.makers and chosen.joint is not None and chosen.joint.epochs:
        lesson.refit_joint(chosen.joint.epochs, _named(say, "joint"))
        yield None
    for number, maker in enumerate(chosen.makers):
        if maker == "single" and chosen.epochs[number]:
            lesson.refit_single(
                number, chosen.epochs[number], _named(say, f"single {lesson.catalogue.platforms[number]}")
            )
            yield number


def _named(say: Say, name: str) -> Say:
    return lambda line: say(f"{name}: {line}")
