"""`crossrec platform check`: says what a night would do with files, and does none of it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from flows.cli import main
from flows.cli_platform import KINDS
from flows.contract_words import KindName
from flows.settings import Settings
from tests.flows.platforms.landed import added, bookshop, events, json_lines, land, settings_in


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a bookshop and its contract."""
    found = settings_in(tmp_path)
    bookshop(found)
    added(found)
    return found


def checked(settings: Settings, capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a check prints, in one line, after it ended with this code."""
    capsys.readouterr()
    options = ["--home", str(settings.home), "--contracts", str(settings.contracts)]
    assert main(["platform", "check", "bookshop", *arguments, *options]) == code
    captured = capsys.readouterr()
    return re.sub(r"\s+", " ", captured.out + captured.err)


def test_good_files_pass(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """All that landed is read and counted, nothing loaded; unknown words and the range of times are told."""
    text = checked(settings, capsys)
    assert "A night would load 152 of 152 records and reject 0 (0.0%)." in text
    assert "frobnicate (40)" in text
    assert "2026-02-14 12:00 to 2026-02-14 13:59 UTC" in text
    assert "100.0% of the identifiers in mail can be matched" in text
    assert not settings.warehouse.exists()
    assert not (settings.home / "key").exists()


def test_what_would_be_rejected_is_told(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Broken lines, missing and wrong fields are counted by rule, with line and text, and no address in it."""
    missing, wrong, future, far = events(4)
    missing["kunde"], wrong["ts"], future["buch"], far["ts"] = None, "soon a@x.example", "b99", 4_000_000_000_000
    future["ts"] = int((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1000)
    records = [missing, wrong, {**future, "neu": {"er": 1}}, far]
    land(settings, "bookshop/events/b.jsonl", '{"id": "x\n' + json_lines(records))
    text = checked(settings, capsys)
    assert "a line is one JSON object 1 b.jsonl:1" in text
    assert "kunde is required and missing 1 b.jsonl:2" in text
    assert "ts has to be a time in the unit ms 1 b.jsonl:3" in text
    assert "future_tolerance_hours" in text
    assert "0.8% of the events are in the future" in text
    assert "0.8% of the events are about items that no items file names" in text
    assert "fields that the contract does not name (they go to `extra`): neu.er" in text
    assert "a@x.example" not in text
    assert "153 of 157 records and reject 4 (2.5%)" in text


def test_a_nested_field_that_is_named_is_not_told_again(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """An object of which the contract names every field is no field that it leaves out."""
    nested = [{"an": {"er": one.pop("kunde")}, **one} for one in events()]
    land(settings, "bookshop/events/2026-02-14.jsonl", json_lines(nested))
    added(settings, is_replacing=True)
    assert "does not name" not in checked(settings, capsys)


def test_a_field_that_is_never_there_is_told(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A field of the contract that no record has is named."""
    contract = settings.contracts / "platforms" / "bookshop.yml"
    field = "      - {name: isbn, type: text}\n"
    contract.write_text(
        contract.read_text()
        .replace("  items:\n", "  items:\n", 1)
        .replace("      - {name: titel", f"{field}      - {{name: titel")
    )
    assert "items: fields of the contract that no record has: isbn" in checked(settings, capsys)


def test_files_that_do_not_fit_fail(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is refused as a whole, and a kind of which nothing is accepted, end with exit code 1."""
    bad = land(settings, "bookshop/events/bad.jsonl.gz", b"no gzip")
    text = checked(settings, capsys, code=1)
    assert "bad.jsonl.gz would be rejected as a whole" in text
    bad.unlink()
    renamed = [{"wer" if name == "kunde" else name: value for name, value in one.items()} for one in events()]
    land(settings, "bookshop/events/2026-02-14.jsonl", json_lines(renamed))
    text = checked(settings, capsys, code=1)
    assert "every one of the 120 records of events would be rejected" in text


def test_a_file_from_elsewhere_needs_its_kind(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file outside the landing is tried if its folder or an option tells its kind."""
    path = tmp_path / "try.jsonl"
    path.write_text(json_lines(events(5)))
    assert "--kind" in checked(settings, capsys, str(path), code=1)
    assert "5 of 5 records" in checked(settings, capsys, str(path), "--kind", "events")
    (tmp_path / "events").mkdir()
    path = path.rename(tmp_path / "events" / "try.jsonl")
    assert "5 of 5 records" in checked(settings, capsys, str(path))
    assert "Name another" in checked(settings, capsys, str(tmp_path / "none.jsonl"), code=1)


def test_the_kinds_on_the_command_line_are_those_of_contracts() -> None:
    """The command line names the kinds itself, so as to import nothing; they are the same."""
    assert get_args(KindName) == KINDS


def test_the_gates_threshold_is_told() -> None:
    """What `check` says of a file with many broken records is what the gate would do."""
    from expectations.platform_facts import FormatHolds
    from flows.platforms.check_view import HELD

    assert FormatHolds.__fields__["max_value"].default == HELD
