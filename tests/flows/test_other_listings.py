"""What a person took is not shown to them under another listing, on a platform that forbids its return."""

import json
import shutil
from datetime import UTC, datetime, time
from pathlib import Path

import duckdb
import pytest

from flows.warehouse import connect
from tests.conftest import NIGHT, Home

pytestmark = pytest.mark.slow

TITLE = "The Cartographer of Distant Lighthouses"
MORNING = datetime.combine(NIGHT, time(8), UTC)


def accounts_of(home: Home, platform: str) -> list[tuple[str, str]]:
    """Every account of a platform that people see, with its person, ordered by account."""
    query = "select account_id, user_id from accounts where platform = ? order by account_id"
    with duckdb.connect(str(home.path / "published.duckdb"), read_only=True) as connection:
        return connection.execute(query, [platform]).fetchall()


def deliver(folder: Path, name: str, text: str) -> None:
    """Lay a file into the landing."""
    (folder / name).write_text(text, encoding="utf-8")


def list_in_shop(home: Home, buyers: list[str]) -> None:
    """The shop lists the thing, and these customers order it."""
    landing = home.path / "landing" / "shop"
    item = {"sku": "twin", "name": TITLE, "brand": "Kestrel", "listed_at": "2026-02-01T00:00:00Z"}
    deliver(landing / "items", "zz-twin.jsonl", json.dumps(item) + "\n")
    orders = [
        {"id": f"twin-{buyer}", "customer": buyer, "sku": "twin", "action": "order", "occurred_at": MORNING.isoformat()}
        for buyer in buyers
    ]
    deliver(landing / "events", "zz-twin.jsonl", "".join(json.dumps(order) + "\n" for order in orders))


def list_in_games(home: Home, players: list[str]) -> None:
    """The games store lists the thing under a spelling of its own, and these players buy it."""
    landing = home.path / "landing" / "games"
    deliver(
        landing / "items",
        "zz-twin.csv",
        "app_id;title;blurb;genre;studio;price;language;on_sale_from;on_sale_until;changed\n"
        "777;Cartographer of Distant Lighthouses, The;;;Kestrel;9.5;en;01.02.2026 00:00:00;;\n",
    )
    rows = [
        f"{990_000_000 + number};{player};777;buy;{NIGHT:%d.%m.%Y} 08:00:00;9.5;;\n"
        for number, player in enumerate(players)
    ]
    deliver(
        landing / "events",
        "zz-twin.csv",
        "entry;player;app_id;what;local_time;amount;session;banner_run\n" + "".join(rows),
    )


def test_another_listing_of_what_was_taken_is_not_shown(small_night: Home, new_home) -> None:
    """Those who ordered it in the shop find its game in no list, while it is popular with all others."""
    home = new_home("other_listings")
    home.environment["CROSSREC_MODE"] = "popularity"
    shutil.copytree(small_night.path / "landing", home.path / "landing")
    customers, players = accounts_of(small_night, "shop"), accounts_of(small_night, "games")
    everybody_else = {user for _, user in customers[len(customers) // 2 :]}
    list_in_shop(home, [account for account, _ in customers[: len(customers) // 2]])
    list_in_games(home, [account for account, user in players if user not in {user for _, user in customers}])
    home.night()
    with connect(home.path / "warehouse.duckdb", read_only=True) as connection:
        query = "select canonical_item_id, match_method from marts.dim_items where item_id in ('twin', '777')"
        assert connection.execute(query).fetchall() == [("games:777", "text")] * 2
    with duckdb.connect(str(home.path / "published.duckdb"), read_only=True) as connection:
        shown = "select user_id from recommendations where platform = 'games' and item_id = '777'"
        users = {user for (user,) in connection.execute(shown).fetchall()}
        owners = "select user_id, account_id from accounts where platform = 'shop'"
        buyers = {account for account, _ in customers[: len(customers) // 2]}
        took = {user for user, account in connection.execute(owners).fetchall() if account in buyers}
    assert took and not users & took
    assert users & everybody_else
