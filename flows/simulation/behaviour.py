"""What people and robots do on one day on one platform, as arrays."""

from dataclasses import dataclass, fields

import numpy as np

from flows.simulation.robots import Robot, robots_of
from flows.simulation.world import PLATFORMS, SHARES, USUAL_PEOPLE, Items, People, appeal

USUAL_EVENTS = 3400  # a day, of the usual number of people
LEAST_EVENTS = 650

# what one thing taken leaves in the log: the platform's word, and how often it comes with it; in order of time
CHAINS: dict[str, tuple[tuple[str, float], ...]] = {
    "shop": (("view", 0.6), ("add_to_basket", 0.4), ("order", 0.85), ("review", 0.15)),
    "news": (("open", 0.3), ("read", 1.0), ("share", 0.12)),
    "video": (("play", 0.6), ("finish", 0.85), ("stop", 0.15), ("thumbs_up", 0.15)),
    "music": (("play", 0.4), ("complete", 0.85), ("skip", 0.2), ("heart", 0.12)),
    "games": (("look", 0.6), ("wishlist", 0.2), ("buy", 0.7), ("play", 0.4), ("rate", 0.2)),
}
IMPRESSIONS = {"shop": "impression", "news": "teaser", "video": "shelf", "music": "shown", "games": "banner"}
IMPRESSIONS_EACH = 0.4
MAY_RETURN = {"music"}


@dataclass(frozen=True)
class Events:
    """Events of one platform, arrays `[events]`; `row` numbers are those of people and items."""

    ids: np.ndarray  # uint64
    people: np.ndarray  # −1 − robot for robots
    items: np.ndarray  # −1 for an item that does not exist
    words: np.ndarray  # str
    seconds: np.ndarray  # since midnight UTC of the day
    day: np.ndarray
    values: np.ndarray  # NaN where there is none
    runs: np.ndarray  # str, the list that an impression shows; empty else

    def take(self, rows: np.ndarray) -> "Events":
        """Some of the events, in the given order."""
        return Events(*(getattr(self, field.name)[rows] for field in fields(self)))

    def joined(self, *others: "Events") -> "Events":
        """These events and then the others'."""
        parts = (self, *others)
        return Events(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(self)))


