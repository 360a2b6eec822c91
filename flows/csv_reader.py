"""Reads CSV files by records: each record whole or told as broken, and no broken one takes another with it."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pyarrow

from flows.contracts import Kind
from flows.landing_file import UnreadableFileError
from flows.line_reader import BEGINNING, Line, Start, batch_of, in_batches, lines_of

LONGEST_QUOTE = 100
"""Lines that a quoted line break may join to one CSV record."""

LOOKED_AT = 100
"""Records that tell how many fields the records of a file without a header have."""

NO_QUOTES = "a quotation mark that opens a field closes it"

csv.field_size_limit(1 << 30)


class Dialect(NamedTuple):
    """How the records of a CSV file are written; without a quotation mark nothing is quoted."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'

    def may_be_open(self, text: str) -> bool:
        """Whether a quotation mark may be open at the end of this text, which may begin inside of one."""
        return bool(self.quote) and self.quote in text

    def is_closed(self, text: str) -> bool:
        """Whether every field of this record that begins with a quotation mark ends; elsewhere it is a character."""
        if not self.quote or self.quote not in text:
            return True
        mark, escape, delimiter = (re.escape(part) for part in (self.quote, self.escape, self.delimiter))
        if self.escape == self.quote:
            quoted, plain = rf"{mark}(?:[^{mark}]|{mark}{mark})*+{mark}", ""
        else:
            quoted, plain = rf"{mark}(?:{escape}.|[^{mark}{escape}])*+{mark}", rf"{escape}.|"
        rest = rf"(?:{plain}[^{delimiter}])*+"
        record = rf"(?:{quoted}{rest}|(?!{mark}){rest})"
        return re.fullmatch(rf"{record}(?:{delimiter}{record})*+", text, re.DOTALL) is not None

    def fields(self, text: str) -> list[str] | None:
        """The fields of one record; null if its quotation marks do not close."""
        if not self.quote or (self.quote not in text and (self.escape == self.quote or self.escape not in text)):
            return text.split(self.delimiter)
        if not self.is_closed(text):
            return None
        is_doubled = self.escape == self.quote
        try:
            reader = csv.reader(
                [text], delimiter=self.delimiter, quotechar=self.quote, doublequote=is_doubled,
                escapechar=None if is_doubled else self.escape, strict=True,
            )  # fmt: skip
            return next(reader, [])
        except csv.Error:
            return None


def dialect_of(kind: Kind) -> Dialect:
    """How the contract says that the records are written."""
    return Dialect(kind.delimiter, kind.quote, kind.escape or kind.quote)


def fitted(fields: list[str] | None, width: int | None) -> list[str] | None:
    """The fields of a record without those beyond `width`, if nothing stands in them; DuckDB's reader does so too."""
    return fields[:width] if fields and width and not any(fields[width:]) else fields


def joined_record(
    text: str, ahead: list[Line], lines: Iterator[Line], dialect: Dialect, width: int | None
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
        fields = fitted(dialect.fields(text), width)
        if fields is not None and width in (None, len(fields)):
            return fields, text, count
    return None


def csv_records(lines: Iterable[Line], dialect: Dialect, width: int | None = None) -> Iterator[tuple[list[str], Line]]:
    """The fields of each record, the header first, with its text; no fields if it breaks a rule.

    `width` is the number of fields of a record, if no header that tells it stands among the lines.

    Where a quotation mark stays open, the next lines belong to the record if that makes it a whole one. If not, this
    line alone is broken: one stray mark must not take the rest of the file with it.
    """
    source, ahead = iter(lines), list[Line]()
    while line := ahead.pop(0) if ahead else next(source, None):
        text, broken = line
        if not text.strip():
            continue
        fields = fitted(dialect.fields(text), width)
        if fields is None and not broken:
            if joined := joined_record(text, ahead, source, dialect, width):
                fields, text, count = joined
                del ahead[:count]
            else:
                broken = NO_QUOTES
        if not broken and fields is not None and width not in (None, len(fields)):
            broken = f"a record has as many fields as the header or most records, {width}"
        width = width or len(fields or [])
        yield [] if broken or fields is None else fields, (text, broken)


def csv_header(path: Path, kind: Kind) -> list[str]:
    """The names of the fields; none if there is no record. Where the contract says so, they are their places.

    Raises:
        UnreadableFileError: if the record that holds the names is broken.
    """
    dialect = dialect_of(kind)
    if not kind.header:
        return [str(place + 1) for place in range(usual_width(path, dialect))]
    header, (_, broken) = next(csv_records(lines_of(path), dialect), ([], ("", None)))
    if broken:
        raise UnreadableFileError(f"the header of a CSV file is whole; {broken}")
    names: list[str] = []
    for name in (name.strip() for name in header):
        number = 2
        unique = name
        while unique in names:
            unique, number = f"{name}_{number}", number + 1
        names.append(unique)
    return names


def usual_width(path: Path, dialect: Dialect) -> int:
    """How many fields most of the first records have, each line by itself; 0 if there is none."""
    first = islice(((text, broken) for text, broken in lines_of(path) if text.strip()), LOOKED_AT)
    widths = Counter(len(dialect.fields(text) or []) for text, broken in first if not broken)
    del widths[0]
    return widths.most_common(1)[0][0] if widths else 1 if any(text.strip() for text, _ in lines_of(path)) else 0


def records_after(path: Path, kind: Kind, width: int, start: Start = BEGINNING) -> Iterator[tuple[list[str], Line]]:
    """The records that come after the header, or after a start."""
    is_header_due = kind.header and not start.offset
    records = csv_records(lines_of(path, start.offset), dialect_of(kind), None if is_header_due else width)
    if is_header_due:
        next(records, None)
    return records


def csv_batches(path: Path, kind: Kind, header: list[str], start: Start = BEGINNING) -> Iterator[pyarrow.Table]:
    """Records after the header, as tables of `line` (their number), `text`, `broken` and a column c<n> a field."""
    ahead: list[list[str]] = []
    nothing = [None] * len(header)

    def lines() -> Iterator[Line]:
        for fields, line in records_after(path, kind, len(header), start):
            ahead.append(fields)
            yield line

    for first, batch in in_batches(lines(), start.line):
        table = batch_of(first, batch)
        columns = zip(*([field or None for field in fields] or nothing for fields in ahead), strict=True)
        for place, values in enumerate(columns):
            table = table.append_column(f"c{place}", pyarrow.array(values, pyarrow.string()))
        ahead.clear()
        yield table
