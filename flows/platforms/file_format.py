"""How a landing file is written, judged by its first bytes and lines: Parquet, JSON lines, or CSV with a delimiter."""

import json
import re
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from flows.landing_file import UNREADABLE
from flows.line_reader import Line, csv_records, lines_of
from flows.platforms.masking import looks_private

LOOKED_AT = 200
DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01", ":", " ")
"""In order of preference; a space or a colon stands in ordinary text, so that they come last."""


class FileFormat(NamedTuple):
    """A format and delimiter of the contract's words, or null and the rule that the file breaks."""

    format: str | None
    delimiter: str = ","
    problem: str = ""


def format_of(path: Path) -> FileFormat:
    """The format of a file."""
    try:
        with path.open("rb") as file:
            if file.read(4) == b"PAR1":
                return FileFormat("parquet")
        lines = [line for line in islice(lines_of(path), LOOKED_AT) if line[0].strip()]
    except UNREADABLE as error:
        return FileFormat(None, problem=f"a file can be opened and decompressed ({type(error).__name__})")
    texts = [text for text, broken in lines if not broken]
    if not lines:
        return FileFormat(None, problem="a file has at least one line that is not blank")
    if len(texts) < len(lines) / 2 or any("\x00" in text for text in texts):
        return FileFormat(None, problem="a file is Parquet or text in UTF-8")
    if any(is_object(text) for text in texts):
        return FileFormat("json_lines")
    start = texts[0].lstrip()[:1]
    if start == "[":
        return FileFormat(None, problem="JSON comes as one object a line, not as one list of all")
    if start == "{":
        return FileFormat(None, problem="JSON comes as one whole object a line")
    delimiter = delimiter_of(lines)
    if not is_header(next(csv_records(lines, delimiter))[0]):
        return FileFormat(
            None, problem="a CSV file begins with the names of its fields; the first line looks like a record"
        )
    return FileFormat("csv", delimiter)


def is_header(fields: list[str]) -> bool:
    """Whether these are names, not values."""
    values = [field for field in fields if re.fullmatch(r"\s*[\d.:+-]+([ T][\d:.+Z-]+)?\s*|.*@.*", field)]
    return len(values) < max(len(fields) / 3, 1) and not any(looks_private(field) for field in fields)


def is_object(text: str) -> bool:
    """Whether a line is a JSON object."""
    if not text.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def delimiter_of(lines: list[Line]) -> str:
    """The delimiter that gives the most records as many fields as the header, the more fields the better."""
    best, best_rank = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        records = list(csv_records(lines, delimiter))
        width = len(records[0][0])
        rest = records[1:]
        whole = sum(1 for fields, (_, broken) in rest if not broken and len(fields) == width) / max(len(rest), 1)
        is_weak = delimiter in (":", " ")
        if width < 2 or (rest and whole < 0.6) or (is_weak and (len(rest) < 2 or best_rank[1] > 1)):
            continue
        rank = (round(whole, 1), width)
        if rank > best_rank:
            best, best_rank = delimiter, rank
    return best
