"""The embedded sample: a made-up world of five platforms, laid out as the landing files that they would deliver.

It is a test instrument as much as a demo: the truth of who is who and who likes what is known, the damage in the logs
is planted, and the same call writes the same bytes. People have lasting interests, partly the same on all platforms,
that drift slowly; popularity is long-tailed and bursty; items come and go; one platform is ten times another. A file of
a day depends on the seed and the days before, so that simulating a day more only adds files.
"""

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
from tqdm import tqdm

from flows.receipts import Receipt
from flows.settings import Settings
from flows.simulation import native_shapes as native
from flows.simulation.behaviour import Events, Platform
from flows.simulation.damage import Post
from flows.simulation.event_files import EVENT_FILES, EventColumns
from flows.simulation.robots import robots_of
from flows.simulation.words import CHINESE_DESCRIPTION, CHINESE_TITLES, DESCRIPTIONS, MAKERS, TITLES, TOPICS
from flows.simulation.world import PLATFORMS, Items, People, draw_items, draw_people

DEFAULT_UNTIL = date(2026, 3, 1)
WITH_LINKS = ("video", "music")
TOPIC_NAMES = tuple(TOPICS)
WORDS = max(len(words.split()) for words, _ in TOPICS.values())
BROKEN_EVERY = 4  # days between broken lines


def simulate(
    settings: Settings,
    people: int = 6000,
    days: int = 60,
    seed: int | None = None,
    overlap: float = 0.6,
    transfer: float = 0.8,
    until: date = DEFAULT_UNTIL,
) -> Receipt:
    """Write `days` days of landing files, the last of them `until`, and the truth beside them.

    Args:
        people: how many people there are.
        days: how many days.
        seed: same seed, same bytes; the settings' seed if none is given.
        overlap: share of the people who use several platforms, 0 to 1.
        transfer: share of a taste that is the same on all platforms, 0 to 1.
        until: the last day.
    """
    for name, value, is_right in (
        ("people", people, people >= 1),
        ("days", days, days >= 1),
        ("overlap", overlap, 0 <= overlap <= 1),
        ("transfer", transfer, 0 <= transfer <= 1),
    ):
        if not is_right:
            allowed = "at least 1" if name in ("people", "days") else "from 0 to 1"
            raise ValueError(f"{name} has to be {allowed}; found {value}. Give another --{name}.")
    seed = settings.seed if seed is None else seed
    world = draw_people(people, overlap, transfer, seed)
    simulators = [
        Simulator(settings.landing, number, world, seed, until - timedelta(days=days - 1))
        for number in range(len(PLATFORMS))
    ]
    for day in tqdm(range(days), desc="simulate", unit="day", disable=not sys.stderr.isatty()):
        for simulator in simulators:
            simulator.write_day(day)
    write_truth(settings.home / "truth", world, simulators)
    return Receipt("simulate", {f"{simulator.name} events": simulator.events_count for simulator in simulators})


