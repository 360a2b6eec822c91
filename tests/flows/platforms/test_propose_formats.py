"""Every format that a night can read is recognised, written into the contract, and read by it."""

import json
from pathlib import Path

import pytest

from flows.contracts import load_contracts
from flows.platforms.check import check
from flows.settings import Settings
from tests.flows.avro_writing import avro_file
from tests.flows.platforms.landed import added, csv_lines, events, json_lines, land, settings_in

HEADLESS = {"1": "event_id", "2": "account_id", "3": "item_id", "4": "event_type", "5": "event_at"}


def accepted(settings: Settings) -> tuple[int, int]:
    """What a night would accept and reject of all files."""
    found = check(settings, "shelf")
    return sum(one.records_count for one in found.trials), sum(one.rejects_count for one in found.trials)


@pytest.mark.parametrize(
    ("content", "written"),
    [
        (json.dumps(events()), "json"),
        (json.dumps(events(), indent=2), "json"),
        ("[\n" + ",\n".join(map(json.dumps, events())) + "\n]\n", "json"),
        ("\n".join(json.dumps(event, indent=1) for event in events()), "json"),
        ("\n" + json_lines(events()), "json_lines"),
        (json_lines(events()).replace("}", "", 3), "json_lines"),
    ],
    ids=["array", "printed array", "array by lines", "printed objects", "lines", "broken lines"],
)
def test_json_is_told_by_where_its_objects_end(tmp_path: Path, content: str, written: str) -> None:
    """An array and objects over several lines are `json`, an object a line is `json_lines`, broken ones between."""
    settings = settings_in(tmp_path)
    land(settings, "shelf/events/a.json", content)
    added(settings, "shelf")
    assert load_contracts(settings.contracts)[0].kinds["events"].format == written
    records, rejects = accepted(settings)
    assert (records, rejects) == (120, content.count("{") - content.count("}"))


def test_avro_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    """A file of Avro is proposed as such and every record of it accepted."""
    settings = settings_in(tmp_path)
    fields = {name: "long" if name == "ts" else "string" for name in events()[0]}
    land(settings, "shelf/events/a.avro", avro_file(events(), fields))
    added(settings, "shelf")
    assert load_contracts(settings.contracts)[0].kinds["events"].format == "avro"
    assert accepted(settings) == (120, 0)


def test_fields_without_a_header_are_named_by_their_places(tmp_path: Path) -> None:
    """A CSV file whose first line is a record gets a contract that says so, with places for paths."""
    from flows.platforms.wishes import Wishes, meaning_of

    settings = settings_in(tmp_path)
    land(settings, "shelf/events/a.csv", csv_lines(events(), "\t").partition("\n")[2])
    wishes = Wishes(meanings=dict(meaning_of(f"events.{place}={means}") for place, means in HEADLESS.items()))
    added(settings, "shelf", wishes=wishes)
    (contract,) = load_contracts(settings.contracts)
    kind = contract.kinds["events"]
    assert (kind.format, kind.header, kind.delimiter) == ("csv", False, "\t")
    assert {field.path: field.means for field in kind.fields} == HEADLESS
    assert (contract.future_tolerance_hours, contract.when_replaced) == (24, "retract")
    assert accepted(settings) == (120, 0)
