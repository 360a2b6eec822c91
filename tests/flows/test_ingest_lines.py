"""The reader by records: it is there for files that are broken, so it is tried on whatever bytes there are."""

import csv
import gzip
import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.contracts import Kind, PlatformContract
from flows.csv_reader import Dialect, csv_records
from flows.json_reader import json_values
from flows.landing_file import UnreadableFileError
from flows.landing_reader import by_records, quickly
from flows.line_reader import Start, line_batches, lines_of
from flows.record_sql import FUTURE, flaws
from flows.warehouse import reader

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=8)
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8)


@settings(deadline=None)
@given(ROWS)
def test_csv_that_a_writer_wrote_is_read_as_it_was(rows: list[tuple[str, str, str]]) -> None:
    """Quotation marks, delimiters and line breaks inside fields come back, whatever they are."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([("a", "b", "c"), *rows])
    lines = [(line, None) for line in out.getvalue().split("\n")]
    found = list(csv_records(lines, Dialect()))
    assert [tuple(fields) for fields, _ in found] == [("a", "b", "c"), *rows]
    assert all(broken is None for _, (_, broken) in found)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["1,2", '1,"2', '1,"2,3', "1", '"1"2"', '1,2"', "1,2,3", '3",4']), max_size=12))
def test_a_broken_csv_line_takes_no_other_with_it(lines: list[str]) -> None:
    """However many lines are broken and however, each whole line between them stays a record."""
    found = list(csv_records([("a,b", None), *((line, None) for line in lines)], Dialect()))[1:]
    kept = [fields for fields, (_, broken) in found if broken is None and fields == ["1", "2"]]
    inside_quotes = sum(text.split("\n")[1:-1].count("1,2") for _, (text, broken) in found if broken is None)
    assert len(kept) + inside_quotes == lines.count("1,2")
    assert sum(text.count("\n") + 1 for _, (text, _) in found) == len(lines)


@settings(deadline=None)
@given(content=st.binary(max_size=200))
def test_every_line_that_is_not_blank_is_one_record(tmp_path_factory: object, content: bytes) -> None:
    """Any bytes at all give one record a line, numbered without gaps; what is no text says so."""
    path = Path(tmp_path_factory.mktemp("lines") / "any.jsonl")  # type: ignore[attr-defined]
    path.write_bytes(content)
    expected = [text for text, _ in lines_of(path) if text.strip()]
    records = [record for batch in line_batches(path) for record in batch.to_pylist()]
    assert [record["text"] for record in records] == expected
    assert [record["line"] for record in records] == list(range(1, len(expected) + 1))
    assert all("\n" not in text for text in expected)


def test_both_ways_of_reading_agree(tmp_path: Path) -> None:
    """What DuckDB's reader accepts, the reader by records gives in the same rows, bad values included."""
    fields = (
        {"name": "customer", "path": "customer", "type": "text", "means": "account_id"},
        {"name": "visits", "type": "integer"},
        {"name": "created", "type": "timestamp", "means": "created_at"},
        {"name": "is_member", "type": "boolean"},
        {"name": "spent", "type": "number"},
    )
    rows = [
        ("anna", "5", "2026-03-29T08:00+02:00", "true", "1.5", "x"),
        ("", "5", "2026-03-29", "false", "", ""),
        ("ben", "1.5", "2026-03-29 03:30:00", "", "2", ""),
        ("cem", "", "yesterday", "maybe", "much", "one, quoted"),
    ]
    header = ["customer", "visits", "created", "is_member", "spent", "more"]
    texts = {"csv": io.StringIO(), "json_lines": io.StringIO()}
    csv.writer(texts["csv"], lineterminator="\n").writerows([header, *rows])
    texts["json_lines"].writelines(json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in rows)
    for name, text in texts.items():
        kind = Kind.model_validate({"format": name, "fields": fields})
        contract = PlatformContract(platform="shop", title="Shop", time_zone="Europe/Berlin", kinds={"accounts": kind})
        path = tmp_path / name
        path.write_text(text.getvalue(), encoding="utf-8")
        with reader() as connection:
            quick, slow = (
                [row for batch in read(connection, contract, kind, path) for row in batch.drop(["text"]).to_pylist()]
                for read in (quickly, by_records)
            )
        assert quick == slow
        assert [row["flaw"] for row in quick] == [None, 2, 3, 5]
        assert [str(row["value_2"]) for row in quick[:3]] == [
            "2026-03-29 06:00:00",
            "2026-03-28 23:00:00",
            "2026-03-29 01:30:00",
        ]


