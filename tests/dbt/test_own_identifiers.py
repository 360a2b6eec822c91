"""Kinds of identifiers that contracts name link persons, and are kept as private as an e-mail is."""

import json
import shutil
from pathlib import Path

import pytest

from flows.contracts import load_contracts
from flows.erasure import forget
from flows.erasure_search import verify
from flows.identity import explain
from flows.ingest import ingest
from flows.platforms.staging_text import staging_texts
from flows.rekeying import rotate
from flows.settings import DBT_PROJECT, Settings
from flows.synchronise import synchronise
from flows.warehouse import connect
from tests.dbt.built_home import build, empty_home

CARD = "      - {name: card, path: wallet.card, type: text, identifier: loyalty_card, normaliser: digits}\n"
FIELDS = {
    "shop": "      - {name: customer, type: text, means: account_id}\n",
    "music": "      - {name: listener, path: user.id, type: text, means: account_id}\n",
}


def settings_with_cards(folder: Path) -> Settings:
    """A home whose shop and music service know cards; staging SQL as `platform add` writes it."""
    contracts = folder / "contracts"
    shutil.copytree(DBT_PROJECT / "contracts", contracts)
    for platform, field in FIELDS.items():
        path = contracts / "platforms" / f"{platform}.yml"
        head, accounts = path.read_text().split("  accounts:\n")
        path.write_text(f"{head}  accounts:\n{accounts.replace(field, field + CARD)}")
    for contract in load_contracts(contracts):
        for name, text in staging_texts(contract).items():
            (contracts / name).write_text(text)
    synchronise(contracts)
    return empty_home(folder / "home", contracts)


def deliver(settings: Settings, day: int, platform: str, **cards: str) -> None:
    """An account with its card for each name."""
    path = settings.landing / platform / "accounts" / f"2026-03-{day:02}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    records = ({"customer": name, "user": {"id": name}, "wallet": {"card": card}} for name, card in cards.items())
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    ingest(settings)


def persons(settings: Settings) -> list[list[str]]:
    """The accounts of each person who has several."""
    query = """
        select list(account_key order by account_key) from marts.dim_accounts
        group by user_id having count(*) > 1 order by 1
    """
    with connect(settings.warehouse) as connection:
        return [accounts for (accounts,) in connection.execute(query).fetchall()]


@pytest.mark.usefixtures("uncompressed")
def test_a_card_that_contracts_name_links_its_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every spelling and after a rotation; it is told by its kind, also where it links nobody, and not stored."""
    monkeypatch.setenv("CROSSREC_KEY", "the first of the keys")
    settings = settings_with_cards(tmp_path)
    crowd = {f"member{number:02}": "000 000" for number in range(21)}
    deliver(settings, 1, "shop", customer17="4711-0815-33", **crowd)
    deliver(settings, 1, "music", listener9="No. 4711 0815 33")
    build(settings, 2)
    assert persons(settings) == [["music:listener9", "shop:customer17"]]
    assert "music:listener9 and shop:customer17 share a loyalty card." in explain(settings, "listener9")
    assert "The loyalty card of shop:member03 (mark " in explain(settings, "member03")
    with connect(settings.warehouse) as connection:
        refused = connection.execute("select identifier, accounts_count from quality.identifiers_refused").fetchall()
    assert refused == [("loyalty_card", 21)]
    monkeypatch.setenv("CROSSREC_KEY", "the first of the keys,the second of the keys")
    rotate(settings)
    deliver(settings, 3, "shop", customer18="4711081533")
    with connect(settings.warehouse) as connection:
        held = connection.execute("select count(*), count(distinct card) from raw.shop_accounts where customer <= 'd'")
        assert held.fetchall() == [(2, 1)]
    files = [path for path in settings.home.rglob("*") if path.is_file() and settings.landing not in path.parents]
    assert not [path for path in files if any(card in path.read_bytes() for card in (b"4711-0815-33", b"4711081533"))]
    forget(settings, "music:listener9")
    assert verify(settings, "music:listener9")[1] == []
    with connect(settings.warehouse) as connection:
        left = connection.execute(
            "select count(*), count(*) filter (card like 'own.loyalty_card:%') from raw.shop_accounts"
        )
        assert left.fetchall() == [(22, 22)]
