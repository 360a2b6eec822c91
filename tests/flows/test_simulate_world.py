"""The simulated world: who is who, what is told about items when, and dials that do what they say."""

import json
import re
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from flows.identifiers import normalise
from flows.settings import Settings
from flows.simulate import simulate
from flows.simulation.behaviour import Platform
from flows.simulation.world import PLATFORMS, draw_items, draw_people
from tests.flows.simulated_landing import CONTRACTS, delivered, text_of

LAST = date(2026, 3, 1)
DAYS = 10
EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\w")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world: 200 people, ten days."""
    home = tmp_path_factory.mktemp("home")
    simulate(Settings(home=home), people=200, days=DAYS, seed=5, until=LAST)
    return home


def accounts_of_persons(home: Path) -> pd.DataFrame:
    """The truth of who is who."""
    return pd.read_parquet(home / "truth" / "people.parquet")


def tokens_of(home: Path, platform: str) -> dict[str, dict[str, str]]:
    """The identifiers of each account in their one spelling, by kind."""
    region = CONTRACTS[platform].phone_region
    tokens: dict[str, dict[str, str]] = {}
    for record in delivered(home, platform, "accounts"):
        given = {kind: record.values.get(kind) for kind in ("email", "phone", "device")}
        spelled = {kind: normalise(kind, text, region) for kind, text in given.items() if text}
        assert None not in spelled.values()
        tokens[str(record.values["account_id"])] = {kind: str(text) for kind, text in spelled.items()}
    return tokens


def test_truth_names_the_accounts_that_were_delivered(home: Path) -> None:
    """Who is who names every account of the landing and no other."""
    people = accounts_of_persons(home)
    for platform in PLATFORMS:
        found = {str(record.values["account_id"]) for record in delivered(home, platform, "accounts")}
        assert found == set(people.account_id[people.platform == platform])


def test_a_person_has_the_same_identifiers_everywhere_and_shares_none(home: Path) -> None:
    """However it is spelled, an identifier leads to one person; many spellings are untidy, some accounts have none."""
    people = accounts_of_persons(home)
    persons = {(row.platform, row.account_id): row.person for row in people.itertuples()}
    owners = defaultdict(set)
    missing = 0
    for platform in PLATFORMS:
        for account, tokens in tokens_of(home, platform).items():
            missing += "email" not in tokens
            for kind, text in tokens.items():
                owners[kind, text].add(persons[platform, account])
    assert all(len(found) == 1 for found in owners.values())
    assert {kind for kind, _ in owners} == {"email", "phone", "device"}
    assert 0.02 < missing / len(people) < 0.2
    given = [record.values["email"] for record in delivered(home, "shop", "accounts") if record.values["email"]]
    assert 0.1 < np.mean([email != normalise("email", email) for email in given]) < 0.5


def test_every_identifier_of_the_landing_is_a_planted_one(home: Path) -> None:
    """A scan for the planted e-mails and phones finds all that the landing holds, as written and in one spelling."""
    planted = json.loads((home / "truth" / "planted.json").read_text())
    emails, phones = set(planted["emails"]), set(planted["phones"])
    for path in (home / "landing").rglob("*.*"):
        if path.suffix not in (".parquet", ""):
            assert set(EMAIL.findall(text_of(path))) <= emails, path
    for platform in PLATFORMS:
        for record in delivered(home, platform, "accounts"):
            phone, email = record.values.get("phone"), record.values["email"]
            assert phone is None or {phone, str(normalise("phone", phone, "DE")).lstrip("+")} <= phones
            assert email is None or {email.strip(), normalise("email", email)} <= emails