class Platform:
    """One platform's days, in order; it remembers who has taken what."""

    def __init__(self, number: int, people: People, items: Items, seed: int) -> None:
        self.number, self.name, self.people, self.items, self.seed = number, PLATFORMS[number], people, items, seed
        self.members = np.flatnonzero(people.is_member[number])
        self.taken = np.zeros((len(people.emails), len(items.numbers)), bool)
        self.by_topic = np.argsort(items.topics, kind="stable")
        self.topic_ends = np.cumsum(np.bincount(items.topics, minlength=people.interests.shape[2]))
        scale = max(USUAL_EVENTS * len(people.emails) / USUAL_PEOPLE, LEAST_EVENTS)
        each = IMPRESSIONS_EACH + sum(share for _, share in CHAINS[self.name])
        self.actions = scale * SHARES[number] / each / 0.8  # a fifth is lost to what cannot be taken twice

    def day(self, day: int) -> Events:
        """Everything that happens on a day, in order of time."""
        chance = np.random.default_rng([self.seed, 3, self.number, day])
        people, items = self.choose(day, chance)
        events = self.chain(day, people, items, chance)
        events = events.joined(self.impressions(day, people, items, chance))
        acting = [(place, robot) for place, robot in enumerate(robots_of(self.name)) if robot.acts(day)]
        events = events.joined(*(self.robot(day, len(events.ids), place, robot) for place, robot in acting))
        return events.take(np.argsort(events.seconds, kind="stable"))

    def choose(self, day: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Who takes which item: by topic as their interests are on that day, then by what is in the air."""
        present = self.members[self.people.signup_days[self.members] <= day]
        weights = self.people.activity[present]
        count = chance.poisson(self.actions * (1 + 0.15 * np.sin(2 * np.pi * day / 7)))
        if not len(present):
            return np.zeros(0, int), np.zeros(0, int)
        people = present[np.searchsorted(np.cumsum(weights) / weights.sum(), chance.random(count))]
        drift = min(max(day, 0) / 240, 1.0)
        before, later = self.people.interests[self.number][people], self.people.later_interests[self.number][people]
        cumulated = np.cumsum((1 - drift) * before + drift * later, axis=1)
        topics = (cumulated < chance.random(count)[:, None] * cumulated[:, -1:]).sum(axis=1)
        items = self.items_of(topics, day, chance)
        _, first = np.unique(people * len(self.items.numbers) + items, return_index=True)
        kept = np.zeros(count, bool)
        kept[first] = True
        kept &= items >= 0
        if self.name not in MAY_RETURN:
            kept &= ~self.taken[people, np.maximum(items, 0)]
        self.taken[people[kept], items[kept]] = True
        return people[kept], items[kept]

    def items_of(self, topics: np.ndarray, day: int, chance: np.random.Generator) -> np.ndarray:
        """An item of each topic, by what is in the air; −1 where the topic has none that day."""
        ends = np.concatenate([[0.0], np.cumsum(appeal(self.items, day, self.number)[self.by_topic])])
        stops = self.topic_ends[topics]
        starts = np.concatenate([[0], self.topic_ends])[topics]
        weights = ends[stops] - ends[starts]
        places = np.searchsorted(ends, ends[starts] + chance.random(len(topics)) * weights, side="right") - 1
        places = np.clip(places, starts, np.maximum(stops - 1, starts))
        return np.where(weights > 0, self.by_topic[np.minimum(places, len(self.by_topic) - 1)], -1)

    def chain(self, day: int, people: np.ndarray, items: np.ndarray, chance: np.random.Generator) -> Events:
        """The log of what was taken: the words of the platform's chain, some seconds apart."""
        start = chance.integers(6 * 3600, 22 * 3600, len(people))
        parts = []
        for place, (word, share) in enumerate(CHAINS[self.name]):
            rows = np.flatnonzero(chance.random(len(people)) < share)
            seconds = start[rows] + place * chance.integers(20, 240, len(rows))
            parts.append(self.events(day, people[rows], items[rows], word, seconds, chance))
        return parts[0].joined(*parts[1:])

    def impressions(self, day: int, people: np.ndarray, items: np.ndarray, chance: np.random.Generator) -> Events:
        """What people were shown before: half of it what they took, half of it what others took."""
        rows = np.flatnonzero(chance.random(len(people)) < IMPRESSIONS_EACH)
        shown = np.where(chance.random(len(rows)) < 0.5, items[rows], chance.permutation(items)[: len(rows)])
        seconds = chance.integers(5 * 3600, 6 * 3600, len(rows))
        runs = np.array([f"list-{day}-{number % 50}" for number in rows], object)
        return self.events(day, people[rows], shown, IMPRESSIONS[self.name], seconds, chance, runs)

    def robot(self, day: int, events_count: int, place: int, robot: Robot) -> Events:
        """What one robot does on a day on which others do so much."""
        chance = np.random.default_rng([self.seed, 6, self.number, place, day])
        seconds = robot.seconds(events_count, chance)
        there = np.flatnonzero(appeal(self.items, day, self.number) > 0)
        items = robot.items(there, len(seconds), chance)
        return self.events(day, np.full(len(seconds), -1 - place), items, robot.word, seconds, chance)

    def events(
        self,
        day: int,
        people: np.ndarray,
        items: np.ndarray,
        word: str,
        seconds: np.ndarray,
        chance: np.random.Generator,
        runs: np.ndarray | None = None,
    ) -> Events:
        """Events of one word, with ids that tell nothing and the value that the word calls for."""
        count = len(people)
        values = np.full(count, np.nan)
        if word in ("order", "buy"):
            values = self.items.prices[items]
        elif word in ("review", "rate"):
            values = chance.integers(3, 6, count).astype(float)
        elif word in ("read", "play", "finish", "stop", "complete", "skip"):
            values = chance.integers(5, 1500, count).astype(float)
        return Events(
            ids=chance.integers(1, 2**53, count, dtype=np.uint64),
            people=people,
            items=items,
            words=np.full(count, word, object),
            seconds=seconds,
            day=np.full(count, day),
            values=values,
            runs=np.full(count, "", object) if runs is None else runs,
        )
