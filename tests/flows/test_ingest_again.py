"""Ingest again and again: each record comes once, whatever happened before, and the watermark tells what is known."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.contracts import load_contracts
from flows.ingest import ingest
from flows.manifest import Manifest
from flows.raw_tables import ChangedTypeError
from flows.settings import Settings, read_settings
from flows.warehouse import connect
from flows.watermark import watermark
from tests.flows.shop_landing import KEY, accounts, check_accounts, counts, event, land, query, shop_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty home with the contract of one shop."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    return shop_settings(tmp_path)


def test_each_file_is_loaded_once(settings: Settings) -> None:
    """A file that is touched, renamed or delivered again brings nothing; one with other content brings its records."""
    path = land(settings, "events/a.jsonl", event("1") + event("2"))
    assert ingest(settings).rows["raw.shop_events"] == 2
    assert ingest(settings).skipped_files_count == 1
    os.utime(path, (1, 1))
    path.rename(path.with_name("b.jsonl"))
    land(settings, "events/deep/er/c.jsonl", event("1") + event("2"))
    receipt = ingest(settings)
    assert (receipt.files_count, receipt.skipped_files_count) == (0, 2)
    land(settings, "events/b.jsonl", event("3"))
    assert ingest(settings).rows["raw.shop_events"] == 1
    assert query(settings, "select id, line from raw.shop_events order by id") == [("1", 1), ("2", 2), ("3", 1)]
    lines = query(settings, "select outcome, rows_count, skipped_count from raw.files order by loaded_at")
    assert lines == [("loaded", 2, 0), ("known", 0, 2), ("known", 0, 2), ("replaced", 1, 0)]
    check_accounts(settings)


def test_a_known_name_size_and_time_is_not_read_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A night costs in proportion to what is new: the bytes of known files are not even hashed."""
    land(settings, "events/a.jsonl", event("1"))
    ingest(settings)
    monkeypatch.setattr("flows.ingest.look", lambda file, _: pytest.fail(f"{file.name} is read again"))
    assert ingest(settings).skipped_files_count == 1


def test_an_ingest_that_dies_in_a_file_leaves_nothing_of_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows and the line of the manifest come together: the ingest after a crash ends as an undisturbed one."""
    land(settings, "events/a.jsonl", event("1") + "broken\n")
    land(settings, "events/b.jsonl", event("2") + "broken too\n")
    note = Manifest.note

    def die(self: Manifest, file: Any, *others: Any) -> None:
        if file.name.endswith("b.jsonl"):
            raise KeyboardInterrupt
        note(self, file, *others)

    with monkeypatch.context() as broken:
        broken.setattr(Manifest, "note", die)
        with pytest.raises(KeyboardInterrupt):
            ingest(settings)
    assert query(settings, "select id from raw.shop_events") == [("1",)]
    assert len(query(settings, "select line from raw.rejects")) == 1
    ingest(settings)
    assert query(settings, "select id from raw.shop_events order by id") == [("1",), ("2",)]
    assert len(query(settings, "select line from raw.rejects")) == 2
    assert counts(settings) == [(1, 1, 2)] * 2


def test_later_deliveries_are_later(settings: Settings) -> None:
    """Deliveries that wait together are loaded in the order of their names, each at a moment of its own."""
    for day in ("2026-03-02", "2026-03-01", "2026-03-03"):
        land(settings, f"accounts/{day}.csv", accounts([f"{day};;;;"]))
    ingest(settings)
    days = [day for (day,) in query(settings, "select customer from raw.shop_accounts order by loaded_at")]
    assert days == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert query(settings, "select count(distinct loaded_at) from raw.shop_accounts") == [(3,)]


def change_contract(settings: Settings, old: str, new: str) -> None:
    """Edit the shop's contract."""
    path = settings.contracts / "platforms" / "shop.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_contract_may_grow_but_not_change_a_type(settings: Settings) -> None:
    """A new field gets its column beside what is there; another type for an old one is refused with what to do."""
    land(settings, "links/a.jsonl", '{"one": "a", "other": "b"}\n')
    ingest(settings)
    new = (
        "{name: other, type: text, means: linked_account_id}\n      - {name: since, type: timestamp, means: linked_at}"
    )
    change_contract(settings, "{name: other, type: text, means: linked_account_id}", new)
    land(settings, "links/b.jsonl", '{"one": "a", "other": "c", "since": "2026-03-01"}\n')
    ingest(settings)
    rows = query(settings, "select other, cast(since as varchar) from raw.shop_links order by other")
    assert rows == [("b", None), ("c", "2026-02-28 23:00:00")]
    change_contract(settings, "{name: price, type: number, means: value}", "{name: price, type: text}")
    with pytest.raises(ChangedTypeError, match=r"raw\.shop_events\.price is DOUBLE"):
        ingest(settings)


