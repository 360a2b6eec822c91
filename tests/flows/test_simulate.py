"""The simulator: known truth, planted damage, logs in the shape of their contracts, and the same bytes every time."""

import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from flows.contract_words import EVENT_TYPES
from flows.settings import Settings
from flows.simulate import simulate
from flows.simulation.world import PLATFORMS
from tests.flows.simulated_landing import CONTRACTS, Delivered, delivered, digests, text_of

LAST = date(2026, 3, 1)
DAYS = 10
EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\w")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world: 200 people, ten days."""
    return made(tmp_path_factory.mktemp("home"))


def made(home: Path, seed: int = 5, days: int = DAYS, until: date = LAST) -> Path:
    """A home with the landing of a small world."""
    simulate(Settings(home=home), people=200, days=days, seed=seed, until=until)
    return home


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("kind", ["events", "items", "accounts", "links"])
def test_records_hold_what_their_contract_says(home: Path, platform: str, kind: str) -> None:
    """Every field of a record is in the contract, every field of the contract is in a record, every word is known."""
    contract = CONTRACTS[platform]
    folder = home / "landing" / platform / kind
    if kind not in contract.kinds:
        assert not folder.exists()
        return
    records = delivered(home, platform, kind)
    found = set().union(*(record.names for record in records))
    assert found == {field.path for field in contract.kinds[kind].fields}  # type: ignore[index]
    if kind == "events":
        assert {record.values["event_type"] for record in records} == set(contract.event_words)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_delivers_every_day(home: Path, platform: str) -> None:
    """Ten days, ten files of events, each named by its day."""
    days = {record.day for record in delivered(home, platform, "events")}
    assert days == {LAST - timedelta(days=back) for back in range(DAYS)}


def test_the_same_call_writes_the_same_bytes(home: Path, tmp_path: Path) -> None:
    """Landing and truth of a second call are the same, byte for byte; another seed makes another world."""
    assert digests(made(tmp_path / "again")) == digests(home)
    assert digests(made(tmp_path / "other", seed=6) / "landing") != digests(home / "landing")


def test_no_file_holds_the_time_of_its_making(home: Path) -> None:
    """A compressed file's time stamp is empty, so that a call an hour later writes the same bytes too."""
    packed = list((home / "landing").rglob("*.gz"))
    assert packed
    assert {path.read_bytes()[4:8] for path in packed} == {bytes(4)}


def test_no_file_is_empty(home: Path) -> None:
    """A day on which nothing happened in a kind brings no file of it."""
    for platform, contract in CONTRACTS.items():
        for kind in contract.kinds:
            days = {record.day for record in delivered(home, platform, kind)}
            assert {
                date.fromisoformat(path.name[:10]) for path in (home / "landing" / platform / kind).iterdir()
            } == days


def test_a_day_more_only_adds_files(home: Path, tmp_path: Path) -> None:
    """A later night's delivery leaves all earlier files as they were."""
    earlier = digests(home / "landing")
    later = digests(made(tmp_path, days=DAYS + 1, until=LAST + timedelta(days=1)) / "landing")
    assert {name: later.get(name) for name in earlier} == earlier
    assert {Path(name).name[:10] for name in later.keys() - earlier.keys()} == {"2026-03-02"}


def test_impressions_and_positives_keep_their_shares(home: Path) -> None:
    """Impressions, each with its list, are at most a quarter of all events, positive ones at least two fifths."""
    types: Counter[str] = Counter()
    for platform in PLATFORMS:
        words = CONTRACTS[platform].event_words
        for record in delivered(home, platform, "events"):
            event_type = words[record.values["event_type"]]
            types[event_type] += 1
            assert bool(record.values["recommendation_run_id"]) == EVENT_TYPES[event_type].is_impression
    total = types.total()
    assert 0.1 < sum(count for name, count in types.items() if EVENT_TYPES[name].is_impression) / total <= 0.25
    assert sum(count for name, count in types.items() if EVENT_TYPES[name].is_positive) / total >= 0.4


def test_one_platform_is_ten_times_another(home: Path) -> None:
    """The music service logs about ten times what the games store does."""
    counts = {platform: len(delivered(home, platform, "events")) for platform in PLATFORMS}
    assert max(counts, key=counts.__getitem__) == "music"
    assert 7 < counts["music"] / counts["games"] < 15


def events_by_day(home: Path) -> dict[str, list[Delivered]]:
    """The readable events by platform."""
    return {platform: delivered(home, platform, "events") for platform in PLATFORMS}


