"""Reads text files by lines, for what DuckDB's own readers refuse: slower, and nothing stops it but the end.

A line ends at a line feed; a carriage return before it goes, and so does a line of blanks.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pyarrow

from flows.landing_file import CHUNK, opened

BATCH = 20_000
BATCH_CHARACTERS = 1 << 24
"""Records are handed on when there are so many of them, or of their characters."""

NO_TEXT = "a record is text in UTF-8"
BYTE_ORDER_MARK = "\ufeff"

Line = tuple[str, str | None]
"""The text, and the rule that it breaks."""


class Start(NamedTuple):
    """Where reading begins: how many bytes of the decompressed content are left out, and the first record's number."""

    offset: int = 0
    line: int = 1


BEGINNING = Start()


def skip(content: BinaryIO, count: int) -> None:
    """Leave out so many bytes of a content that may be one that can only be read forwards."""
    while count and (chunk := content.read(min(count, CHUNK))):
        count -= len(chunk)


def lines_of(path: Path, offset: int = 0) -> Iterator[Line]:
    """The file's lines behind `offset`, blank ones too, each with the rule that it breaks if it is no text."""
    with opened(path) as content:
        if path.suffix.lower() in (".gz", ".zst"):
            skip(content, offset)
        else:
            content.seek(offset)
        for number, line in enumerate(content, start=offset):
            raw = line.removesuffix(b"\n").removesuffix(b"\r")
            try:
                text, broken = raw.decode(), None
            except UnicodeDecodeError:
                text, broken = raw.decode(errors="replace"), NO_TEXT
            yield (text.removeprefix(BYTE_ORDER_MARK) if number == 0 else text), broken


def in_batches(lines: Iterable[Line], first: int = 1) -> Iterator[tuple[int, list[Line]]]:
    """The number of the first of some lines, and these, as many as fit into memory at once."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line[0])
        if len(batch) == BATCH or size > BATCH_CHARACTERS:
            yield first, batch
            first, batch, size = first + len(batch), [], 0
    if batch:
        yield first, batch


def batch_of(first: int, lines: list[Line]) -> pyarrow.Table:
    """A table of `line` (numbers from `first` on), `text` and `broken`."""
    columns = [pyarrow.array(values, pyarrow.string()) for values in zip(*lines, strict=True)]
    numbers = pyarrow.array(range(first, first + len(lines)), pyarrow.int64())
    return pyarrow.table([numbers, *columns], names=["line", "text", "broken"])


def line_batches(path: Path, start: Start = BEGINNING) -> Iterator[pyarrow.Table]:
    """Lines that are not blank, as tables of `line` (their number among these), `text` and `broken`."""
    lines = (line for line in lines_of(path, start.offset) if line[0].strip())
    for first, batch in in_batches(lines, start.line):
        yield batch_of(first, batch)
