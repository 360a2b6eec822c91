"""Who and what there is: people with lasting interests and accounts, platforms with items. Drawn once, by the seed.

Nothing here depends on how many days are simulated, so that a longer simulation begins like a shorter one.
"""

from dataclasses import dataclass

import numpy as np

from flows.simulation.words import FIRST_NAMES, LAST_NAMES, TOPICS

PLATFORMS = ("shop", "news", "video", "music", "games")
SHARES = np.array([0.20, 0.22, 0.20, 0.345, 0.035])  # of all events; music has ten times those of games
ITEMS = np.array([1500, 1200, 900, 900, 500])
USUAL_PEOPLE = 6000
HORIZON = 120  # days over which newcomers and new items are spread, counted from the first day


@dataclass(frozen=True)
class People:
    """Everybody: arrays `[people]`, and what of it differs by platform."""

    emails: np.ndarray
    phones: np.ndarray  # German mobile numbers without the leading 0
    signup_days: np.ndarray  # day number, negative before the first day
    activity: np.ndarray
    is_member: np.ndarray  # [platforms, people]
    account_numbers: np.ndarray  # [platforms, people] int64
    interests: np.ndarray  # [platforms, people, topics], what they start with
    later_interests: np.ndarray  # the same, what they drift towards


@dataclass(frozen=True)
class Items:
    """One platform's catalogue: arrays `[items]`."""

    numbers: np.ndarray
    topics: np.ndarray
    quality: np.ndarray
    from_days: np.ndarray  # day number of availability
    until_days: np.ndarray  # day number of withdrawal; far away if never
    bursts: np.ndarray  # [items, 2] day and strength of the item's one burst of fame
    prices: np.ndarray
    is_chinese: np.ndarray


def mixed(values: np.ndarray, salt: int) -> np.ndarray:
    """Numbers without any order in the place of others, one to one (the finaliser of splitmix64)."""
    z = values.astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))


def distinct_numbers(count: int, low: int, high: int, chance: np.random.Generator) -> np.ndarray:
    """So many different numbers in [low, high), in no order."""
    drawn = np.unique(chance.integers(low, high, 2 * count + 20))
    return chance.permutation(drawn)[:count]


def draw_people(count: int, overlap: float, transfer: float, seed: int) -> People:
    """Everybody who is or will be there.

    Args:
        count: how many people.
        overlap: share of them who use several platforms.
        transfer: share of a taste that is the same on all platforms.
        seed: the world's seed.
    """
    chance = np.random.default_rng([seed, 1])
    platforms, topics = len(PLATFORMS), len(TOPICS)
    first, last = chance.integers(len(FIRST_NAMES), size=count), chance.integers(len(LAST_NAMES), size=count)
    emails = [
        f"{FIRST_NAMES[a]}.{LAST_NAMES[b]}{n}@mail.example" for n, (a, b) in enumerate(zip(first, last, strict=True))
    ]
    phones = [f"151{'124567'[n % 6]}{n // 6 % 10**7:07d}" for n in distinct_numbers(count, 0, 6 * 10**7, chance)]
    is_new = chance.random(count) < 0.15
    signup = np.where(is_new, chance.integers(0, HORIZON, count), -chance.integers(1, 400, count))
    only = chance.choice(platforms, count, p=[0.3, 0.2, 0.2, 0.2, 0.1])
    several = chance.random((platforms, count)) < np.array([0.75, 0.6, 0.6, 0.65, 0.4])[:, None]
    is_member = np.where(chance.random(count) < overlap, several, False)
    is_member[only, np.arange(count)] = True
    numbers = np.stack([distinct_numbers(count, 10**7, 10**9, chance) for _ in PLATFORMS])

    def tastes() -> np.ndarray:
        shared = chance.dirichlet(np.full(topics, 0.06), count)
        own = chance.dirichlet(np.full(topics, 0.06), (platforms, count))
        return transfer * shared[None] + (1 - transfer) * own

    return People(
        emails=np.array(emails, object),
        phones=np.array(phones, object),
        signup_days=signup,
        activity=chance.lognormal(0, 0.8, count),
        is_member=is_member,
        account_numbers=numbers,
        interests=tastes(),
        later_interests=tastes(),
    )


def draw_items(platform: int, people: int, seed: int) -> Items:
    """One platform's catalogue, past and to come; smaller worlds have fewer items."""
    chance = np.random.default_rng([seed, 2, platform])
    count = max(60, int(ITEMS[platform] * min(1.0, (people / USUAL_PEOPLE) ** 0.5)))
    share = 0.6 if PLATFORMS[platform] == "news" else 0.4
    is_new = chance.permutation(count) < share * count
    from_days = -chance.integers(1, 300, count)
    from_days[is_new] = chance.permutation(int(is_new.sum())) % HORIZON  # spread evenly, so that no day is without
    is_withdrawn = chance.random(count) < 0.08
    until = np.where(is_withdrawn, np.maximum(from_days, 0) + chance.integers(5, HORIZON, count), 10**6)
    bursts = np.stack(
        [np.maximum(from_days, -10) + chance.integers(0, HORIZON, count), chance.lognormal(1.5, 1, count)], 1
    )
    return Items(
        numbers=distinct_numbers(count, 10**5, 10**7, chance),
        topics=chance.integers(len(TOPICS), size=count),
        quality=chance.lognormal(0, 1.0, count),
        from_days=from_days,
        until_days=until,
        bursts=bursts,
        prices=np.round(chance.lognormal(2.5, 0.7, count), 2),
        is_chinese=chance.random(count) < (0.15 if PLATFORMS[platform] in ("shop", "video") else 0.0),
    )


def appeal(items: Items, day: int, platform: int) -> np.ndarray:
    """How much each item is in the air on a day: quality, a burst that halves in three days, news that grow old."""
    since = day - items.bursts[:, 0]
    burst = np.where(since >= 0, items.bursts[:, 1] * 0.5 ** (np.maximum(since, 0) / 3), 0)
    age = np.maximum(day - items.from_days, 0)
    fresh = 0.5 ** (age / 6) + 0.02 if PLATFORMS[platform] == "news" else 1.0
    is_there = (items.from_days <= day) & (items.until_days > day)
    return np.asarray(np.where(is_there, items.quality * (1 + burst) * fresh, 0))
