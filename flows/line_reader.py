"""Reads text files by records, for what DuckDB's own readers refuse: slower, and nothing stops it but the end.

A line ends at a line feed; a carriage return before it goes, and so does a line of blanks.
"""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pyarrow

from flows.landing_file import opened

BATCH = 100_000
LONGEST_QUOTE = 100
"""Lines that a quoted line break may join to one CSV record."""

NO_TEXT = "a record is text in UTF-8"
NO_QUOTES = "a quotation mark that opens a field closes it"
BYTE_ORDER_MARK = "\ufeff"

Line = tuple[str, str | None]
"""The text, and the rule that it breaks."""


def lines_of(path: Path) -> Iterator[Line]:
    """The file's lines, blank ones too, each with the rule that it breaks if it is no text."""
    with opened(path) as content:
        for number, line in enumerate(content):
            raw = line.removesuffix(b"\n").removesuffix(b"\r")
            try:
                text, broken = raw.decode(), None
            except UnicodeDecodeError:
                text, broken = raw.decode(errors="replace"), NO_TEXT
            yield (text.removeprefix(BYTE_ORDER_MARK) if number == 0 else text), broken


def json_batches(path: Path) -> Iterator[pyarrow.Table]:
    """Lines that are not blank, as tables of `line` (their number among these), `text` and `broken`."""
    lines = (line for line in lines_of(path) if line[0].strip())
    first = 1
    while batch := list(islice(lines, BATCH)):
        texts, broken = zip(*batch, strict=True)
        columns = {"line": range(first, first + len(batch)), "text": texts, "broken": broken}
        yield pyarrow.table(
            [pyarrow.array(columns["line"], pyarrow.int64())]
            + [pyarrow.array(columns[name], pyarrow.string()) for name in ("text", "broken")],
            names=list(columns),
        )
        first += len(batch)


def split(text: str, delimiter: str) -> list[str] | None:
    """The fields of one CSV record; null if its quotation marks do not close."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def csv_records(lines: Iterable[Line], delimiter: str, width: int | None = None) -> Iterator[tuple[list[str], Line]]:
    """The fields of each record, none if it is broken, and its text; `width` is that of the header, the first record.

    Where a quotation mark stays open, the next lines belong to the record if that makes it a whole one. If not, this
    line alone is broken: one stray mark must not take the rest of the file with it.
    """
    waiting: list[Line] = []
    source = iter(lines)
    while True:
        text, broken = waiting.pop(0) if waiting else next(source, (None, None))
        if text is None:
            return
        if not text.strip():
            continue
        fields = split(text, delimiter) if text.count('"') % 2 == 0 else None
        taken, joined = 0, text
        while fields is None and broken is None and taken < LONGEST_QUOTE:
            if taken == len(waiting):
                waiting.extend(islice(source, 1))
            if taken == len(waiting):
                break
            joined, taken = f"{joined}\n{waiting[taken][0]}", taken + 1
            if joined.count('"') % 2 == 0:
                fields = split(joined, delimiter)
                if fields is not None and width is not None and len(fields) != width:
                    fields = None
        if fields is not None and taken:
            text, broken = joined, next((rule for _, rule in waiting[:taken] if rule), None)
            del waiting[:taken]
        if broken is None and fields is None:
            broken = NO_QUOTES
        if broken is None and fields is not None and width is not None and len(fields) != width:
            broken = f"a record has as many fields as the header, {width}"
        width = width or len(fields or [])
        yield ([] if broken else fields or []), (text, broken)


def csv_header(path: Path, delimiter: str) -> list[str]:
    """The names in the first record; none if there is no record."""
    header, _ = next(csv_records(lines_of(path), delimiter), ([], None))
    return [name.strip() for name in header]


def csv_batches(path: Path, delimiter: str) -> Iterator[pyarrow.Table]:
    """Records after the header, as tables of `line` (their number), `text`, `broken` and a column c<n> a field."""
    records = csv_records(lines_of(path), delimiter)
    header, _ = next(records, ([], None))
    nothing = [None] * len(header)
    first = 1
    while batch := list(islice(records, BATCH)):
        texts, broken = zip(*(line for _, line in batch), strict=True)
        fields = zip(*([field or None for field in fields] or nothing for fields, _ in batch), strict=True)
        columns = [pyarrow.array(values, pyarrow.string()) for values in (texts, broken, *fields)]
        line = pyarrow.array(range(first, first + len(batch)), pyarrow.int64())
        names = ["line", "text", "broken", *(f"c{n}" for n in range(len(header)))]
        yield pyarrow.table([line, *columns], names=names)
        first += len(batch)
