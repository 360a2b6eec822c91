"""New files are loaded several at a time: what comes of it is what comes of one after the other."""

import gzip
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest

from flows.delivery import Delivery
from flows.ingest import ingest
from flows.lanes import Lane, Lanes
from flows.manifest import Loaded
from flows.settings import Settings, read_settings
from tests.benchmarks.ingest_killed import contents_of
from tests.flows.shop_landing import KEY, accounts, event, land, query, shop_settings

PLAIN = "".join(event(str(number)) for number in range(50))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home whose landing holds files that can be loaded beside others, and such as cannot."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    settings = shop_settings(tmp_path)
    land(settings, "events/01.jsonl", PLAIN)
    land(settings, "events/02, the same.jsonl", PLAIN)
    land(settings, "events/03, longer.jsonl", PLAIN + event("50") + event("51", at="no time"))
    land(settings, "events/04.jsonl.gz", gzip.compress((event("60") + event("61", sku=None)).encode()))
    land(settings, "events/05, cut.jsonl.gz", gzip.compress("".join(map(event, "abcdefgh" * 99)).encode())[:-20])
    land(settings, "events/06, more fields.jsonl", event("70", colour="red") + event("71", actor={"id": "b", "to": 1}))
    land(settings, "events/07, broken.jsonl", event("80") + "{broken}\n" + event("81"))
    land(settings, "events/08, all bad.jsonl", event("90", sku=None) + event("91", sku=None))
    land(settings, "events/09, empty.jsonl", "")
    land(settings, "events/10, the same fields.jsonl", event("99", colour="blue"))
    land(settings, "accounts/01.csv", accounts(["anna;anna@mail.example;;;", "ben;;;;likes anna@mail.example"]))
    land(settings, "links/01.jsonl", '{"one": "a", "other": "b"}\n{"other": "b", "one": "c"}\n')
    return settings


def test_files_beside_others_bring_what_they_bring_by_themselves(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records, rejects, manifest and counts are the same, whichever way each file went."""
    beside: set[str] = set()
    load = Lane.load

    def watched(self: Lane, delivery: Delivery, loaded_at: datetime, before: Event) -> Loaded | None:
        loaded = load(self, delivery, loaded_at, before)
        beside.update([delivery.file.name] if loaded else [])
        return loaded

    monkeypatch.setattr(Lane, "load", watched)
    receipt = ingest(settings)
    assert {name.removeprefix("shop/")[:9] for name in beside} == {
        "events/01", "events/04", "events/07", "events/09", "events/10", "links/01."
    }  # fmt: skip
    other = read_settings(home=settings.home.with_name("other"), contracts=settings.contracts)
    other.home.mkdir()
    (other.home / "landing").symlink_to(settings.landing)
    monkeypatch.setattr(Lanes, "takes", lambda _self, _delivery: False)
    assert ingest(other) == receipt
    assert contents_of(settings.home) == contents_of(other.home)


def test_a_file_waits_for_those_that_came_before(settings: Settings) -> None:
    """Long or short, files are written in the order of their names, and their times of loading say the same."""
    for number in range(100, 130):
        count = 20_000 if number % 7 == 0 else number
        land(settings, f"events/{number}.jsonl", "".join(event(f"{number}-{n}") for n in range(count)))
    ingest(settings)
    for order in ("rowid", "loaded_at"):
        paths = [
            path for (path,) in query(settings, f"select path from raw.files where kind = 'events' order by {order}")
        ]
        assert paths == sorted(paths), order


def test_an_error_beside_others_stops_them_all(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error comes out, nobody waits for ever, and of what came later nothing is loaded until the next ingest."""
    write = Lane.load

    def failing(self: Lane, delivery: Delivery, loaded_at: datetime, before: Event) -> Loaded | None:
        if "/104." in delivery.file.name:
            raise MemoryError("too little of it")
        return write(self, delivery, loaded_at, before)

    for number in range(100, 110):
        land(settings, f"events/{number}.jsonl", event(f"{number}"))
    with monkeypatch.context() as patch, pytest.raises(MemoryError, match="too little"):
        patch.setattr(Lane, "load", failing)
        ingest(settings)
    loaded = "select max(path) from raw.files where path like 'shop/events/1__.%'"
    assert query(settings, loaded) == [("shop/events/103.jsonl",)]
    ingest(settings)
    assert query(settings, loaded) == [("shop/events/109.jsonl",)]
