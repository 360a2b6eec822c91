"""Plain files are loaded several at a time, each in one statement: what comes of it is what comes of a closer look."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from flows.direct_loading import DirectLoader
from flows.ingest import ingest
from flows.settings import Settings, read_settings
from flows.warehouse import Connection
from tests.benchmarks.ingest_killed import contents_of
from tests.flows.shop_landing import KEY, accounts, event, land, query, shop_settings

PLAIN = "".join(event(str(number)) for number in range(50))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home whose landing holds files that are plain, and such as are not."""
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
    land(settings, "accounts/01.csv", accounts(["anna;anna@mail.example;;;", "ben;;;;likes anna@mail.example"]))
    land(settings, "links/01.jsonl", '{"one": "a", "other": "b"}\n{"other": "b", "one": "c"}\n')
    return settings


def test_the_direct_way_brings_what_a_closer_look_brings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records, rejects, manifest and counts are the same, whichever way each file went."""
    directly: list[str] = []
    load = DirectLoader.load

    def watched(self: DirectLoader, warehouse: Connection, delivery: Any, loaded_at: Any) -> Any:
        loaded = load(self, warehouse, delivery, loaded_at)
        directly.extend([delivery.file.path.name[:2]] if loaded else [])
        return loaded

    monkeypatch.setattr(DirectLoader, "load", watched)
    receipt = ingest(settings)
    assert sorted(directly) == ["01", "01", "04"]
    other = read_settings(home=settings.home.with_name("other"), contracts=settings.contracts)
    other.home.mkdir()
    (other.home / "landing").symlink_to(settings.landing)
    monkeypatch.setattr("flows.direct_loading.FORMATS", ())
    assert ingest(other) == receipt
    assert contents_of(settings.home) == contents_of(other.home)


def test_files_that_are_loaded_at_a_time_are_as_old_as_their_names_say(settings: Settings) -> None:
    """The time of loading follows the order of the names, so that a later delivery is told from an earlier one."""
    for number in range(100, 130):
        land(settings, f"events/{number}.jsonl", "".join(event(f"{number}-{n}") for n in range(1 + 97 * number % 300)))
    ingest(settings)
    paths = [path for (path,) in query(settings, "select path from raw.files where kind = 'events' order by loaded_at")]
    assert paths == sorted(paths)
