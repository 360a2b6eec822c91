"""Files that grow: what is new in them is loaded and nothing else, wherever they were cut off when they came before."""

import gzip
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import assume, example, given
from hypothesis import settings as chosen
from hypothesis import strategies as st

from flows.ingest import ingest
from flows.settings import Settings, read_settings
from flows.withdraw import withdraw
from tests.flows.shop_landing import KEY, accounts, check_accounts, event, land, query, shop_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty home with the contract of one shop."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    return shop_settings(tmp_path)


def lines(settings: Settings) -> list[tuple[Any, ...]]:
    """Outcome and counts of each line of the manifest, in the order of loading."""
    return query(settings, "select outcome, rows_count, rejects_count, skipped_count from raw.files order by loaded_at")


def records(settings: Settings) -> list[tuple[Any, ...]]:
    """All records of the shop's events and accounts, accepted and rejected, wherever they came from."""
    return [
        *query(settings, "select line, id, sku, extra from raw.shop_events order by all"),
        *query(settings, "select line, customer, mail, extra from raw.shop_accounts order by all"),
        *query(settings, "select line, field, rule, text from raw.rejects order by all"),
    ]


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [
        (".jsonl", bytes),
        (".jsonl.gz", partial(gzip.compress, mtime=0)),
        (".jsonl.zst", zstandard.ZstdCompressor().compress),
    ],
)
def test_a_file_that_grew_loads_only_what_is_new(
    settings: Settings, suffix: str, compress: Callable[[bytes], bytes]
) -> None:
    """Under its own or another name; a last line that had been cut off is read again, and the numbers go on."""
    first = event("1") + "broken\n" + event("3")[:30]
    land(settings, f"events/a{suffix}", compress(first.encode()))
    ingest(settings)
    whole = compress(first.encode()) + compress((event("3")[30:] + event("4")).encode())
    path = land(settings, f"events/a{suffix}", whole)
    receipt = ingest(settings)
    assert (receipt.rows["raw.shop_events"], receipt.grown_files_count) == (2, 1)
    path.rename(path.with_name(f"b{suffix}"))
    path.with_name(f"b{suffix}").write_bytes(whole + compress(event("5").encode()))
    ingest(settings)
    assert query(settings, "select id, line from raw.shop_events order by line") == [
        ("1", 1), ("3", 3), ("4", 4), ("5", 5),
    ]  # fmt: skip
    assert query(settings, "select line from raw.rejects") == [(2,)]
    assert lines(settings) == [("loaded", 1, 1, 1), ("grown", 2, 0, 2), ("grown", 1, 0, 4)]
    assert query(settings, "select complete_count from raw.files order by loaded_at") == [(2,), (4,), (None,)]
    check_accounts(settings)


def test_a_record_that_a_quotation_mark_opened_is_read_anew(settings: Settings) -> None:
    """The end of a quoted field comes with the next delivery: what was rejected before becomes one record."""
    whole = accounts(["anna;;;;", 'ben;;;;"one', 'two"', "cem;;;;"])
    cut = whole.index("two")
    land(settings, "accounts/a.csv", whole[:cut])
    ingest(settings)
    assert query(settings, "select count(*) from raw.rejects") == [(1,)]
    land(settings, "accounts/a.csv", whole)
    ingest(settings)
    assert query(settings, "select customer, line from raw.shop_accounts order by line") == [
        ("anna", 1), ("ben", 2), ("cem", 3),
    ]  # fmt: skip
    assert lines(settings) == [("grown", 3, 0, 0)]
    check_accounts(settings)


def test_a_record_that_ends_in_a_later_line_is_not_cut(settings: Settings) -> None:
    """A quoted line break stands before the last line of what came first, and no line feed behind it."""
    whole = accounts(["anna;;;;", 'ben;;;;"one', 'two"', "cem;;;;"])
    land(settings, "accounts/a.csv", whole[: whole.index("two") + 4])
    ingest(settings)
    assert lines(settings) == [("loaded", 2, 0, 0)]
    land(settings, "accounts/a.csv", whole)
    ingest(settings)
    assert query(settings, "select customer, line, extra from raw.shop_accounts order by line") == [
        ("anna", 1, None), ("ben", 2, '{"note": "one\\ntwo"}'), ("cem", 3, None),
    ]  # fmt: skip
    assert query(settings, "select count(*) from raw.rejects") == [(0,)]
    check_accounts(settings)


