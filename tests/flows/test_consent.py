"""What a person withholds from other platforms shows in none of their lists, reasons and training rows."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml

from flows.contracts import load_contract
from flows.platforms.staging_text import staging_sql
from flows.settings import DBT_PROJECT
from flows.synchronise import synchronise
from tests.conftest import NIGHT, Home

pytestmark = pytest.mark.slow

KIND = """
  consents:
    format: json_lines
    fields:
      - {name: customer, type: text, means: account_id}
      - {name: partner, type: text, means: other_platform}
      - {name: agreed, type: boolean, means: is_allowed}
      - {name: decided, type: timestamp, means: decided_at}
"""
TASTE = "planted-taste"


def contracts_with_consents(folder: Path) -> Path:
    """The sample's contracts, with a file of decisions from the shop."""
    shutil.copytree(DBT_PROJECT / "contracts", folder)
    path = folder / "platforms" / "shop.yml"
    path.write_text(path.read_text().rstrip("\n") + KIND)
    assert "consents" in yaml.safe_load(path.read_text())["kinds"]
    sql = staging_sql(load_contract(path), "consents")
    (folder / "models" / "staging" / "shop" / "stg_shop__consents.sql").write_text(sql)
    synchronise(folder)
    return folder


def somebody(home: Home) -> tuple[str, str, str]:
    """A person with accounts in the shop and at the news, whose news are chosen for what they took in the shop."""
    query = """
        with lists as (
            select distinct user_id from recommendations where platform = 'news' and reason_platform = 'shop'
        )
        select lists.user_id, shop.account_id, news.account_id
        from lists
        join accounts as shop on shop.user_id = lists.user_id and shop.platform = 'shop'
        join accounts as news on news.user_id = lists.user_id and news.platform = 'news'
        order by all
    """
    with duckdb.connect(str(home.path / "published.duckdb"), read_only=True) as connection:
        found = connection.execute(query).fetchone()
    assert found is not None
    return found


def test_what_is_withheld_shows_nowhere_else(small_night: Home, new_home, tmp_path: Path) -> None:
    """A person whose news had reasons from the shop withholds the shop's data: their news have none any more.

    A taste that only this person has, planted in the shop, is in no training row but those of the shop's account alone,
    which gets lists in the shop and nowhere else. The gate says that it looked.
    """
    _, customer, reader = somebody(small_night)
    home = new_home("consent")
    shutil.copytree(small_night.path / "landing", home.path / "landing")
    home.environment["CROSSREC_CONTRACTS"] = str(contracts_with_consents(tmp_path / "contracts"))
    plant(home, customer)
    home.night()
    with duckdb.connect(str(home.path / "published.duckdb"), read_only=True) as connection:
        owners = dict(connection.execute("select account_id, user_id from accounts").fetchall())
        lists = connection.execute(
            "select user_id, platform, reason_platform, reason_item_id from recommendations"
        ).fetchall()
        gates = connection.execute(
            "select observed from gate_results"
            " where expectation = 'ConsentIsObeyed' and platform = 'shop' and is_success"
        ).fetchall()
    apart, rest = owners[customer], owners[reader]
    assert apart != rest
    assert {platform for user_id, platform, _, _ in lists if user_id == apart} == {"shop"}
    assert "news" in {platform for user_id, platform, _, _ in lists if user_id == rest}
    assert "shop" not in {reason for user_id, _, reason, _ in lists if user_id == rest}
    assert {user_id for user_id, _, _, item_id in lists if item_id == TASTE} <= {apart}
    assert gates == [("0 training rows of 1 accounts that are",)]
    with duckdb.connect(str(home.path / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute("select distinct user_id, platform, item_id from training.sequences").fetchall()
    assert {user_id for user_id, _, item_id in rows if item_id == TASTE} == {apart}
    assert {platform for user_id, platform, _ in rows if user_id == apart} == {"shop"}
    assert "shop" not in {platform for user_id, platform, _ in rows if user_id == rest}


def plant(home: Home, customer: str) -> None:
    """Have the customer buy what nobody else buys, and withhold the shop's data from everybody."""
    newest = sorted((home.path / "landing" / "shop" / "events").glob("*.jsonl"))[-1]
    records = [
        json.loads(line) for line in newest.read_text().splitlines() if line.startswith("{") and line.endswith("}")
    ]
    bought = next(record for record in records if record["action"] == "order" and record["customer"])
    planted = [{**bought, "id": f"planted-{number}", "customer": customer, "sku": TASTE} for number in range(5)]
    with newest.open("a") as file:
        file.writelines(json.dumps(record) + "\n" for record in planted)
    folder = home.path / "landing" / "shop" / "consents"
    folder.mkdir()
    decision = {"customer": customer, "partner": None, "agreed": False, "decided": f"{NIGHT}T00:00:00Z"}
    (folder / "a.jsonl").write_text(json.dumps(decision) + "\n")
