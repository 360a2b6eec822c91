"""What is proposed for whole platforms: the meanings that people would have given."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from flows.contracts import PlatformContract, load_contracts
from flows.platforms.contract_text import contract_text
from flows.platforms.platform_files import addition
from flows.settings import DBT_PROJECT, Settings, read_settings
from flows.simulate import simulate
from tests.conftest import PROJECT, SHARED
from tests.flows.platforms.landed import (
    NOON,
    bookshop,
    csv_lines,
    events,
    json_lines,
    land,
    meanings,
    proposal_of,
    settings_in,
)

SAMPLE = {contract.platform: contract for contract in load_contracts(DBT_PROJECT / "contracts")}
REAL = {contract.platform: contract for contract in load_contracts(PROJECT / "tests" / "acceptance" / "contracts")}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Twelve days of five made-up platforms."""
    settings = read_settings(home=tmp_path_factory.mktemp("simulated"))
    simulate(settings, people=120, days=12)
    return settings


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Some weeks of four real platforms."""
    settings = read_settings(home=tmp_path_factory.mktemp("real"))
    script = SHARED / "acceptance" / "land_amazon4.py"
    slice_options = ["--after", "2014-04-30", "--until", "2014-05-24"]
    subprocess.run([sys.executable, str(script), str(settings.landing), *slice_options], check=True)
    return settings


def told(contract: PlatformContract) -> dict[tuple[str, str], tuple[str, str]]:
    """Path and way of reading by kind and meaning or identifier; types that read the same alike."""
    found = {}
    for kind, described in contract.kinds.items():
        for field in described.fields:
            word = field.means or field.identifier
            way = "iso" if field.unit == "%Y-%m-%d" else field.unit if field.type == "timestamp" else field.type
            if word:
                found[kind, word] = (field.path, way)
    return found


def proposed_contract(settings: Settings, platform: str) -> PlatformContract:
    """The proposal, taken as it is, as a contract."""
    proposal = proposal_of(settings, platform)
    assert not proposal.problems
    addition(settings.home / "contracts", platform, contract_text(proposal))
    path = settings.home / f"{platform}.yml"
    path.write_text(contract_text(proposal), encoding="utf-8")
    from flows.contracts import load_contract

    return load_contract(path)


@pytest.mark.parametrize("platform", SAMPLE)
def test_a_made_up_platform_is_read_as_its_contract_reads_it(simulated: Settings, platform: str) -> None:
    """Every meaning, identifier, type, unit, format and word of the sample's contracts is proposed, and no other."""
    found, wanted = proposed_contract(simulated, platform), SAMPLE[platform]
    assert told(found) == told(wanted)
    assert found.event_words == wanted.event_words
    assert found.consumed_may_return == wanted.consumed_may_return
    assert found.phone_region == wanted.phone_region
    for kind, described in wanted.kinds.items():
        assert (found.kinds[kind].format, found.kinds[kind].delimiter) == (described.format, described.delimiter)


@pytest.mark.shared_data
@pytest.mark.parametrize("platform", REAL)
def test_a_real_platform_is_read_as_its_contract_reads_it(real: Settings, platform: str) -> None:
    """Every meaning, identifier, type, unit and format of the real contracts is proposed, and every word is known."""
    found, wanted = proposed_contract(real, platform), REAL[platform]
    assert told(found) == told(wanted)
    assert set(found.event_words) == set(wanted.event_words)
    assert found.phone_region == wanted.phone_region
    assert not found.consumed_may_return


def test_values_tell_what_names_hide(tmp_path: Path) -> None:
    """Columns that are called c1, c2, … are told by values: ids that two kinds share, known words, times."""
    settings = settings_in(tmp_path)
    renamed = [dict(zip(("c1", "c2", "c3", "c4", "c5"), record.values(), strict=True)) for record in events(300)]
    land(settings, "plain/events/a.tsv", csv_lines(renamed, "\t"))
    land(settings, "plain/items/a.csv", csv_lines([{"k": f"b{n:02d}", "l": f"A way {n}"} for n in range(20)], "|"))
    land(settings, "plain/accounts/a.csv", csv_lines([{"k": f"k{n:02d}", "l": f"a{n}@x.example"} for n in range(12)]))
    proposal = proposal_of(settings, "plain")
    assert proposal.problems == ()
    assert meanings(proposal, "events") == {
        "event_id": "c1", "account_id": "c2", "item_id": "c3", "event_type": "c4", "event_at": "c5",
    }  # fmt: skip
    assert meanings(proposal, "items") == {"item_id": "k", "title": "l"}
    assert meanings(proposal, "accounts") == {"account_id": "k", "email": "l"}
    delimiters = {kind: seen.delimiter for kind, seen in proposal.kinds.items()}
    assert delimiters == {"events": "\t", "items": "|", "accounts": ","}