def test_records_come_twice_and_late_but_never_early(home: Path) -> None:
    """Some event ids stand twice in a file, some again in a later one; some events come up to three days late."""
    in_one_file = in_two_files = 0
    delays: Counter[int] = Counter()
    for records in events_by_day(home).values():
        days = defaultdict(list)
        for record in records:
            days[record.values["event_id"]].append(record.day)
            delays[(record.day - record.values["event_at"].date()).days] += 1
        in_one_file += sum(len(found) > len(set(found)) for found in days.values())
        in_two_files += sum(len(set(found)) > 1 for found in days.values())
    assert in_one_file and in_two_files
    assert set(delays) == {0, 1, 2, 3}
    assert 0.005 < 1 - delays[0] / delays.total() < 0.03


def test_some_events_lack_their_account_and_some_name_no_item(home: Path) -> None:
    """A few events miss a required field, and a few name an item that no platform ever delivered; others do not."""
    lost = unknown = total = 0
    for platform, records in events_by_day(home).items():
        items = {str(record.values["item_id"]) for record in delivered(home, platform, "items")}
        total += len(records)
        lost += sum(record.values["account_id"] is None for record in records)
        unknown += sum(str(record.values["item_id"]) not in items for record in records)
    assert 0 < lost / total < 0.01
    assert 0 < unknown / total < 0.01


def test_a_broken_line_holds_an_email(home: Path) -> None:
    """There is a line that cannot be read, and the address in it is among the planted ones."""
    planted = json.loads((home / "truth" / "planted.json").read_text())["emails"]
    broken = []
    for path in (home / "landing" / "shop" / "events").iterdir():
        for line in text_of(path).splitlines():
            try:
                json.loads(line)
            except json.JSONDecodeError:
                broken.append(line)
    assert broken
    assert all(set(EMAIL.findall(line)) and set(EMAIL.findall(line)) <= set(planted) for line in broken)


def robots_events(home: Path) -> dict[str, list[tuple[str, list[Delivered]]]]:
    """The events of each robot of the truth, by pattern, with the robot's platform."""
    found = defaultdict(list)
    for platform, account, pattern in pd.read_parquet(home / "truth" / "robots.parquet").itertuples(index=False):
        own = [record for record in delivered(home, platform, "events") if record.values["account_id"] == account]
        found[pattern].append((platform, own))
    return found


def test_robots_act_as_no_human_can(home: Path) -> None:
    """On some days one calls up 60 items within a minute, one never rests, one takes an item 300 times."""
    robots = robots_events(home)
    assert {pattern: [platform for platform, _ in found] for pattern, found in robots.items()} == {
        "burst": ["shop", "music"], "tireless": ["news"], "repeats": ["music"],
    }  # fmt: skip
    for _, events in robots["burst"]:
        minutes = Counter(record.values["event_at"].replace(second=0) for record in events)
        assert len(minutes) <= 2
        assert min(minutes.values()) >= 60
    moments = sorted(record.values["event_at"] for record in robots["tireless"][0][1])
    assert moments[-1] - moments[0] > timedelta(hours=23)
    assert max(b - a for a, b in pairwise(moments)) < timedelta(minutes=30)
    taken = Counter(
        (record.values["event_at"].date(), record.values["event_type"], record.values["item_id"])
        for record in robots["repeats"][0][1]
    )
    assert max(taken.values()) >= 300


def test_no_human_acts_like_a_robot_and_most_of_the_log_is_human(home: Path) -> None:
    """No other account comes near a robot's rate, and robots write less than a seventh of the events."""
    robots = robots_events(home)
    own = {
        (platform, event.values["account_id"]) for found in robots.values() for platform, log in found for event in log
    }
    minutes: Counter[tuple[str, str, datetime]] = Counter()
    total = 0
    for platform, records in events_by_day(home).items():
        total += len(records)
        for record in records:
            account, moment = record.values["account_id"], record.values["event_at"]
            if account and (platform, account) not in own:
                minutes[platform, account, moment.replace(second=0)] += 1
    assert max(minutes.values()) < 20
    assert sum(len(log) for found in robots.values() for _, log in found) < total / 7


def test_a_robot_that_has_not_acted_is_none_yet(tmp_path: Path) -> None:
    """The truth names the robots of the days that there are."""
    robots = pd.read_parquet(made(tmp_path, days=4) / "truth" / "robots.parquet")
    assert robots.pattern.tolist() == ["tireless"]


def test_sessions_do_not_tell_who_is_who(home: Path) -> None:
    """A session belongs to one account, also when the event lacks it, and no platform names one of another's."""
    accounts = defaultdict(set)
    for platform, records in events_by_day(home).items():
        for record in records:
            accounts[record.values["session_id"]].add((platform, record.values["account_id"]))
    assert all(len({platform for platform, _ in found}) == 1 for found in accounts.values())
    assert all(len([account for _, account in found if account]) <= 1 for found in accounts.values())
