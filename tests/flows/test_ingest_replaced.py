"""Files that come again under their name with other content."""

import logging
from pathlib import Path

import pytest

from flows.ingest import ingest
from flows.settings import Settings
from flows.warehouse import connect
from tests.flows.shop_landing import KEY, check_accounts, event, land, query, shop_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty home with the contract of one shop."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    return shop_settings(tmp_path)


def ids(settings: Settings) -> list[str]:
    return [name for (name,) in query(settings, "select id from raw.shop_events order by id")]


def test_what_a_file_replaces_is_retracted(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """Records, rejects and lines of the old content go with all that it had continued; what others hold stays."""
    land(settings, "events/a.jsonl", event("1") + "broken\n")
    land(settings, "events/twin.jsonl", event("9"))
    land(settings, "events/z.jsonl", event("9"))
    ingest(settings)
    land(settings, "events/a.jsonl", event("1") + "broken\n" + event("2"))
    ingest(settings)
    land(settings, "events/a.jsonl", event("3"))
    land(settings, "events/twin.jsonl", event("4"))
    with caplog.at_level(logging.INFO, "crossrec"):
        receipt = ingest(settings)
    assert (receipt.replaced_files_count, receipt.retracted_count) == (2, 2)
    assert "shop/events/a.jsonl has other content than before; 2 records are retracted" in caplog.messages
    assert ids(settings) == ["3", "4", "9"]
    assert query(settings, "select count(*) from raw.rejects") == [(0,)]
    check_accounts(settings)
    land(settings, "events/b.jsonl", event("1") + "broken\n")
    assert ingest(settings).rows["raw.shop_events"] == 1
    check_accounts(settings)


def test_a_replacement_that_dies_leaves_the_old(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old records go and new ones come in one transaction."""
    land(settings, "events/a.jsonl", event("1"))
    ingest(settings)
    land(settings, "events/a.jsonl", event("2"))
    with monkeypatch.context() as broken:
        broken.setattr("flows.settlement.uncontinued", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            ingest(settings)
    assert ids(settings) == ["1"]
    assert ingest(settings).replaced_files_count == 1
    assert ids(settings) == ["2"]


def test_a_log_that_rotates_loses_and_doubles_nothing(settings: Settings) -> None:
    """The old content goes on under another name while its own name begins anew: nothing is retracted."""
    log = land(settings, "events/log", event("1") + event("2")[:-1])
    ingest(settings)
    log.rename(log.with_name("log.1")).write_bytes((event("1") + event("2") + event("3")).encode())
    land(settings, "events/log", event("4"))
    receipt = ingest(settings)
    assert (receipt.rows["raw.shop_events"], receipt.retracted_count) == (3, 0)
    assert ids(settings) == ["1", "2", "3", "4"]
    check_accounts(settings)


def test_a_contract_may_refuse_what_replaces(settings: Settings) -> None:
    """One reject says so, the old records stay; not tried again though touched; the old content is welcome back."""
    contract = settings.contracts / "platforms" / "shop.yml"
    contract.write_text(contract.read_text().replace("title: Shop", "title: Shop\nwhen_replaced: refuse"))
    path = land(settings, "events/a.jsonl", event("1"))
    ingest(settings)
    since = set()
    for content in (event("2"), event("2"), event("3")):
        land(settings, "events/a.jsonl", content)
        assert ingest(settings).refused_files_count <= 1
        assert ids(settings) == ["1"]
        rejects = query(settings, "select path, line, rule from raw.rejects")
        assert [(name, line, "when_replaced: refuse" in rule) for name, line, rule in rejects] == [
            ("shop/events/a.jsonl", None, True)
        ]
        since.update(query(settings, "select loaded_at from raw.rejects"))
        check_accounts(settings)
    assert len(since) == 2
    path.write_text(event("1") + event("5"))
    ingest(settings)
    assert ids(settings) == ["1", "5"]
    assert query(settings, "select count(*) from raw.rejects") == [(0,)]
    check_accounts(settings)


def test_a_broken_delivery_takes_nothing_with_it(settings: Settings) -> None:
    """What cannot be read replaces nothing; once the file is whole, the reject that stood for it is gone."""
    land(settings, "items/a.parquet", "PAR1 and no more")
    land(settings, "events/a.jsonl.gz", "no gzip")
    ingest(settings)
    assert query(settings, "select count(*), sum(records_count) from raw.rejects") == [(2, 2)]
    land(settings, "events/a.jsonl.gz", "still none")
    ingest(settings)
    assert query(settings, "select count(*) from raw.rejects") == [(2,)]
    check_accounts(settings)


def built(settings: Settings, rows: list[tuple[str, str, int, str]]) -> None:
    """Interactions as an earlier night built them: event, file, line, time of loading."""
    with connect(settings.warehouse) as connection:
        connection.execute("create schema marts; create schema intermediate")
        connection.execute(
            "create table marts.fct_interactions"
            " (platform varchar, event_id varchar, file_id varchar, line bigint, loaded_at timestamp, event_date date)"
        )
        connection.execute(
            "create view intermediate.int_events_unioned as"
            " select 'shop' as platform, id as event_id, file_id, line, loaded_at from raw.shop_events"
        )
        for row in rows:
            connection.execute("insert into marts.fct_interactions values ('shop', ?, ?, ?, ?, null)", list(row))


def test_interactions_of_retracted_records_go(settings: Settings) -> None:
    """Those made from the old content are deleted; the table is dropped if an older record has to take a place."""
    land(settings, "events/a.jsonl", event("1") + event("2"))
    land(settings, "events/b.jsonl", event("3"))
    ingest(settings)
    rows = query(settings, "select id, file_id, line, loaded_at from raw.shop_events")
    built(settings, rows)
    land(settings, "events/a.jsonl", event("1", price=1))
    ingest(settings)
    assert query(settings, "select event_id from marts.fct_interactions") == [("3",)]
    land(settings, "events/c.jsonl", event("4") + event("3"))
    ingest(settings)
    with connect(settings.warehouse) as connection:
        connection.execute(
            "insert into marts.fct_interactions"
            " select 'shop', id, file_id, line, loaded_at, null from raw.shop_events where id in ('1', '4')"
        )
    land(settings, "events/b.jsonl", event("5"))
    ingest(settings)
    assert query(settings, "select table_name from information_schema.tables where table_schema = 'marts'") == []
