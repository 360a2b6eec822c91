"""Ingest: every record of every file once, in its type, or the rule that it breaks; and nothing that names a person."""

import gzip
import os
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
import zstandard

from flows.ingest import ingest
from flows.settings import Settings
from tests.flows.shop_landing import KEY, accounts, counts, event, land, query, shop_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty home with the contract of one shop."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    return shop_settings(tmp_path)


def test_an_empty_landing_makes_all_tables(settings: Settings) -> None:
    """Before the first delivery every table that dbt reads is there, with the contract's columns and types."""
    assert ingest(settings).rows == {f"raw.shop_{kind}": 0 for kind in ("events", "items", "accounts", "links")}
    columns = query(settings, "select column_name, column_type from (describe raw.shop_events)")
    names = ["id", "customer", "sku", "verb", "at", "price", "extra", "file_id", "line", "loaded_at"]
    assert [name for name, _ in columns] == names
    assert dict(columns)["at"] == "TIMESTAMP"
    assert counts(settings) == []


def test_every_record_is_accepted_or_rejected_with_its_place(settings: Settings) -> None:
    """Broken records say line, field, rule and text; the others of the file are accepted; the counts add up."""
    lines = [
        event("1"),
        '{"id": "2", "actor": {"id"\n',
        "\n",
        event("3", sku=None),
        event("4", at="2026-03-01"),
        event("5", price="cheap"),
        "[1, 2]\n",
        event("6", price=None),
        event("7", sku=""),
    ]
    land(settings, "events/a.jsonl", "".join(lines).encode() + b'{"id": "\xff"}')
    ingest(settings)
    assert query(settings, "select id, line, price from raw.shop_events order by line") == [
        ("1", 1, None),
        ("6", 7, None),
    ]
    rejects = query(settings, "select line, field, rule, text from raw.rejects order by line")
    assert [(line, field) for line, field, *_ in rejects] == [
        (2, None),
        (3, "sku"),
        (4, "at"),
        (5, "price"),
        (6, None),
        (8, "sku"),
        (9, None),
    ]
    assert rejects[0][2:] == ("a line is one JSON object", '{"id": "2", "actor": {"id"')
    assert rejects[1][2] == "is required and missing"
    assert rejects[2][2] == "has to be a time in the unit %d.%m.%Y %H:%M:%S"
    assert rejects[3][2:] == ("has to be a number", event("5", price="cheap").strip())
    assert rejects[6][2] == "a record is text in UTF-8"
    assert counts(settings) == [(2, 7, 9)]


def test_local_times_become_utc_through_the_changes_of_the_clock(settings: Settings) -> None:
    """Winter, summer, the skipped hour and the later of two equal hours, as the platform's zone has them."""
    times = [
        "28.03.2026 12:00:00",
        "29.03.2026 02:30:00",
        "29.03.2026 12:00:00",
        "25.10.2026 02:30:00",
        "26.10.2026 00:00:00",
    ]
    land(settings, "events/a.jsonl", "".join(event(str(n), at) for n, at in enumerate(times)))
    ingest(settings)
    found = [str(at) for (at,) in query(settings, 'select "at" from raw.shop_events order by id')]
    assert found == [
        "2026-03-28 11:00:00",
        "2026-03-29 01:30:00",
        "2026-03-29 10:00:00",
        "2026-10-25 01:30:00",
        "2026-10-25 23:00:00",
    ]


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".jsonl.zst"])
def test_nested_records_are_read_from_compressed_files(settings: Settings, suffix: str) -> None:
    """Fields stand at dotted paths, several compressed parts may follow each other, other fields go to extra."""
    parts = [event("1", actor={"id": "a", "age": 5}).encode(), event("2", more=[1]).encode()]
    compress = {".jsonl": bytes, ".jsonl.gz": gzip.compress, ".jsonl.zst": zstandard.ZstdCompressor().compress}[suffix]
    land(settings, f"events/day=1/a [*]{suffix}", b"".join(compress(part) for part in parts))
    ingest(settings)
    rows = query(settings, "select id, customer, extra from raw.shop_events order by line")
    assert rows == [("1", "a", '{"actor": {"age": 5}}'), ("2", "anna", '{"more": [1]}')]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("events/cut.jsonl.gz", gzip.compress(event("1").encode() * 5000)[:-50]),
        ("accounts/cut.csv.gz", gzip.compress(b"customer;mail\n" + b"anna;\n" * 5000)[:-50]),
        ("accounts/cut.csv.zst", zstandard.ZstdCompressor().compress(os.urandom(5000))[:-50]),
        ("events/plain.jsonl.gz", event("1")),
        ("items/garbage.parquet", "PAR1 and nothing else"),
        ("items/empty.parquet", ""),
        ("accounts/header.csv", b"customer;\xff\n1;2\n"),
    ],
    ids=["cut JSON", "cut CSV", "cut zst", "not compressed", "garbage", "empty", "header"],
)
def test_a_file_that_cannot_be_read_is_one_reject(settings: Settings, name: str, content: str | bytes) -> None:
    """A file cut off in the middle gives no half of its records, and the other files are loaded."""
    land(settings, name, content)
    land(settings, "links/z.jsonl", '{"one": "a", "other": "b"}\n')
    ingest(settings)
    assert counts(settings) == [(0, 1, 1), (1, 0, 1)]
    assert query(settings, "select path, line, text from raw.rejects") == [(f"shop/{name}", None, "")]


