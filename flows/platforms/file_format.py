"""How a landing file is written, judged by its first bytes, lines and values: one of the contract's formats."""

import json
import re
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from flows.avro_file import MAGIC
from flows.csv_reader import Dialect, csv_records
from flows.json_reader import json_values
from flows.landing_file import UNREADABLE
from flows.line_reader import Line, lines_of
from flows.platforms.masking import looks_private

LOOKED_AT = 200
BINARY = {b"PAR1": "parquet", MAGIC: "avro"}
DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01", ":", " ")
"""In order of preference; a space or a colon stands in ordinary text, so that they come last."""


class FileFormat(NamedTuple):
    """A format of the contract's words with what CSV needs, or null and the rule that the file breaks."""

    format: str | None
    delimiter: str = ","
    has_header: bool = True
    problem: str = ""


def format_of(path: Path) -> FileFormat:
    """The format of a file."""
    try:
        with path.open("rb") as file:
            first = file.read(4)
        if first in BINARY:
            return FileFormat(BINARY[first])
        lines = [line for line in islice(lines_of(path), LOOKED_AT) if line[0].strip()]
    except UNREADABLE as error:
        return FileFormat(None, problem=f"a file can be opened and decompressed ({type(error).__name__})")
    texts = [text for text, broken in lines if not broken]
    if not lines:
        return FileFormat(None, problem="a file has at least one line that is not blank")
    if len(texts) < len(lines) / 2 or any("\x00" in text for text in texts):
        return FileFormat(None, problem="a file is Parquet, Avro or text in UTF-8")
    if any(is_object(text) for text in texts) or texts[0].lstrip()[:1] in ("[", "{"):
        return json_format(path, texts)
    delimiter = delimiter_of(lines)
    first_record = next(csv_records(lines, Dialect(delimiter)))[0]
    if is_header(first_record):
        return FileFormat("csv", delimiter)
    if len(first_record) < 2:
        return FileFormat(None, problem="a file without names for its fields has more than one field a record")
    return FileFormat("csv", delimiter, has_header=False)


def json_format(path: Path, texts: list[str]) -> FileFormat:
    """Whether JSON stands as one object a line, or in an array or over several lines."""
    values = [text for text, _ in islice(json_values(path), LOOKED_AT) if is_object(text)]
    if not values:
        return FileFormat(None, problem="JSON comes as whole objects; the file has none")
    is_array = texts[0].lstrip().startswith("[") and not is_object(texts[-1])
    is_free = is_array or not any(map(is_object, texts)) or any("\n" in text for text in values)
    return FileFormat("json" if is_free else "json_lines")


def is_header(fields: list[str]) -> bool:
    """Whether these are names, not values."""
    if any(re.fullmatch(r"\s*\d{8,}\s*", field) for field in fields):
        return False
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
        records = list(csv_records(lines, Dialect(delimiter)))
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