def mark(settings: Settings, night: date) -> str:
    """The watermark of a night."""
    with connect(settings.warehouse) as connection:
        return watermark(connection, load_contracts(settings.contracts), night)


def test_the_watermark_tells_what_is_known_at_the_cut(settings: Settings, tmp_path: Path) -> None:
    """Later records, names of files and the order of loading change nothing; one more record of the past does."""
    night = date(2026, 3, 1)
    last, first_after = event("2", "02.03.2026 00:59:59"), event("3", "02.03.2026 01:00:00")
    land(settings, "events/a.jsonl", event("1"))
    land(settings, "accounts/a.csv", accounts(["anna;;;;"]))
    ingest(settings)
    known = mark(settings, night)
    tomorrow = mark(settings, date(2026, 3, 2))
    later = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp() * 1000)
    land(settings, "events/b.jsonl", first_after)
    land(settings, "accounts/b.csv", accounts([f"ben;;;{later};"]))
    ingest(settings)
    assert mark(settings, night) == known
    assert mark(settings, date(2026, 3, 2)) != tomorrow
    land(settings, "events/c.jsonl", last)
    ingest(settings)
    changed = mark(settings, night)
    assert changed != known

    other = read_settings(home=tmp_path / "other", contracts=settings.contracts)
    land(other, "events/x/1.jsonl", last)
    land(other, "events/x/2.jsonl", event("1") + first_after)
    land(other, "accounts/z.csv", accounts(["anna;;;;"]))
    ingest(other)
    assert mark(other, night) == changed
    land(other, "events/x/3.jsonl", event("1"))
    ingest(other)
    assert mark(other, night) != changed

    third = read_settings(home=tmp_path / "third", contracts=settings.contracts)
    land(third, "events/1.jsonl", last + event("1", price=5) + first_after)
    land(third, "accounts/1.csv", accounts(["anna;;;;"]))
    ingest(third)
    assert mark(third, night) != changed


def test_a_file_that_is_being_written_is_left_to_the_next_ingest(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody writes to while it is read is not loaded, so nothing that was not looked at can slip in."""
    path = land(settings, "events/a.jsonl", event("1"))
    note = Manifest.note

    def note_while_written(self: Manifest, *others: Any) -> None:
        note(self, *others)
        path.write_text(event("1") + event("2"))

    with monkeypatch.context() as writing:
        writing.setattr(Manifest, "note", note_while_written)
        assert ingest(settings).skipped_files_count == 1
    assert counts(settings) == []
    assert ingest(settings).rows["raw.shop_events"] == 2
    assert counts(settings) == [(2, 0, 2)]


OLD_MANIFEST = """
    create schema raw;
    create table raw.files (
        file_id varchar, platform varchar, kind varchar, path varchar, size_bytes bigint, modified_at timestamp,
        rows_count bigint, rejects_count bigint, records_count bigint, loaded_at timestamp
    );
    create table raw.rejects (
        platform varchar, kind varchar, file_id varchar, path varchar, line bigint, field varchar, rule varchar,
        text varchar, loaded_at timestamp
    );
"""


def test_a_home_of_an_older_manifest_goes_on(settings: Settings) -> None:
    """What was loaded before the manifest knew of outcomes is known, may grow and may be replaced."""
    land(settings, "events/a.jsonl", event("1") + "broken\n")
    twin = land(settings, "events/b.jsonl", event("1") + "broken\n")
    land(settings, "items/c.parquet", "no parquet")
    ingest(settings)
    old = ("file_id", "platform", "kind", "path", "size_bytes", "modified_at", "rows_count", "rejects_count")
    with connect(settings.warehouse) as connection:
        files = connection.execute(
            f"select {', '.join(old)}, rows_count + rejects_count, loaded_at from raw.files"
        ).fetchall()
        rejects = connection.execute("select * exclude (records_count) from raw.rejects").fetchall()
        connection.execute("create schema kept; create table kept.events as from raw.shop_events")
        connection.execute("drop schema raw cascade")
        connection.execute(f"{OLD_MANIFEST} create table raw.shop_events as from kept.events; drop schema kept cascade")
        for table, rows in (("files", files), ("rejects", rejects)):
            for row in rows:
                connection.execute(f"insert into raw.{table} values ({', '.join('?' * len(row))})", list(row))
    assert ingest(settings).files_count == 0
    outcomes = query(settings, "select outcome, records_count from raw.files order by path")
    assert outcomes == [("loaded", 2), ("known", 0), ("refused", 1)]
    check_accounts(settings)
    land(settings, "events/a.jsonl", event("1") + "broken\n" + event("2"))
    assert ingest(settings).rows["raw.shop_events"] == 1
    twin.write_text(event("3"))
    assert ingest(settings).replaced_files_count == 1
    assert query(settings, "select id from raw.shop_events order by id") == [("1",), ("2",), ("3",)]
    check_accounts(settings)