class Simulator:
    """One platform and its deliveries."""

    def __init__(self, landing: Path, number: int, people: People, seed: int, first: date) -> None:
        self.name, self.number, self.people, self.seed, self.first = PLATFORMS[number], number, people, seed, first
        self.folder, self.shape, self.clock = landing / self.name, native.SHAPES[self.name], native.Clock(first)
        self.items = draw_items(number, len(people.emails), seed)
        self.platform, self.post = Platform(number, people, self.items, seed), Post()
        accounts, items = people.account_numbers[number].tolist(), self.items.numbers.tolist()
        self.account_ids = np.array([native.account_id(self.name, n) for n in accounts], object)
        self.item_ids = np.array([native.item_id(self.name, n) for n in items], object)
        draws = np.random.default_rng([seed, 5, number])
        self.account_rolls = draws.integers(100, size=(len(self.account_ids), 4))
        self.item_rolls = draws.integers(1000, size=(len(self.item_ids), 3))
        self.item_words = draws.random((len(self.item_ids), WORDS)).argsort(axis=1)
        self.robots = robots_of(self.name)
        self.robot_numbers = np.array([7_777_777 + number + 1000 * place for place in range(len(self.robots))], int)
        self.robot_ids = [native.account_id(self.name, n) for n in self.robot_numbers.tolist()]
        self.planted: dict[str, set[str]] = {"emails": set(), "phones": set()}
        self.events_count, self.last_day = 0, 0

    def write_day(self, day: int) -> None:
        """Everything that this platform delivers on a day."""
        chance = np.random.default_rng([self.seed, 4, self.number, day])
        events, is_missing = self.post.deliver(day, self.platform.day(day), chance)
        self.events_count += len(events.ids)
        if len(events.ids):
            content = EVENT_FILES[self.name](self.columns(events, is_missing), self.broken(day))
            native.write(self.path("events", day), content)
        self.write("items", day, native.item_rows(self.name, self.new_items(day), self.clock))
        accounts = self.new_accounts(day)
        self.write("accounts", day, native.account_rows(self.name, accounts, self.clock))
        if self.name in WITH_LINKS:
            self.write("links", day, native.link_rows(self.name, self.new_links(day, chance), self.clock))

    def path(self, kind: str, day: int) -> Path:
        """The file of a kind and a day."""
        return self.folder / kind / f"{native.day_name(self.first, day)}.{self.shape.suffix}"

    def write(self, kind: str, day: int, rows: list[dict[str, Any]]) -> None:
        """Write a day's file of a kind."""
        native.write(self.path(kind, day), self.shape.encode(rows, []))

    def columns(self, events: Events, is_missing: np.ndarray) -> EventColumns:
        """The day's events with the platform's ids, some without their account."""
        is_robot = events.people < 0
        robots = -1 - events.people[is_robot]
        accounts = self.account_ids[events.people]
        accounts[is_robot] = np.array(self.robot_ids, object)[robots]
        accounts[is_missing] = None
        items = self.item_ids[events.items]
        items[events.items < 0] = native.item_id(self.name, 9_999_999)
        # of the account's number, not of the person's, which would be the same on all platforms
        numbers = self.people.account_numbers[self.number][events.people]
        numbers[is_robot] = self.robot_numbers[robots]
        hours = (events.seconds // 10800).tolist()
        visits = zip(numbers.tolist(), events.day.tolist(), hours, strict=True)
        return EventColumns(
            ids=events.ids.tolist(),
            accounts=accounts.tolist(),
            items=items.tolist(),
            words=events.words.tolist(),
            seconds=self.clock.midnight + events.day * 86_400 + events.seconds,
            values=[None if value != value else value for value in events.values.tolist()],
            sessions=[f"s{number:x}-{day}-{hour}" for number, day, hour in visits],
            runs=events.runs.tolist(),
        )

    def broken(self, day: int) -> list[str]:
        """A line that nobody can read, now and then; it was cut off in the middle of somebody's e-mail address."""
        if self.shape.suffix == "parquet" or day % BROKEN_EVERY:
            return []
        email = f"broken.line{day}@mail.example"
        self.planted["emails"].add(email)
        return [f'{{"id": "x{day}", "note": "{email}", "action": "vi'] if "json" in self.shape.suffix else [f'"{email}']

    def new_items(self, day: int) -> list[dict[str, Any]]:
        """Items that become available on a day, or are withdrawn on it; the first day brings all there is."""
        items = self.items
        is_new = items.from_days == day if day else items.from_days <= 0
        rows = np.flatnonzero(is_new | (items.until_days == day))
        return [self.item(row, day) for row in rows.tolist()]

    def item(self, row: int, day: int) -> dict[str, Any]:
        """One item as it is known on a day."""
        items = self.items
        until = int(items.until_days[row])
        return {
            "id": self.item_ids[row],
            **described(self.name, items, row, self.item_rolls[row].tolist(), self.item_words[row].tolist()),
            "price": float(items.prices[row]),
            "from": int(items.from_days[row]),
            "until": until if until <= day else None,
            "day": day,
        }

    def new_accounts(self, day: int) -> list[dict[str, Any]]:
        """Accounts of those who join on a day; e-mails and phones as people spell them, if they name them."""
        joined = self.people.signup_days == day if day else self.people.signup_days <= 0
        rows = np.flatnonzero(joined & self.people.is_member[self.number])
        accounts = [self.account(row) for row in rows.tolist()]
        self.last_day = day
        for row, account in zip(rows.tolist(), accounts, strict=True):
            if account["email"]:
                self.planted["emails"] |= {account["email"].strip(), str(self.people.emails[row])}
            if account["phone"] and self.name != "games":
                self.planted["phones"] |= {account["phone"], f"49{self.people.phones[row]}"}
        return accounts

    def account(self, row: int) -> dict[str, Any]:
        """One account."""
        email, phone = self.people.emails[row], self.people.phones[row]
        roll, spelling, naming, device = self.account_rolls[row].tolist()
        spelled = email.upper() if roll < 10 else f" {email} " if roll < 18 else email.title() if roll < 25 else email
        national = [f"0{phone[:4]}/{phone[4:]}", f"0{phone[:4]} {phone[4:]}"]
        international = [f"+49{phone}", f"0049 {phone[:4]} {phone[4:]}", f"+49 (0){phone[:4]} {phone[4:]}"]
        spellings = international if self.name == "news" else national + international
        return {
            "id": self.account_ids[row],
            "email": None if roll >= 92 else spelled,
            "phone": spellings[spelling % len(spellings)] if naming < 50 or roll >= 92 else None,
            "device": f"dev-{int(self.people.account_numbers[0, row]):x}" if device < 30 else None,
            "day": int(self.people.signup_days[row]),
        }

    def new_links(self, day: int, chance: np.random.Generator) -> list[tuple[Any, Any, int]]:
        """Whom those who joined on a day follow."""
        members = self.platform.members
        present = members[self.people.signup_days[members] <= day]
        joined = present[self.people.signup_days[present] == day] if day else present
        pairs = [(a, b) for a in joined.tolist() for b in chance.choice(present, min(2, len(present))).tolist()]
        return [(self.account_ids[a], self.account_ids[b], day) for a, b in pairs if a != b]


def described(platform: str, items: Items, row: int, rolls: list[int], order: list[int]) -> dict[str, Any]:
    """Title, text, category, maker and language of an item, from its topic's words in this order."""
    topic = TOPIC_NAMES[int(items.topics[row])]
    is_chinese = bool(items.is_chinese[row])
    known = TOPICS[topic][is_chinese].split()
    words = dict(zip("abc", [known[place] for place in order if place < len(known)], strict=False))
    titles = CHINESE_TITLES[platform] if is_chinese else TITLES[platform]
    title = titles[rolls[0] % len(titles)].format(**words)
    return {
        "title": title[0].upper() + title[1:],
        "text": (CHINESE_DESCRIPTION if is_chinese else DESCRIPTIONS[platform]).format(**words),
        "topic": topic if rolls[1] < 700 else None,
        "maker": MAKERS[rolls[2] % len(MAKERS)],
        "language": "zh" if is_chinese else "en",
    }


def write_truth(folder: Path, people: People, simulators: list[Simulator]) -> None:
    """Who is who, who likes what, which accounts are robots, and which e-mails and phones stand in the logs."""
    folder.mkdir(parents=True, exist_ok=True)
    accounts, interests = [], []
    for simulator in simulators:
        members = simulator.platform.members
        members = members[people.signup_days[members] <= simulator.last_day]
        ids = [str(simulator.account_ids[row]) for row in members.tolist()]
        names = arrow.array([simulator.name] * len(ids), arrow.string())
        accounts.append(
            arrow.table({"person": members, "platform": names, "account_id": arrow.array(ids, arrow.string())})
        )
        shares = people.interests[simulator.number][members]
        rows, topics = np.nonzero(shares > 0.01)
        named = np.array(list(TOPICS), object)[topics]
        interests.append(
            arrow.table(
                {
                    "person": members[rows],
                    "platform": arrow.array([simulator.name] * len(rows), arrow.string()),
                    "topic": arrow.array(named, arrow.string()),
                    "share": shares[rows, topics],
                }
            )
        )
    parquet.write_table(arrow.concat_tables(accounts), folder / "people.parquet")
    parquet.write_table(arrow.concat_tables(interests), folder / "interests.parquet")
    robots = [
        {"platform": simulator.name, "account_id": str(account), "pattern": robot.pattern}
        for simulator in simulators
        for robot, account in zip(simulator.robots, simulator.robot_ids, strict=True)
        if robot.first_day <= simulator.last_day
    ]
    texts = [(name, arrow.string()) for name in ("platform", "account_id", "pattern")]
    parquet.write_table(arrow.Table.from_pylist(robots, arrow.schema(texts)), folder / "robots.parquet")
    planted = {
        kind: sorted(set().union(*(simulator.planted[kind] for simulator in simulators)))
        for kind in ("emails", "phones")
    }
    (folder / "planted.json").write_text(json.dumps(planted, indent=1) + "\n")
