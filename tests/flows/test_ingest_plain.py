"""JSON lines are read in the quickest way only if nothing is lost by it: what it takes is what another way takes."""

import gzip
import json
from functools import partial
from pathlib import Path
from threading import active_count
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.contracts import PlatformContract, load_contracts
from flows.identifiers import Keyring
from flows.json_counts import counted
from flows.landing_file import UnreadableFileError
from flows.landing_reader import RefusedError, plainly, quickly
from flows.warehouse import Connection, reader
from tests.flows.shop_landing import KEY, SHOP, event, shop_settings

Records = list[dict[str, Any]]

TEXTS = st.sampled_from(["a", "", " ", "null", "a: null", "x:null", "b:c:d", '":', "\\", "\\u003a", "ä\n", "[", "{}"])
VALUES = st.one_of(
    st.none(), st.just("a"), TEXTS, st.booleans(), st.integers(), st.floats(allow_nan=False),
    st.lists(st.none(), max_size=2), st.dictionaries(TEXTS, st.none() | TEXTS, max_size=2),
)  # fmt: skip
OTHERS = st.dictionaries(st.sampled_from(["Sku", "colour", "a:null", "a:", "at ", "null"]), VALUES, max_size=1)
ACTORS = st.one_of(
    st.none(), st.fixed_dictionaries({}, optional={"id": VALUES, "ID": VALUES}), st.just({"id": "b"}), VALUES
)
RECORDS = st.builds(
    lambda known, others: known | others,
    st.fixed_dictionaries(
        {"id": st.just("1")},
        optional={"actor": ACTORS, "sku": VALUES, "verb": TEXTS, "at": st.just("01.03.2026 12:00:00"), "price": VALUES},
    ),
    st.one_of(st.just({}), OTHERS),
)
SPACES = st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :  ")])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> PlatformContract:
    """The shop, none of whose fields an event has to have, so that few records are bad."""
    settings = shop_settings(tmp_path_factory.mktemp("shop"))
    path = settings.contracts / "platforms" / "shop.yml"
    path.write_text(SHOP.replace(", means:", ", required: false, means:"), encoding="utf-8")
    (contract,) = load_contracts(settings.contracts)
    return contract


@pytest.fixture(scope="module")
def connection() -> Any:
    """What reads."""
    with reader() as opened:
        yield opened


def rows(connection: Connection, shop: PlatformContract, path: Path, read: Any) -> list[dict[str, Any]] | None:
    """The records as `read` gives them, without what stands in the place of nothing; null if it refuses the file."""
    keyring = Keyring(KEY)
    found = []
    try:
        for batch in read(connection, shop, shop.kinds["events"], path):
            found += batch.to_pylist()
    except RefusedError:
        return None
    for row in found:
        row.pop("values_count", None)
        row["extra"] = keyring.scrub_json(row["extra"]) if row["extra"] else None
    return found


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(RECORDS, min_size=1, max_size=4), SPACES, st.booleans())
def test_the_quickest_way_loses_nothing(
    connection: Connection, shop: PlatformContract, tmp_path_factory: pytest.TempPathFactory,
    records: Records, spaces: tuple[str, str], is_ascii: bool,
) -> None:  # fmt: skip
    """Whatever stands in the records, it is refused or comes out as it does of a closer look."""
    path = tmp_path_factory.getbasetemp() / "events.jsonl"
    lines = [json.dumps(record, separators=spaces, ensure_ascii=is_ascii) for record in records]
    path.write_text("\n".join(lines), encoding="utf-8")
    plain = rows(connection, shop, path, plainly)
    assert plain is None or plain == rows(connection, shop, path, quickly)


def lines_of(*records: dict[str, Any] | str) -> str:
    """Records as lines."""
    return "".join(record if isinstance(record, str) else json.dumps(record) + "\n" for record in records)


@pytest.mark.parametrize(
    ("content", "is_plain"),
    [
        (event("1") + event("2", price=None), True),
        (event("1", sku="a:b:c") + event("2").replace(": ", ":"), True),
        (lines_of({"id": "1", "price": None}), True),
        (lines_of({"id": "1", "colour": None}), True),
        (event("1", colour="red"), False),
        (lines_of({"id": "1", "price": None}, {"id": "2", "cost": 5}), False),
        (lines_of({"id": "1"}, {"id": "2", "actor": {"id": "a", "name": "b"}}), False),
        (event("1").replace("kettle", "\\u003a").replace("buy", 'buy", "a": "b'), False),
        ("{}\n", False),
        ("null\n", False),
        (event("1", sku="[" * 300 + "]" * 300), False),
        (event("1", at="no time"), False),
    ],
)
def test_what_is_plain(
    connection: Connection, shop: PlatformContract, tmp_path: Path, content: str, is_plain: bool
) -> None:
    """Fields that are missing or null are plain; a value that no field takes is not, wherever it stands."""
    path = tmp_path / "events.jsonl"
    path.write_text(content, encoding="utf-8")
    assert (rows(connection, shop, path, plainly) is not None) is is_plain


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_nobody_waits_for_the_rest_of_a_file(
    connection: Connection, shop: PlatformContract, tmp_path: Path, suffix: str
) -> None:
    """A compressed file is let go when a bad record refuses it, and when nobody asks for more of its records."""
    path = tmp_path / f"events.jsonl{suffix}"
    compress = partial(gzip.compress, compresslevel=1) if suffix == ".gz" else zstandard.ZstdCompressor().compress
    good, kind = "".join(event(str(number)) for number in range(250_000)), shop.kinds["events"]
    path.write_bytes(compress((event("1", at="no time") + good).encode()))
    threads = active_count()
    with pytest.raises(RefusedError):
        list(plainly(connection, shop, kind, path))
    path.write_bytes(compress(good.encode()))
    batches = plainly(connection, shop, kind, path)
    assert next(batches).num_rows
    batches.close()
    assert active_count() == threads
    assert sum(batch.num_rows for batch in plainly(connection, shop, kind, path)) == 250_000
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises((RefusedError, UnreadableFileError)):
        list(plainly(connection, shop, kind, path))
    assert active_count() == threads


@pytest.mark.parametrize("word", [": null", "\\u003a"])
def test_what_stands_between_two_chunks_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Wherever a chunk ends, the counts are the same."""
    path = tmp_path / "events.jsonl"
    text = '{"a": "' + word + '"}\n' if word.startswith("\\") else '{"a": 1, "b"' + word + "}\n"
    path.write_text(text * 3, encoding="utf-8")

    def told(size: int) -> Any:
        monkeypatch.setattr("flows.json_counts.CHUNK", size)
        return counted(path, lambda _chunk: None)

    assert len({told(size) for size in [1_000, *range(14, 60)]}) == 1
