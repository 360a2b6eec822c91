"""Files that nobody would wish for: each ends in a contract that loads, or in a sentence that says what to do."""

import gzip
from pathlib import Path

import pytest

from flows.platforms.contract_text import contract_text
from flows.platforms.platform_files import addition
from flows.platforms.sampling import NothingLandedError
from tests.flows.platforms.landed import (
    bookshop,
    csv_lines,
    events,
    json_lines,
    land,
    meanings,
    proposal_of,
    settings_in,
)

HEADER = "kunde,buch,aktion,ts\n"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("nothing.jsonl", "", "not blank"),
        ("broken.jsonl", '{"id": 1\n{"id": 2\n' * 20, "whole objects"),
        ("array.json", "[1, 2]", "whole objects"),
        ("cut.jsonl.gz", gzip.compress(json_lines(events()).encode(), mtime=0)[:60], "can be"),
        ("binary.csv", b"\x00\x01\x02\x00" * 50, "UTF-8"),
        ("headless.csv", "17710704001\n" * 3, "more than one field"),
        ("header.csv", HEADER, "--map"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, content: str | bytes, told: str) -> None:
    """Empty, broken, cut off, binary, without a header, without a record: a problem that says what is wrong."""
    settings = settings_in(tmp_path)
    land(settings, f"bad/events/{name}", content)
    problems = proposal_of(settings, "bad").problems
    assert any(told in problem for problem in problems), problems


def test_nothing_landed_names_what_has(tmp_path: Path) -> None:
    """A platform without files is an error that names the folder and the platforms that have landed."""
    settings = settings_in(tmp_path)
    bookshop(settings)
    with pytest.raises(NothingLandedError, match="bookshop"):
        proposal_of(settings, "bokshop")


def test_a_byte_order_mark_and_broken_lines_do_no_harm(tmp_path: Path) -> None:
    """A BOM is no part of the first name; broken lines are counted and the others read."""
    settings = settings_in(tmp_path)
    lines = "\ufeff" + csv_lines(events(), ";") + "broken;line\n" * 3
    land(settings, "bom/events/a.csv", lines)
    proposal = proposal_of(settings, "bom")
    assert proposal.problems == ()
    assert meanings(proposal, "events")["event_id"] == "id"
    assert any("3 of 123 records" in note for note in proposal.notes)


def test_odd_fields_make_a_valid_contract(tmp_path: Path) -> None:
    """Nested lists, mixed types, constants, nulls, dots, quotes, reserved words and capitals end in a contract."""
    settings = settings_in(tmp_path)
    records = [
        {
            **record, "select": "x", "Select": "y", "a.b": 1, 'quo"te': 2, "größe 3": "XL", "1st": True, "extra": 1,
            "deep": {"er": {"list": [{"a": 1}]}, "er2": None}, "mixed": number if number % 2 else f"x{number}",
            "shape": {"z": 1} if number % 2 else 5, "null": None, "same": 7, "big": 2**60 + number,
                "huge": 10**30 + number, "half": "\ud800", "bell\x07": 1, "*": 1,
        }
        for number, record in enumerate(events())
    ]  # fmt: skip
    deep = '{"d": ' * 900 + "1" + "}" * 900 + "\n"
    land(settings, "odd/events/a.jsonl", json_lines(records).encode(errors="surrogatepass") + deep.encode())
    proposal = proposal_of(settings, "odd")
    assert proposal.problems == ()
    change = addition(settings.contracts, "odd", contract_text(proposal))
    assert "platforms/odd.yml" in change.texts
    named = {one.path: one for one in proposal.kinds["events"].named}
    assert "a.b" not in named
    assert named["mixed"].guess.type == named["deep.er.list"].guess.type == named["shape"].guess.type == "text"
    assert (named["big"].guess.type, named["huge"].guess.type) == ("integer", "text")


def test_text_that_holds_addresses_stays_in_extra(tmp_path: Path) -> None:
    """A field in which e-mails stand now and then is not named: in `extra` they are keyed. Nor is one as a name."""
    settings = settings_in(tmp_path)
    records = [{**record, "note": f"write to p{number}@x.example"} for number, record in enumerate(events())]
    records[5]["ben@example"] = 1
    land(settings, "notes/events/a.jsonl", json_lines(records))
    proposal = proposal_of(settings, "notes")
    text = contract_text(proposal)
    assert "note" not in {one.path for one in proposal.kinds["events"].named}
    assert "@" not in text
    assert any("extra" in note and "events.note" in note for note in proposal.notes)


def test_phone_numbers_need_a_region(tmp_path: Path) -> None:
    """National numbers that several countries could have are asked for; the data's own country or codes tell."""
    settings = settings_in(tmp_path)
    national = [{"id": f"p{number}", "phone": f"0151 {12345678 + number}"} for number in range(30)]
    land(settings, "calls/accounts/a.csv", csv_lines(national))
    assert any("--phone-region" in problem for problem in proposal_of(settings, "calls").problems)
    land(settings, "calls/accounts/a.csv", csv_lines([{**row, "land": "Deutschland"} for row in national]))
    assert proposal_of(settings, "calls").value("phone_region") == "DE"


def test_values_that_would_be_rejected_are_told(tmp_path: Path) -> None:
    """A price that is sometimes no number is told with its count; too often, it is no price."""
    settings = settings_in(tmp_path)
    prices = [{**record, "price": "n/a" if number == 7 else number} for number, record in enumerate(events())]
    land(settings, "prices/events/a.csv", csv_lines(prices))
    proposal = proposal_of(settings, "prices")
    assert meanings(proposal, "events")["value"] == "price"
    assert any("1 of 120 values" in note for note in proposal.notes)
    prices = [{**record, "price": "n/a" if number % 7 == 0 else number} for number, record in enumerate(events())]
    land(settings, "prices/events/a.csv", csv_lines(prices))
    assert "value" not in meanings(proposal_of(settings, "prices"), "events")