def test_of_several_times_the_one_when_it_happened_is_taken(tmp_path: Path) -> None:
    """Times of receiving and of changing lose, and so does one that is the same in all records."""
    settings = settings_in(tmp_path)
    records = []
    for number, record in enumerate(events(100)):
        moment = NOON + timedelta(minutes=number)
        del record["ts"]
        record |= {
            "received_at": (moment + timedelta(seconds=5)).isoformat() + "Z",
            "batch_time": "2026-02-20T00:00:00Z",
            "erstellt": moment.isoformat() + "Z",
            "updated_at": (moment + timedelta(days=1)).isoformat() + "Z",
        }
        records.append(record)
    land(settings, "times/events/a.jsonl", json_lines(records))
    assert meanings(proposal_of(settings, "times"), "events")["event_at"] == "erstellt"


def test_ids_are_texts_where_one_kind_has_texts(tmp_path: Path) -> None:
    """Integers here and texts there are texts on both sides; digits with leading zeros are never numbers."""
    settings = settings_in(tmp_path)
    records = [
        {**record, "kunde": number % 9 + 1, "buch": f"{number % 30:05d}"} for number, record in enumerate(events())
    ]
    land(settings, "ids/events/a.jsonl", json_lines(records))
    land(settings, "ids/accounts/a.jsonl", json_lines([{"kunde": str(number)} for number in range(1, 10)]))
    land(settings, "ids/items/a.csv", csv_lines([{"buch": f"{number:05d}"} for number in range(30)]))
    proposal = proposal_of(settings, "ids")
    types = {(kind, one.means): one.guess.type for kind, seen in proposal.kinds.items() for one in seen.fields}
    assert types["events", "account_id"] == types["accounts", "account_id"] == "text"
    assert types["events", "item_id"] == types["items", "item_id"] == "text"


def test_an_address_as_account_is_keyed_wherever_it_stands(tmp_path: Path) -> None:
    """Where people are told apart by their e-mail alone, it is the account and an identifier, in both kinds."""
    settings = settings_in(tmp_path)
    records = [{**record, "kunde": f"p{number % 9}@x.example"} for number, record in enumerate(events())]
    land(settings, "mails/events/a.jsonl", json_lines(records))
    land(settings, "mails/accounts/a.jsonl", json_lines([{"id": n, "mail": f"p{n}@x.example"} for n in range(9)]))
    proposal = proposal_of(settings, "mails")
    for kind, path in (("events", "kunde"), ("accounts", "mail")):
        assert meanings(proposal, kind)["account_id"] == path
        assert meanings(proposal, kind)["email"] == path


def test_unknown_words_are_left_out_aloud(tmp_path: Path) -> None:
    """A word that no dictionary knows is left out and named; where none is known, nothing can be proposed."""
    settings = settings_in(tmp_path)
    bookshop(settings)
    proposal = proposal_of(settings, "bookshop")
    assert proposal.known_words == {"kauf": "purchase", "view": "view"}
    assert any("frobnicate (40)" in note and "NOT USED" in note for note in proposal.notes)
    land(settings, "codes/events/a.jsonl", json_lines([{**record, "aktion": 7} for record in events()]))
    assert any("--word" in problem for problem in proposal_of(settings, "codes").problems)


def test_an_unknown_zone_is_said(tmp_path: Path) -> None:
    """Times without a zone are taken for UTC, and that is said; epochs and offsets need none."""
    settings = settings_in(tmp_path)
    bookshop(settings)
    assert proposal_of(settings, "bookshop").decisions["time_zone"].is_sure
    local = [{**record, "ts": f"2026-02-14 12:00:0{number % 10}"} for number, record in enumerate(events())]
    land(settings, "local/events/a.jsonl", json_lines(local))
    proposal = proposal_of(settings, "local")
    assert not proposal.decisions["time_zone"].is_sure
    assert any("events.ts" in note and "UTC" in note for note in proposal.notes)
    zulu = [{**record, "ts": f"20260214T12000{number % 10}Z"} for number, record in enumerate(events())]
    land(settings, "zulu/events/a.jsonl", json_lines(zulu))
    proposal = proposal_of(settings, "zulu")
    assert proposal.decisions["time_zone"].is_sure
    # the letter is part of the format, so that the contract has to say what it means
    assert 'unit: "%Y%m%dT%H%M%SZ", zone: UTC' in contract_text(proposal)


def test_lateness_is_what_the_files_show(tmp_path: Path) -> None:
    """Events of two days before the day in a file's name make two days; a history delivered at once makes none."""
    settings = settings_in(tmp_path)
    bookshop(settings)
    assert proposal_of(settings, "bookshop").value("lateness_days") == 1
    for day in ("2026-02-15", "2026-02-16"):
        land(settings, f"late/events/{day}.jsonl", json_lines(events()))
    assert proposal_of(settings, "late").value("lateness_days") == 2
    land(settings, "history/events/2026-09-01.jsonl", json_lines(events()))
    assert proposal_of(settings, "history").value("lateness_days") == 3
