"""Reads text files by records, for what DuckDB's own readers refuse: slower, and nothing stops it but the end.

A line ends at a line feed; a carriage return before it goes, and so does a line of blanks.
"""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pyarrow

from flows.landing_file import UnreadableFileError, opened

BATCH = 20_000
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
        columns = [pyarrow.array(values, pyarrow.string()) for values in (texts, broken)]
        line = pyarrow.array(range(first, first + len(batch)), pyarrow.int64())
        yield pyarrow.table([line, *columns], names=["line", "text", "broken"])
        first += len(batch)


def split(text: str, delimiter: str) -> list[str] | None:
    """The fields of one CSV record; null if its quotation marks do not close."""
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def joined_record(
    text: str, ahead: list[Line], lines: Iterator[Line], delimiter: str, width: int | None
) -> tuple[list[str], str, int] | None:
    """A record whose quoted line breaks reach over the next lines: its fields, its text, and how many lines it took.

    Null if that makes no record of `width` fields. `ahead` is filled with the lines that were looked at.
    """
    for count in range(1, LONGEST_QUOTE + 1):
        if len(ahead) < count:
            ahead.extend(islice(lines, 1))
        if len(ahead) < count or ahead[count - 1][1]:
            return None
        text = f"{text}\n{ahead[count - 1][0]}"
        fields = split(text, delimiter) if text.count('"') % 2 == 0 else None
        if fields is not None and width in (None, len(fields)):
            return fields, text, count
    return None


def csv_records(lines: Iterable[Line], delimiter: str) -> Iterator[tuple[list[str], Line]]:
    """The fields of each record, the header first, with its text; no fields if it breaks a rule.

    Where a quotation mark stays open, the next lines belong to the record if that makes it a whole one. If not, this
    line alone is broken: one stray mark must not take the rest of the file with it.
    """
    source, ahead, width = iter(lines), list[Line](), None
    while line := ahead.pop(0) if ahead else next(source, None):
        text, broken = line
        if not text.strip():
            continue
        fields = split(text, delimiter) if text.count('"') % 2 == 0 else None
        if fields is None and not broken:
            if joined := joined_record(text, ahead, source, delimiter, width):
                fields, text, count = joined
                del ahead[:count]
            else:
                broken = NO_QUOTES
        if not broken and fields is not None and width not in (None, len(fields)):
            broken = f"a record has as many fields as the header, {width}"
        width = width or len(fields or [])
        yield [] if broken or fields is None else fields, (text, broken)


def csv_header(path: Path, delimiter: str) -> list[str]:
    """The names in the first record; none if there is no record.

    Raises:
        UnreadableFileError: if the first record is broken.
    """
    header, (_, broken) = next(csv_records(lines_of(path), delimiter), ([], ("", None)))
    if broken:
        raise UnreadableFileError(f"the header of a CSV file is whole; {broken}")
    return [name.strip() for name in header]


def csv_batches(path: Path, delimiter: str) -> Iterator[pyarrow.Table]:
    """Records after the header, as tables of `line` (their number), `text`, `broken` and a column c<n> a field."""
    records = csv_records(lines_of(path), delimiter)
    header, _ = next(records, ([], ("", None)))
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
