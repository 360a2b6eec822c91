"""Many events for little: drawn as arrays, written by the simulator's own writers, in the shapes of its platforms."""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import starmap
from pathlib import Path

import numpy as np

from flows.simulation.behaviour import IMPRESSIONS
from flows.simulation.event_files import EVENT_FILES, EventColumns
from flows.simulation.native_shapes import SHAPES, account_id, item_id, write

TAKEN = {"shop": "view", "news": "read", "video": "play", "music": "play", "games": "launch"}
IMPRESSION_SHARE = 0.3
VALUE_SHARE = 0.7


@lru_cache
def names(platform: str, kind: str, count: int) -> np.ndarray:
    """The ids of so many accounts or items of a platform; those of fewer are the first of them."""
    numbers = np.random.default_rng(len(kind)).permutation(9_000_000)[:count] + 1_000_000
    name = account_id if kind == "accounts" else item_id
    return np.array([name(platform, int(number)) for number in numbers], object)


def events_of(platform: str, day: date, part: int, count: int, people: int, items: int) -> EventColumns:
    """Events of one day, the same each time; few items take most of them."""
    chance = np.random.default_rng([day.toordinal(), part, *platform.encode()])
    accounts = chance.integers(people, size=count)
    hours = chance.integers(24, size=count)
    midnight = int(datetime.combine(day, time(), UTC).timestamp())
    is_shown = chance.random(count) < IMPRESSION_SHARE
    values = chance.integers(5, 2000, count).astype(float).astype(object)
    values[is_shown | (chance.random(count) > VALUE_SHARE)] = None
    sessions = zip(accounts.tolist(), hours.tolist(), strict=True)
    return EventColumns(
        ids=chance.integers(1 << 56, size=count).tolist(),
        accounts=names(platform, "accounts", people)[accounts].tolist(),
        items=names(platform, "items", items)[(items * chance.random(count) ** 3).astype(int)].tolist(),
        words=np.where(is_shown, IMPRESSIONS[platform], TAKEN[platform]).tolist(),
        seconds=midnight + 3600 * hours + chance.integers(3600, size=count),
        values=values.tolist(),
        sessions=[f"s{account:x}-{day.day}-{hour}" for account, hour in sessions],
        runs=[f"list-{hour}" if shown else "" for shown, hour in zip(is_shown, hours.tolist(), strict=True)],
    )


def land_events(landing: Path, platform: str, day: date, part: int, count: int, people: int, items: int) -> Path:
    """Write events where the platform delivers them."""
    path = landing / platform / "events" / f"{day}-{part}.{SHAPES[platform].suffix}"
    write(path, EVENT_FILES[platform](events_of(platform, day, part, count, people, items), []))
    return path


def land_days(
    landing: Path, platforms: tuple[str, ...], days: list[date], parts: int, count: int, people: int, items: int
) -> None:
    """Write `parts` files of `count` events each, for each platform and day."""
    wanted = [
        (landing, platform, day, part, count, people, items)
        for platform in platforms for day in days for part in range(parts)
    ]  # fmt: skip
    if len(wanted) * count < 1_000_000:
        list(starmap(land_events, wanted))
        return
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(land_events, *zip(*wanted, strict=True)))


def days_from(first: date, count: int) -> list[date]:
    """So many days, the first of them first."""
    return [first + timedelta(days=number) for number in range(count)]
