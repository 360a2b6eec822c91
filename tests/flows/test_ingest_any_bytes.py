"""Whatever bytes a file holds, ingest comes to its end, and no line of it is lost; what was written well comes back."""

import csv
import gzip
import io
import json
from itertools import count
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.ingest import ingest
from flows.settings import Settings, read_settings
from flows.warehouse import connect
from tests.flows.avro_writing import avro_file

FORMATS = ("json_lines", "json", "csv", "tsv", "parquet", "avro")
CONTRACT = """
platform: {name}
title: Any
kinds:
  items:
    format: {format}
    fields:
      - {{name: sku, type: text, means: item_id, path: "{first}"}}
      - {{name: note, type: text, means: title, path: "{second}"}}
"""
DIALECTS = {"tsv": '\n    header: false\n    delimiter: "\\t"\n    quote: "\'"'}
RECORDS = [{"sku": "a", "note": "x"}, {"sku": "b", "note": 'y "z"'}, {"sku": "c", "note": None}]
OUT = io.BytesIO()
pyarrow.parquet.write_table(pyarrow.Table.from_pylist(RECORDS), OUT)
WHOLE = {
    "json_lines": "".join(json.dumps(record) + "\n" for record in RECORDS).encode(),
    "json": json.dumps(RECORDS, indent=1).encode(),
    "csv": b'sku,note\na,x\nb,"y ""z"""\nc,\n',
    "tsv": b"a\tx\nb\t'y'\nc\t\n",
    "parquet": OUT.getvalue(),
    "avro": avro_file(RECORDS, {"sku": "string", "note": "string"}, block_size=2),
}
PACKED = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}
PIECES = st.sampled_from(
    [b"\n", b'"', b",", b"{", b"}", b"[", b"]", b"\xff", b"\0", b"\xef\xbb\xbf", b"\r\n", b"\\", b"'"]
)
NUMBERS = count()


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """A format, a suffix, and bytes: any at all, or a whole file in which something was put, or left out, or cut."""
    kind, suffix = draw(st.sampled_from(FORMATS)), draw(st.sampled_from(["", "", *PACKED]))
    if draw(st.integers(0, 2)) == 0:
        content = draw(st.one_of(st.binary(max_size=60), st.lists(PIECES, max_size=12).map(b"".join)))
    else:
        content = WHOLE[kind]
        for _ in range(draw(st.integers(1, 4))):
            start = draw(st.integers(0, len(content)))
            stop = min(start + draw(st.sampled_from([0, 0, 1, 5])), len(content))
            content = content[:start] + draw(st.one_of(st.just(b""), PIECES, st.binary(max_size=3))) + content[stop:]
    packed = PACKED[suffix](content)
    return kind, suffix, packed[: draw(st.sampled_from([len(packed)] * 4 + [len(packed) // 2]))]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with a platform a format."""
    folder = tmp_path_factory.mktemp("any")
    (folder / "contracts" / "platforms").mkdir(parents=True)
    for name in FORMATS:
        first, second = ("1", "2") if name == "tsv" else ("sku", "note")
        described = "csv" + DIALECTS["tsv"] if name == "tsv" else name
        text = CONTRACT.format(name=name, format=described, first=first, second=second)
        (folder / "contracts" / "platforms" / f"{name}.yml").write_text(text, encoding="utf-8")
    return read_settings(home=folder / "home", contracts=folder / "contracts")


def landed(home: Settings, kind: str, suffix: str, content: bytes) -> str:
    """Land a file under a name that no other had; its name."""
    path = home.landing / kind / "items" / f"{next(NUMBERS):06d}.{kind}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return str(path.relative_to(home.landing))


def query(home: Settings, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a query on the warehouse."""
    with connect(home.warehouse) as connection:
        return connection.execute(statement, list(parameters)).fetchall()


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(files(), min_size=10, max_size=16))
def test_no_bytes_stop_ingest_or_lose_a_line(home: Settings, delivered: list[tuple[str, str, bytes]]) -> None:
    """Every file has its line in the manifest, whose counts are those of the tables and of the file's lines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CROSSREC_KEY", "the key of these tests")
        names = {landed(home, *file): file for file in delivered}
        ingest(home)
    listed = query(
        home, "select path, file_id, rows_count, rejects_count, skipped_count, records_count, outcome from raw.files"
    )
    found = {path: counts for path, *counts in listed if path in names}
    assert set(found) == set(names)
    for path, (file_id, rows, rejects, skipped, records, outcome) in found.items():
        assert rows + rejects + skipped == records
        kind, suffix, content = names[path]
        if outcome == "loaded":
            table = f"raw.{kind}_items"
            assert query(home, f"select count(*) from {table} where file_id = ?", file_id) == [(rows,)]
            told = "select count(*) from raw.rejects where platform = ? and file_id = ?"
            assert query(home, told, kind, file_id) == [(rejects,)]
        if kind == "json_lines" and not suffix and outcome == "loaded":
            lines = content.decode(errors="replace").removeprefix("\ufeff").split("\n")
            assert records == sum(1 for line in lines if line.strip())


NOTES = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12)


@settings(max_examples=16, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(NOTES, min_size=1, max_size=6), st.sampled_from([None, 0, 1]))
def test_what_was_written_well_comes_back(home: Settings, notes: list[str], indent: int | None) -> None:
    """Texts of any characters are the same after a writer of JSON, of CSV or of Parquet, and ingest."""
    number = next(NUMBERS)
    records = [{"sku": f"{number}-{place}", "note": note} for place, note in enumerate(notes)]
    rows = io.StringIO()
    csv.writer(rows, lineterminator="\n").writerows([("sku", "note"), *(record.values() for record in records)])
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records), out)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CROSSREC_KEY", "the key of these tests")
        landed(home, "json", "", json.dumps(records, indent=indent, ensure_ascii=bool(number % 2)).encode())
        landed(home, "csv", "", rows.getvalue().encode())
        landed(home, "parquet", "", out.getvalue())
        landed(home, "avro", "", avro_file(records, {"sku": "string", "note": "string"}))
        ingest(home)
    for kind in ("json", "csv", "parquet", "avro"):
        found = query(home, f"select note from raw.{kind}_items where sku like ? order by line", f"{number}-%")
        assert [note or "" for (note,) in found] == notes, kind
