"""The reader by records: it is there for files that are broken, so it is tried on whatever bytes there are."""

import csv
import io
import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.contracts import Kind, PlatformContract
from flows.landing_reader import by_records, quickly
from flows.line_reader import csv_records, json_batches, lines_of
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
    found = list(csv_records(lines, ","))
    assert [tuple(fields) for fields, _ in found] == [("a", "b", "c"), *rows]
    assert all(broken is None for _, (_, broken) in found)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["1,2", '1,"2', '1,"2,3', "1", '"1"2"', '1,2"', "1,2,3", '3",4']), max_size=12))
def test_a_broken_csv_line_takes_no_other_with_it(lines: list[str]) -> None:
    """However many lines are broken and however, each whole line between them stays a record."""
    found = list(csv_records([("a,b", None), *((line, None) for line in lines)], ","))[1:]
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
    records = [record for batch in json_batches(path) for record in batch.to_pylist()]
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
        ("cem", "", "yesterday", "maybe", "much", 'a "quote"'),
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