@pytest.mark.parametrize(
    ("form", "content"), [("json_lines", b'{"sku": 1}\n'), ("csv", b"sku\n1\n"), ("json", b'{"sku": 1}')]
)
def test_a_file_cut_off_is_told_by_the_reader_by_records_too(tmp_path: Path, form: str, content: bytes) -> None:
    """Where a file that was whole grew and was cut off, it is told as what can't be read, and stops nothing else."""
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(content) + gzip.compress(content * 9_000)[:-20])
    kind = Kind.model_validate({"format": form, "fields": ({"name": "sku", "type": "text", "means": "item_id"},)})
    contract = PlatformContract(platform="shop", title="Shop", kinds={"items": kind})
    with reader() as connection, pytest.raises(UnreadableFileError, match="can be decompressed to its end"):
        list(by_records(connection, contract, kind, path, Start(0, 1)))


EVENTS = (
    {"name": "who", "type": "text", "means": "account_id"},
    {"name": "sku", "type": "text", "means": "item_id"},
    {"name": "verb", "type": "text", "means": "event_type"},
    {"name": "at", "type": "timestamp", "means": "event_at"},
)


def event_flaws(folder: Path, tolerance: int, now: datetime, *times: str) -> list[tuple[str, str] | None]:
    """The field and rule that events of these times break when they are read at `now`, by either reader."""
    kind = Kind.model_validate({"format": "json", "fields": EVENTS})
    contract = PlatformContract(
        platform="shop", title="Shop", event_words={"buy": "purchase"}, future_tolerance_hours=tolerance,
        kinds={"events": kind},
    )  # fmt: skip
    path = folder / "events.json"
    path.write_text(json.dumps([{"who": "anna", "sku": "a", "verb": "buy", "at": at} for at in times]))
    with reader() as connection:
        quick, slow = (
            [row["flaw"] for batch in read(connection, contract, kind, path, now=now) for row in batch.to_pylist()]
            for read in (quickly, by_records)
        )
    assert quick == slow
    return [flaws(kind)[flaw - 1] if flaw else None for flaw in quick]


def test_an_event_may_lie_in_the_future_as_far_as_the_contract_says(tmp_path: Path) -> None:
    """The limit itself is allowed, a second more is not; it counts from the moment of reading, in UTC."""
    now = datetime(2026, 3, 1, 12)
    times = ("2026-03-02T12:00:00", "2026-03-02T12:00:01", "2026-03-02T13:00:00+01:00", "2026-03-02T12:00:00-01:00")
    beyond = ("at", FUTURE)
    assert event_flaws(tmp_path, 24, now, *times) == [None, beyond, None, beyond]
    assert event_flaws(tmp_path, 0, now, "2026-03-01T12:00:00", "2026-03-01T12:00:01") == [None, beyond]
    assert event_flaws(tmp_path, 25, now, *times) == [None] * 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
SPACE = st.sampled_from(["", " ", "\n", "\r\n", "\t", "\n\n  "])


@settings(deadline=None)
@given(values=st.lists(JSON, max_size=6), space=SPACE, is_array=st.booleans(), size=st.integers(1, 30))
def test_json_values_are_told_apart_wherever_they_end(
    tmp_path_factory: object, values: list[object], space: str, is_array: bool, size: int
) -> None:
    """In an array or one after the other, with any space between, in pieces of any size, each value comes back."""
    texts = [json.dumps(value, ensure_ascii=size % 2 == 0) for value in values]
    content = f"{space}[{space}{f'{space},{space}'.join(texts)}{space}]" if is_array else "\n".join(texts)
    path = Path(tmp_path_factory.mktemp("values") / "any.json")  # type: ignore[attr-defined]
    path.write_text(content, encoding="utf-8")
    expected = values
    if not is_array:
        # a list that stands alone is an array of records
        expected = [one for value in values for one in (value if isinstance(value, list) else [value])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.json_reader.CHUNK", size)
        found = list(json_values(path))
    assert [json.loads(text) for text, _ in found] == expected
    assert all(broken is None for _, broken in found)


@settings(deadline=None)
@given(st.lists(st.sampled_from(['{"a": 1}', '{"a": 1', '{"a": "x}', '"a": 1}', "[1}", "nothing"]), max_size=10))
def test_a_broken_json_object_takes_no_line_with_it(tmp_path_factory: object, lines: list[str]) -> None:
    """However objects are broken, one that stands whole on a line of its own is found, and no text is lost."""
    path = Path(tmp_path_factory.mktemp("broken") / "any.json")  # type: ignore[attr-defined]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = [text for text, _ in json_values(path)]
    assert found.count('{"a": 1}') == lines.count('{"a": 1}')
    squeezed = str.maketrans("", "", " ,[]\n")
    assert "".join(found).translate(squeezed) == "".join(lines).translate(squeezed)
