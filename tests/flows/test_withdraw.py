"""What a file brought can be taken back, as if it had never come."""

from pathlib import Path

import pytest

from flows.ingest import ingest
from flows.settings import Settings
from flows.withdraw import withdraw
from tests.flows.shop_landing import KEY, event, land, query, shop_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty home with the contract of one shop."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    return shop_settings(tmp_path)


def loaded(settings: Settings) -> list[list[tuple]]:
    tables = (
        "select id from raw.shop_events order by id",
        "select path from raw.rejects",
        "select path from raw.files",
    )
    return [query(settings, statement) for statement in tables]


def test_a_withdrawn_file_leaves_nothing(settings: Settings) -> None:
    """Records, rejects and the manifest's line go, other files' stay; delivered again it is loaded again."""
    land(settings, "events/good.jsonl", event("1"))
    ingest(settings)
    before = loaded(settings)
    wrong = land(settings, "events/wrong.jsonl", event("3") + event("2") + "broken\n")
    ingest(settings)
    assert loaded(settings) != before
    wrong.unlink()
    assert withdraw(settings, [wrong]).rows == {"raw.shop_events": 2}
    assert loaded(settings) == before
    land(settings, "events/wrong.jsonl", event("3") + event("2") + "broken\n")
    assert ingest(settings).rows["raw.shop_events"] == 2


def test_what_another_file_brought_too_stays(settings: Settings) -> None:
    """The same content under two names: taking one name back leaves the records to the other."""
    land(settings, "events/a.jsonl", event("1"))
    twin = land(settings, "events/b.jsonl", event("1"))
    ingest(settings)
    twin.unlink()
    assert withdraw(settings, [Path("shop/events/b.jsonl")]).rows == {"raw.shop_events": 0}
    assert loaded(settings) == [[("1",)], [], [("shop/events/a.jsonl",)]]


def test_what_cannot_be_withdrawn_is_refused_in_words(settings: Settings) -> None:
    """A file that still lies there, or that never came, is refused with what to do, and nothing is changed."""
    lying, gone = land(settings, "events/a.jsonl", event("1")), land(settings, "events/b.jsonl", event("2"))
    ingest(settings)
    gone.unlink()
    before = loaded(settings)
    with pytest.raises(ValueError, match="still lies in the landing"):
        withdraw(settings, [gone, lying])
    with pytest.raises(LookupError, match="none was called 'x'"):
        withdraw(settings, [gone, Path("x")])
    assert loaded(settings) == before
