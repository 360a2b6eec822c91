"""Accounts that act as no human can, each in a way of its own and on some days only, so that most of a log is human."""

from dataclasses import dataclass

import numpy as np

DAY = 86_400


@dataclass(frozen=True)
class Robot:
    """One account without a person: where it acts, how, with which word, and on which days."""

    platform: str
    pattern: str
    word: str
    every_days: int
    first_day: int

    def acts(self, day: int) -> bool:
        """Whether this is one of its days."""
        return day % self.every_days == self.first_day

    def seconds(self, events_count: int, chance: np.random.Generator) -> np.ndarray:
        """When it acts on a day of so many events of others, in seconds since midnight.

        burst: as much as a thirtieth of the others, and at least 75 times, within one minute. tireless: all day and
        all night, never a quarter of an hour apart. repeats: 320 times from morning to night.
        """
        if self.pattern == "burst":
            return 4 * 3600 + np.sort(chance.integers(0, 50, max(75, events_count // 30)))
        if self.pattern == "tireless":
            moments = np.cumsum(chance.integers(660, 890, DAY // 660))
            return np.asarray(moments[moments < DAY])
        return np.sort(chance.integers(7 * 3600, 21 * 3600, 320))

    def items(self, there: np.ndarray, count: int, chance: np.random.Generator) -> np.ndarray:
        """What it acts on, of the items that are there: one again and again, or any."""
        return np.full(count, chance.choice(there)) if self.pattern == "repeats" else chance.choice(there, count)


ROBOTS = (
    Robot("shop", "burst", "view", every_days=5, first_day=4),
    Robot("music", "burst", "play", every_days=10, first_day=4),
    Robot("news", "tireless", "open", every_days=10, first_day=3),
    Robot("music", "repeats", "complete", every_days=10, first_day=6),
)


def robots_of(platform: str) -> tuple[Robot, ...]:
    """The robots of a platform; events name them by −1, −2 … in this order."""
    return tuple(robot for robot in ROBOTS if robot.platform == platform)