def test_empty_files_hold_no_records(settings: Settings) -> None:
    """An empty file, one of blank lines and one with only a header are no mistake."""
    land(settings, "events/a.jsonl", "")
    land(settings, "events/b.jsonl", "\n \r\n\n")
    land(settings, "accounts/c.csv", "")
    land(settings, "accounts/d.csv", "customer;mail;phone;since\r\n")
    ingest(settings)
    assert counts(settings) == [(0, 0, 0)] * 4


def test_parquet_is_read_with_its_own_types(settings: Settings) -> None:
    """Nested fields, lists, times with and without a zone; what is bad, a number for a time too, is told by its row."""
    since = [datetime(2026, 7, 1, 12), None, datetime(2026, 1, 1, 12)]
    frame = pd.DataFrame(
        {"thing": [{"sku": "a"}, {"sku": None}, {"sku": "c"}], "tags": [["x"], ["y"], None], "since": since}
    )
    path = land(settings, "items/?.parquet", "")
    pd.DataFrame({"thing": [{"sku": 1}], "tags": since[:1], "since": [5]}).to_parquet(path.with_name("c.parquet"))
    frame.to_parquet(path, index=False)
    frame.assign(since=frame.since.dt.tz_localize("UTC")).to_parquet(path.with_name("b.parquet"), index=False)
    ingest(settings)
    rows = query(
        settings, "select sku, tags, cast(since as varchar), line from raw.shop_items order by loaded_at, line"
    )
    assert rows == [
        ("a", '["x"]', "2026-07-01 10:00:00", 1),
        ("c", None, "2026-01-01 11:00:00", 3),
        ("a", '["x"]', "2026-07-01 12:00:00", 1),
        ("c", None, "2026-01-01 12:00:00", 3),
    ]
    rejects = query(settings, "select line, field, rule from raw.rejects order by loaded_at")
    missing = (2, "sku", "is required and missing")
    assert rejects == [missing, missing, (1, "since", "has to be a time")]


def test_records_keep_their_numbers_over_many_batches(settings: Settings) -> None:
    """In a file of many batches, quoted line breaks included, each record has the number that it has in the file."""
    count = 150_000
    rows = (f'{n};;;;"a\nb"' if n % 50_000 == 1 else f"{n};;;;" for n in range(1, count + 1))
    land(settings, "accounts/a.csv", accounts(list(rows)))
    land(settings, "events/a.jsonl", "".join(event(str(n)) for n in range(1, count + 1)))
    ingest(settings)
    wrong = "select count(*), count(distinct line), count(*) filter (where {}::bigint <> line) from raw.{}"
    assert query(settings, wrong.format("customer", "shop_accounts")) == [(count, count, 0)]
    assert query(settings, wrong.format("id", "shop_events")) == [(count, count, 0)]


def test_a_file_of_rejects_alone_is_loaded_by_whole_batches(settings: Settings) -> None:
    """Quarantine takes a whole file of garbage, each line of it, cut to a length that can be looked at."""
    land(settings, "events/a.jsonl", "x" * 50_000 + "\n" + "garbage\n" * 3000)
    assert ingest(settings).rejects_count == 3001
    assert query(settings, "select max(length(text)), count(*) from raw.rejects") == [(10_000, 3001)]
