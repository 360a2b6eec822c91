"""Replay: after a contract was changed, what it rejected comes in from the landing file."""

from pathlib import Path

import pytest

from flows.ingest import ingest
from flows.replay import replay
from flows.settings import Settings
from tests.flows.shop_landing import KEY, accounts, check_accounts, event, land, query, shop_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty home with the contract of one shop."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    return shop_settings(tmp_path)


def change_contract(settings: Settings, old: str, new: str) -> None:
    """Edit the shop's contract."""
    path = settings.contracts / "platforms" / "shop.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def rejects(settings: Settings) -> list[tuple]:
    return query(settings, "select path, line, field, rule from raw.rejects order by all")


SKU = "{name: sku, type: text, means: item_id}"
VERB = "{name: verb, type: text, means: event_type}"


def test_what_passes_now_moves_and_what_does_not_gets_its_rule_of_now(settings: Settings) -> None:
    """With its old number, to the content that it belongs to, whatever grew since; once, and for good."""
    lines = [event("1"), event("2", sku=None, verb=None), "broken\n", event("4", verb=None), event("5", verb=None)]
    land(settings, "events/a.jsonl", "".join(lines[:3]))
    ingest(settings)
    land(settings, "events/a.jsonl", "".join(lines))
    ingest(settings)
    assert [reject[2] for reject in rejects(settings)] == ["sku", None, "verb", "verb"]
    change_contract(settings, VERB, "{name: verb, type: text, means: event_type, required: false}")
    before = query(settings, "select line, file_id, loaded_at from raw.shop_events")
    stayed = query(settings, "select line, loaded_at from raw.rejects where line = 3")
    receipt = replay(settings)
    assert (receipt.rows, receipt.rejects_count) == ({"raw.shop_events": 2}, 2)
    assert rejects(settings) == [
        ("shop/events/a.jsonl", 2, "sku", "is required and missing"),
        ("shop/events/a.jsonl", 3, None, "a line is one JSON object"),
    ]
    assert query(settings, "select line, loaded_at from raw.rejects where line = 3") == stayed
    moved = query(settings, "select line, verb, file_id, loaded_at from raw.shop_events where line > 1 order by line")
    assert [row[:2] for row in moved] == [(4, None), (5, None)]
    assert all(row[2] != before[0][1] and row[3] > before[0][2] for row in moved)
    assert query(settings, "select rows_count, rejects_count from raw.files order by loaded_at") == [(1, 2), (2, 0)]
    check_accounts(settings)
    change_contract(settings, SKU, "{name: sku, type: text, means: item_id, required: false}")
    assert replay(settings, "shop").rows == {"raw.shop_events": 1}
    assert replay(settings).rows == {"raw.shop_events": 0}
    assert query(settings, "select line, file_id from raw.shop_events where line = 2")[0][1] == before[0][1]
    check_accounts(settings)


def test_a_file_that_was_refused_is_loaded_whole(settings: Settings) -> None:
    """The reject that stood for it goes, and nothing is left that says refused; one that is refused again stays so."""
    land(settings, "events/a.jsonl", event("1", sku=None) + event("2", sku=None))
    land(settings, "items/a.parquet", "no parquet")
    ingest(settings)
    change_contract(settings, SKU, "{name: sku, type: text, means: item_id, required: false}")
    assert replay(settings).rows == {"raw.shop_events": 2, "raw.shop_items": 0}
    assert [reject[0] for reject in rejects(settings)] == ["shop/items/a.parquet"]
    assert query(settings, "select outcome, rows_count from raw.files order by path") == [("loaded", 2), ("refused", 0)]
    check_accounts(settings)


def test_rejects_of_a_file_that_is_gone_stay(settings: Settings) -> None:
    """Gone, or other content since: told by name, and nothing of it is touched."""
    gone = land(settings, "events/gone.jsonl", event("1") + event("2", sku=None))
    land(settings, "events/other.jsonl", event("3") + event("4", sku=None))
    land(settings, "accounts/a.csv", accounts(["anna;;;;", "ben;;;yesterday;"]))
    ingest(settings)
    before = rejects(settings)
    gone.unlink()
    land(settings, "events/other.jsonl", event("5"))
    change_contract(settings, SKU, "{name: sku, type: text, means: item_id, required: false}")
    change_contract(settings, "means: created_at, unit: ms", 'means: created_at, unit: "%A"')
    receipt = replay(settings)
    assert sorted(receipt.missing_files) == ["shop/events/gone.jsonl", "shop/events/other.jsonl"]
    assert receipt.rejects_count == 3
    assert [reject[:3] for reject in rejects(settings)] == [reject[:3] for reject in before]
    assert "%A" in rejects(settings)[0][3]


def test_a_replay_that_dies_leaves_a_file_as_it_was(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records move in one transaction with what is counted of them."""
    land(settings, "events/a.jsonl", event("1") + event("2", sku=None))
    ingest(settings)
    change_contract(settings, SKU, "{name: sku, type: text, means: item_id, required: false}")
    before = rejects(settings)
    with monkeypatch.context() as broken:
        broken.setattr("flows.replay.MOVED", "select error('killed')")
        with pytest.raises(Exception, match=r"killed|parameters"):
            replay(settings)
    assert rejects(settings) == before
    assert len(query(settings, "select id from raw.shop_events")) == 1
    assert replay(settings).rows == {"raw.shop_events": 1}
    check_accounts(settings)