def test_a_quotation_mark_inside_of_a_field_is_a_character(settings: Settings) -> None:
    """It hides no surplus fields, and whether other records of the file are broken changes nothing of its own."""
    land(settings, "accounts/a.csv", accounts(['h";;;;', "anna;;;;x"]))
    land(settings, "accounts/b.csv", accounts(['h";;;;', 'i;;;;h";;;;j']))
    ingest(settings)
    counts = "select customer, count(*) from raw.shop_accounts group by all order by all"
    assert query(settings, counts) == [("anna", 1), ('h"', 2)]
    assert query(settings, "select line, text from raw.rejects") == [(2, 'i;;;;h";;;;j')]
    check_accounts(settings)


LACKING = event("2", sku=None)
EVENTS = [event("1"), LACKING, event("3", note="ä"), "broken\n", "\n", " \r\n", "[1]\n", event("4")[:-1]]
ACCOUNTS = ["anna;;;;x\n", "ben;;;5;\n", "cem\n", "\n", '"d;;;;\n', 'e;;;;"\n', '"f\ng";;;;\n', 'h";;;;\n', "i;;;;"]


@chosen(deadline=None, max_examples=25)
@given(
    kind=st.sampled_from(["events/a.jsonl", "accounts/a.csv"]),
    picked=st.lists(st.integers(0, 8), max_size=8),
    cuts=st.lists(st.floats(0, 1), min_size=1, max_size=3),
)
@example(kind="accounts/a.csv", picked=[0, 8, 8], cuts=[0.875])  # fields beyond the header's in which nothing stands
def test_in_whatever_portions_a_file_came_it_holds_the_same(
    tmp_path_factory: pytest.TempPathFactory, kind: str, picked: list[int], cuts: list[float]
) -> None:
    """Delivered ever longer or at once: the same records with the same numbers, the same rejects, all accounted for.

    But a file of which every record lacks the same field is refused as a whole if it came at once.
    """
    parts = EVENTS if kind.startswith("events") else ACCOUNTS
    chosen_parts = [parts[place % len(parts)] for place in picked]
    assume(parts is ACCOUNTS or any(part.strip() and part != LACKING for part in chosen_parts))
    header = "" if kind.startswith("events") else "customer;mail;phone;since;note\n"
    content = (header + "".join(chosen_parts)).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CROSSREC_KEY", KEY)
        step_by_step = shop_settings(tmp_path_factory.mktemp("grown"))
        at_once = read_settings(home=step_by_step.home.with_name("at once"), contracts=step_by_step.contracts)
        for cut in sorted(cuts):
            land(step_by_step, kind, content[: int(cut * len(content))])
            ingest(step_by_step)
            check_accounts(step_by_step)
        for one in (step_by_step, at_once):
            land(one, kind, content)
            ingest(one)
            check_accounts(one)
        assert records(step_by_step) == records(at_once)


def test_what_a_longer_file_took_over_comes_back_when_that_goes(settings: Settings) -> None:
    """A last line without an end moves to the file that continues it, and back when this is withdrawn."""
    land(settings, "events/a.jsonl", event("1") + event("2")[:-1])
    ingest(settings)
    longer = land(settings, "events/b.jsonl", event("1") + event("2") + event("3"))
    ingest(settings)
    assert lines(settings) == [("loaded", 1, 0, 1), ("grown", 2, 0, 1)]
    longer.unlink()
    assert withdraw(settings, [longer]).rows == {"raw.shop_events": 2}
    assert query(settings, "select id, line from raw.shop_events order by line") == [("1", 1), ("2", 2)]
    assert lines(settings) == [("loaded", 2, 0, 0)]
    check_accounts(settings)


def test_what_was_read_of_a_name_stays_for_the_file_that_continues_it(settings: Settings) -> None:
    """A file is withdrawn with which another one begins: the records stay, counted for the other."""
    first = land(settings, "events/a.jsonl", event("1") + "broken\n")
    ingest(settings)
    land(settings, "events/b.jsonl", event("1") + "broken\n" + event("3"))
    ingest(settings)
    first.unlink()
    assert withdraw(settings, [first]).rows == {"raw.shop_events": 0}
    assert query(settings, "select path from raw.files") == [("shop/events/b.jsonl",)] * 2
    assert query(settings, "select id, line from raw.shop_events order by line") == [("1", 1), ("3", 3)]
    assert query(settings, "select path, line from raw.rejects") == [("shop/events/b.jsonl", 2)]
    check_accounts(settings)