def test_the_landing_tells_nothing_of_the_truth(home: Path) -> None:
    """The landing holds the platforms' folders alone, and no file of it names a person's number or interests."""
    assert {path.name for path in (home / "landing").iterdir()} == set(PLATFORMS)
    known = {"events", "items", "accounts", "links"}
    assert {path.name for path in (home / "landing").glob("*/*")} == known
    assert {path.name for path in home.iterdir()} == {"landing", "truth"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_item_is_told_when_it_comes_and_when_it_goes(home: Path, platform: str) -> None:
    """No file knows an item before it is there or its end before it is gone; nobody acts on an absent item."""
    starts, ends = {}, {}
    for record in delivered(home, platform, "items"):
        values, item = record.values, record.values["item_id"]
        starts[item] = values["available_from"]
        ends[item] = values["available_until"]
        night = datetime.combine(record.day, time.min, UTC)
        assert values["available_from"] <= night
        assert values["available_until"] is None or values["available_until"] <= night
    known = [record.values for record in delivered(home, platform, "events") if record.values["item_id"] in starts]
    assert known
    for values in known:
        assert starts[values["item_id"]] <= values["event_at"]
        assert ends[values["item_id"]] is None or values["event_at"] < ends[values["item_id"]]


def test_items_come_every_day_and_some_go(home: Path) -> None:
    """Each day brings an item that was not there before; some are withdrawn."""
    records = [record for platform in PLATFORMS for record in delivered(home, platform, "items")]
    new = {record.day for record in records if record.values["available_from"].date() == record.day}
    assert new == {LAST - timedelta(days=back) for back in range(DAYS)}
    assert any(record.values["available_until"] for record in records)


@pytest.mark.parametrize("platform", ["shop", "video"])
def test_some_titles_are_chinese(home: Path, platform: str) -> None:
    """About one title in seven is Chinese and says so, the others are English."""
    chinese = []
    for record in delivered(home, platform, "items"):
        is_chinese = bool(re.search("[\u4e00-\u9fff]", record.values["title"]))
        assert record.values["language"] == ("zh" if is_chinese else "en")
        chinese.append(is_chinese)
    assert 0.08 < np.mean(chinese) < 0.25


@pytest.mark.parametrize(("overlap", "low", "high"), [(0.0, 0.0, 0.0), (0.5, 0.35, 0.6), (1.0, 0.9, 1.0)])
def test_overlap_is_the_share_of_people_on_several_platforms(overlap: float, low: float, high: float) -> None:
    """Nobody, half of the people, or nearly all have more than one account."""
    people = draw_people(2000, overlap, 0.8, seed=3)
    accounts = people.is_member.sum(axis=0)
    assert accounts.min() == 1
    assert low <= np.mean(accounts > 1) <= high


@pytest.mark.parametrize(("transfer", "low", "high"), [(0.0, -0.05, 0.05), (0.8, 0.8, 1.0), (1.0, 0.999, 1.0)])
def test_transfer_is_the_share_of_a_taste_that_is_common(transfer: float, low: float, high: float) -> None:
    """Interests on two platforms agree not at all, well, or entirely."""
    people = draw_people(2000, 0.6, transfer, seed=3)
    assert low <= np.corrcoef(people.interests[0].ravel(), people.interests[1].ravel())[0, 1] <= high


def taken_topics(transfer: float) -> list[np.ndarray]:
    """How often each of 600 people, all on several platforms, took each topic on the shop and the news in 40 days."""
    people = draw_people(600, 1.0, transfer, seed=3)
    counts = []
    for number in (0, 1):
        items = draw_items(number, 600, seed=3)
        platform = Platform(number, people, items, seed=3)
        found = np.zeros(people.interests.shape[1:])
        for day in range(40):
            events = platform.day(day)
            human = events.people >= 0
            np.add.at(found, (events.people[human], items.topics[events.items[human]]), 1)
        counts.append(found)
    return counts


@pytest.mark.parametrize(("transfer", "least", "most"), [(0.8, 0.25, 1.0), (0.0, 0.0, 0.12)])
def test_what_people_take_on_one_platform_tells_of_another(transfer: float, least: float, most: float) -> None:
    """The topic taken most in the shop is the one read most, for many people; by chance only if tastes are apart."""
    shop, news = taken_topics(transfer)
    active = (shop.sum(axis=1) > 3) & (news.sum(axis=1) > 3)
    assert active.sum() > 50
    assert least <= np.mean(shop[active].argmax(axis=1) == news[active].argmax(axis=1)) <= most


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"people": 0}, "people has to be at least 1; found 0. Give another --people."),
        ({"days": 0}, "days has to be at least 1; found 0. Give another --days."),
        ({"overlap": 1.5}, "overlap has to be from 0 to 1; found 1.5. Give another --overlap."),
        ({"transfer": -0.1}, "transfer has to be from 0 to 1; found -0.1. Give another --transfer."),
        ({"transfer": float("nan")}, "transfer has to be from 0 to 1; found nan. Give another --transfer."),
    ],
)
def test_what_cannot_be_simulated_is_refused(tmp_path: Path, wrong: dict[str, Any], rule: str) -> None:
    """An argument out of its range is refused with the rule, what was found and what to do; nothing is written."""
    with pytest.raises(ValueError, match=re.escape(rule)):
        simulate(Settings(home=tmp_path), **wrong)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("people", [1, 2, 5])
def test_the_smallest_worlds_can_be_simulated(tmp_path: Path, people: int) -> None:
    """A platform may have no member yet; its items are delivered all the same."""
    simulate(Settings(home=tmp_path), people=people, days=2, seed=1, overlap=0.0, until=LAST)
    assert len(accounts_of_persons(tmp_path)) == people - sum(draw_people(people, 0.0, 0.8, 1).signup_days > 1)
    for platform in PLATFORMS:
        newest = max(record.day for record in delivered(tmp_path, platform, "items"))
        assert newest >= LAST - timedelta(days=1)
