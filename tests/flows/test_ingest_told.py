"""What ingest tells of records that it refuses and of fields that nobody has named."""

import logging
from pathlib import Path

import pytest

from flows.ingest import ingest
from flows.rejects import show_rejects
from flows.settings import Settings
from tests.flows.shop_landing import KEY, accounts, check_accounts, event, land, query, shop_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty home with the contract of one shop."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    return shop_settings(tmp_path)


def test_a_file_that_lacks_a_required_field_is_one_reject(settings: Settings) -> None:
    """Not one for each record; but as soon as one record has the field, each of the others is told."""
    without = [event(str(n), sku=None, mail="anna@mail.example") for n in range(25_000)]
    land(settings, "events/all.jsonl", "".join(without))
    land(settings, "events/few.jsonl", "".join(without[:21_000]) + event("1") + "broken\n")
    land(settings, "events/two.jsonl", event("1", sku=None) + event("2", verb=None))
    ingest(settings)
    found = query(
        settings,
        "select path, field, rule, count(*), sum(records_count), count(line) from raw.rejects"
        " group by all order by all",
    )
    assert found == [
        ("shop/events/all.jsonl", "sku", "sku is required and missing in every record of the file", 1, 25_000, 0),
        ("shop/events/few.jsonl", "sku", "is required and missing", 21_000, 21_000, 21_000),
        ("shop/events/few.jsonl", None, "a line is one JSON object", 1, 1, 1),
        ("shop/events/two.jsonl", "sku", "is required and missing", 1, 1, 1),
        ("shop/events/two.jsonl", "verb", "is required and missing", 1, 1, 1),
    ]
    assert not query(settings, "select text from raw.rejects where contains(text, '@')")
    assert query(settings, "select outcome, records_count from raw.files where path like '%all.jsonl'") == [
        ("refused", 25_000)
    ]
    check_accounts(settings)


def test_a_field_that_no_contract_names_is_told_once(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """By platform and kind, the first time that a record has it, whoever's address its name may be."""
    with caplog.at_level(logging.INFO, "crossrec"):
        land(settings, "events/a.jsonl", event("1", coupon=5, **{"anna@mail.example": 1}))
        land(settings, "events/b.jsonl", event("2", coupon=None) + event("3", coupon=6, actor={"id": "x", "age": 3}))
        assert ingest(settings).new_fields == 3
        land(settings, "events/c.jsonl", event("4", coupon=7))
        land(settings, "accounts/a.csv", accounts(["anna;;;;note"]))
        assert ingest(settings).new_fields == 1
    fields = query(settings, "select kind, field from raw.extra_fields order by all")
    assert [(kind, field.split(":")[0]) for kind, field in fields] == [
        ("accounts", "note"), ("events", "actor"), ("events", "coupon"), ("events", "email"),
    ]  # fmt: skip
    told = "shop events has a field `coupon` that its contract does not name; it is kept in extra"
    assert caplog.messages.count(told) == 1
    assert not any("@" in message for message in caplog.messages)


def test_rejects_are_shown_by_rule(settings: Settings) -> None:
    """Counts, the first and the last file, and a few records with their place; of one platform or rule if asked."""
    land(settings, "events/a.jsonl", event("1", price="cheap") + event("2", price="dear") + event("3", sku=None))
    land(settings, "events/b.jsonl", event("4", price="free") + event("5") + "\x1b[31mred\n")
    land(settings, "items/a.parquet", "no parquet")
    ingest(settings)
    text = show_rejects(settings, samples=2)
    assert [" ".join(line.split()) for line in text.splitlines()[2:6]] == [
        "shop events price has to be a number 3 2",
        "shop events whole record a line is one JSON object 1 1",
        "shop events sku is required and missing 1 1",
        "shop items whole record a file is Parquet from its first byte to its last 1 1",
    ]
    assert "shop/events/a.jsonl:2" in text
    assert "shop/events/b.jsonl:1" not in text
    assert "first in shop/events/a.jsonl, last in shop/events/b.jsonl" in text
    only = show_rejects(settings, "shop", rule="NUMBER", samples=3)
    assert "shop/events/b.jsonl:1" in only
    assert "shop/events/b.jsonl:3   [31mred" in text
    assert "\x1b" not in text
    assert "Parquet" not in only
    with pytest.raises(LookupError, match="there is none of shop 'zone' in this home"):
        show_rejects(settings, "shop", rule="zone")


def test_before_the_first_ingest_there_is_nothing_to_show(settings: Settings) -> None:
    """It is said in a sentence that tells what to do."""
    with pytest.raises(LookupError, match="crossrec ingest"):
        show_rejects(settings)
