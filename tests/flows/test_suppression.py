"""Whoever was forgotten stays forgotten, whatever is delivered again; who acts later is somebody new."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.erasure import forget
from flows.erasure_search import verify
from flows.ingest import ingest
from flows.replay import replay
from flows.settings import Settings
from flows.suppression import suppression_file
from flows.warehouse import connect
from tests.flows.shop_landing import KEY, SHOP, accounts, check_accounts, counts, event, land, query, shop_settings

FORGOTTEN = "customer-4711"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty home with the contract of one shop."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    return shop_settings(tmp_path)


def of(name: str, customer: str = FORGOTTEN, **others: object) -> str:
    """A line of the shop's event log about a customer."""
    return event(name, actor={"id": customer}, **others)


def land_all(settings: Settings) -> None:
    """Files of every kind with the customer in them: as owner, named in other records, and in broken ones."""
    events = of("1") + of("2", "anna", by=FORGOTTEN, note="kept") + of("3", "anna", note=f"from {FORGOTTEN}, thanks")
    land(
        settings, "events/a.jsonl", events + of("4") + f'{{"id": "5", "actor": "{FORGOTTEN}", \n' + of("6", at="never")
    )
    rows = [f"{FORGOTTEN};anna@mail.example;;1772352000000;", "anna;;;1772352000000;", f";{FORGOTTEN};;;"]
    land(settings, "accounts/a.csv", accounts(rows))
    links = [(FORGOTTEN, "anna"), ("anna", FORGOTTEN), ("anna", "ben")]
    land(settings, "links/a.jsonl", "".join(json.dumps({"one": one, "other": other}) + "\n" for one, other in links))


def records(settings: Settings) -> list[list[tuple]]:
    """What `raw` holds, but for when it was loaded and the texts of rejects."""
    tables = ("shop_events", "shop_accounts", "shop_links", "rejects")
    left_out = "columns(name -> name not in ('loaded_at', 'text'))"
    return [query(settings, f"select {left_out} from raw.{table} order by all") for table in tables]


def everything(settings: Settings) -> str:
    """All values of all tables of `raw`, and the bytes of all files but those of the landing."""
    tables = query(settings, "select table_name from information_schema.tables where table_schema = 'raw'")
    texts = [str(query(settings, f"select * from raw.{table}")) for (table,) in tables]
    files = (path for path in settings.home.rglob("*") if path.is_file() and settings.landing not in path.parents)
    return " ".join([*texts, *(path.read_bytes().decode("latin-1") for path in files)])


def test_a_forgotten_customer_is_in_no_record_and_comes_back_with_none(settings: Settings) -> None:
    """Own records, names in others' records and texts of rejects go, others' stay, and so do the sums of the manifest.

    The same landing, ingested into an empty home with the same suppression list, gives the same records.
    """
    land_all(settings)
    ingest(settings)
    assert FORGOTTEN in everything(settings)
    receipt = forget(settings, f"shop:{FORGOTTEN}")
    assert receipt.rows["raw.shop_events"] == 2
    assert receipt.rows["raw.shop_links"] == 2
    assert set(receipt.landing_files) == {
        f"shop/{name}" for name in ("events/a.jsonl", "accounts/a.csv", "links/a.jsonl")
    }
    before = records(settings)
    assert query(settings, "select id, extra from raw.shop_events order by id") == [
        ("2", '{"note": "kept"}'),
        ("3", None),
    ]
    assert query(settings, "select count(*) from raw.rejects where text = '[erased]'") == [(2,)]
    assert FORGOTTEN not in everything(settings)
    assert verify(settings, f"shop:{FORGOTTEN}")[1] == []
    check_accounts(settings)
    settings.warehouse.unlink()
    ingest(settings)
    assert records(settings) == before
    assert FORGOTTEN not in everything(settings)
    check_accounts(settings)


def test_a_decision_to_keep_accounts_apart_is_forgotten_with_one_of_them(settings: Settings) -> None:
    """It names both; those about others stay."""
    land_all(settings)
    ingest(settings)
    with connect(settings.warehouse) as connection:
        for pair in ((f"shop:{FORGOTTEN}", "video:9"), ("news:1", f"shop:{FORGOTTEN}"), ("news:1", "shop:anna")):
            connection.execute("insert into raw.do_not_link values (?, ?, true, now()::timestamp)", pair)
    assert forget(settings, f"shop:{FORGOTTEN}").rows["raw.do_not_link"] == 2
    assert verify(settings, f"shop:{FORGOTTEN}")[1] == []
    assert query(settings, "select account_key, other_key from raw.do_not_link") == [("news:1", "shop:anna")]


def test_the_list_names_nobody(settings: Settings) -> None:
    """The suppression list holds keyed tokens and times, and only its owner may read it."""
    land_all(settings)
    ingest(settings)
    forget(settings, f"shop:{FORGOTTEN}")
    text = suppression_file(settings.home).read_text()
    assert FORGOTTEN not in text and "mail.example" not in text
    assert text.count("account:") == 1 and text.count("email:") == 1
    assert suppression_file(settings.home).stat().st_mode & 0o777 == 0o600


def test_who_acts_after_the_erasure_is_somebody_new(settings: Settings) -> None:
    """Of a file that comes later, events after the erasure are taken and those before are not; so is the generation."""
    land_all(settings)
    ingest(settings)
    forget(settings, f"shop:{FORGOTTEN}")
    later = (datetime.now(UTC) + timedelta(hours=2)).strftime("%d.%m.%Y %H:%M:%S")
    for name in "bcdef":  # side by side, as new files are loaded
        land(settings, f"events/{name}.jsonl", of(f"{name}7") + of(f"{name}8", at=later) + of(f"{name}9", "ben"))
    assert ingest(settings).rows["raw.shop_events"] == 10
    ids = query(settings, "select id from raw.shop_events where customer like 'customer%' order by id")
    assert ids == [(f"{name}8",) for name in "bcdef"]
    assert query(settings, "select * from raw.returned_accounts") == [("shop", FORGOTTEN, 1)]
    check_accounts(settings)
    forget(settings, f"shop:{FORGOTTEN}")
    assert FORGOTTEN not in everything(settings)


def test_a_file_that_grows_after_the_erasure_adds_what_is_new(settings: Settings) -> None:
    """A last line without its end, of a forgotten customer, and lines behind it: each record is counted once."""
    file = land(settings, "events/a.jsonl", of("1", "anna") + of("2").rstrip("\n"))
    ingest(settings)
    forget(settings, f"shop:{FORGOTTEN}")
    file.write_text(of("1", "anna") + of("2") + of("3") + of("4", "anna"))
    assert ingest(settings).grown_files_count == 1
    assert query(settings, "select id from raw.shop_events order by id") == [("1",), ("4",)]
    check_accounts(settings)


def test_a_replay_brings_nothing_back(settings: Settings) -> None:
    """Rejected records of a forgotten customer that pass under another contract are dropped, and counted as skipped."""
    land(settings, "events/a.jsonl", of("1", price="cheap") + of("2", "anna", price="cheap"))
    ingest(settings)
    forget_rejected(settings)
    contract = settings.contracts / "platforms" / "shop.yml"
    contract.write_text(SHOP.replace("{name: price, type: number, means: value}", "{name: cost, type: text}"))
    assert replay(settings).rows == {"raw.shop_events": 1}
    assert query(settings, "select id from raw.shop_events") == [("2",)]
    assert counts(settings)[-1] == (1, 0, 2)
    check_accounts(settings)
    assert FORGOTTEN not in everything(settings)


def forget_rejected(settings: Settings) -> None:
    """Forget the customer, of whom one more record lies there, so that somebody is found."""
    land(settings, "events/0.jsonl", of("0"))
    ingest(settings)
    forget(settings, f"shop:{FORGOTTEN}")


def test_nobody_is_forgotten_by_mistake(settings: Settings) -> None:
    """A name that nobody has is refused in words, and nothing is changed."""
    land_all(settings)
    ingest(settings)
    before = records(settings)
    with pytest.raises(LookupError, match="nobody is 'shop:customer-4712'"):
        forget(settings, "shop:customer-4712")
    assert not suppression_file(settings.home).exists()
    assert records(settings) == before


def test_an_item_with_the_same_id_stays(settings: Settings) -> None:
    """An item, an event or another platform's account that is spelt like the customer is no trace of them."""
    land(settings, "events/a.jsonl", of("1") + of(FORGOTTEN, "anna", sku=FORGOTTEN))
    ingest(settings)
    forget(settings, f"shop:{FORGOTTEN}")
    assert query(settings, "select id, sku from raw.shop_events") == [(FORGOTTEN, FORGOTTEN)]
