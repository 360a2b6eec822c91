"""Rows as text: a table to look at, CSV and JSON for programs, Markdown for a page."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from flows.terminal import Sheet, columns, harmless
from flows.warehouse import Connection

Rows = Iterator[tuple[Any, ...]]

BATCH = 2_000
LEAST_WIDTH = 14
WHOLE_WIDTH = 10_000


def lay_out(form: str, found: Connection, limit: int | None, width: int | None) -> Iterator[str]:
    """The lines of a result in one of FORMATS, of its first `limit` rows or of all."""
    names = _apart([column[0] for column in found.description or ()])
    rows = islice(_rows(found), None if limit is None else limit + 1)
    if form == "table":
        yield from _table(names, list(rows), limit, width)
    else:
        yield from FORMATS[form](names, islice(rows, limit))


def _rows(found: Connection) -> Rows:
    while batch := found.fetchmany(BATCH):
        yield from batch


def _apart(names: Sequence[str]) -> list[str]:
    """The names, those that come again numbered: a, a_2."""
    apart: list[str] = []
    for name in names:
        number, chosen = 1, name
        while chosen in apart:
            number += 1
            chosen = f"{name}_{number}"
        apart.append(chosen)
    return apart


def _table(names: list[str], rows: list[tuple[Any, ...]], limit: int | None, width: int | None) -> Iterator[str]:
    """An aligned table; one line for each value where the columns do not fit."""
    shown = rows[:limit]
    cells = [[_readable(value) for value in row] for row in shown]
    widths = [max(map(cell_len, column)) for column in zip(names, *cells, strict=True)]
    sheet = Sheet(width or WHOLE_WIDTH)
    if sum(min(one, LEAST_WIDTH) + 2 for one in widths) - 2 > sheet.width:
        _write_records(sheet, names, cells)
    else:
        numbers = [
            all(isinstance(row[place], int | float | Decimal | None) for row in shown) for place in range(len(names))
        ]
        table = columns(*names, right=tuple(name for name, is_number in zip(names, numbers, strict=True) if is_number))
        for row in cells:
            table.add_row(*(Text(cell, "dim" if cell == "NULL" else "") for cell in row))
        sheet.write(table)
    yield from sheet.text.splitlines()
    if len(rows) > len(shown):
        yield f"(the first {len(shown):,} rows; --limit N shows more, --format csv all)"
    else:
        yield f"({len(shown):,} row{'s' * (len(shown) != 1)})"


def _write_records(sheet: Sheet, names: list[str], cells: list[list[str]]) -> None:
    """Row after row, a line for each column."""
    room = max(map(cell_len, names))
    for number, row in enumerate(cells, 1):
        sheet.write((f"row {number}", "dim"))
        for name, cell in zip(names, row, strict=True):
            sheet.write("  ", (name.ljust(room), "dim"), "  ", (cell, "dim" if cell == "NULL" else ""))


def _readable(value: Any) -> str:
    """A value as one reads it: few digits, no microseconds of nought."""
    if value is None:
        return "NULL"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.6g}"
    return harmless(_text(value))


def _text(value: Any) -> str:
    """A value as DuckDB would read it again."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple | dict):
        return json.dumps(_plain(value), ensure_ascii=False)
    return str(value)


def _csv(names: list[str], rows: Rows) -> Iterator[str]:
    """Comma-separated values after RFC 4180; null is nothing, an empty text is two quotation marks."""
    yield ",".join(map(_csv_cell, names))
    for row in rows:
        yield ",".join(map(_csv_cell, row))


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    text = _text(value)
    if text and text == text.strip() and not set(',"\r\n') & set(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def _json(names: list[str], rows: Rows) -> Iterator[str]:
    """An array of objects, one in each line."""
    before = "["
    for row in rows:
        yield before + json.dumps(_plain(dict(zip(names, row, strict=True))), ensure_ascii=False)
        before = ","
    yield "[]" if before == "[" else "]"


def _plain(value: Any) -> Any:
    """A value as JSON can say it; what is no number is null."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | int | None):
        return value
    return value.isoformat() if isinstance(value, date | time) else _text(value)


def _markdown(names: list[str], rows: Rows) -> Iterator[str]:
    """A table of GitHub's Markdown."""
    yield "| " + " | ".join(map(_markdown_cell, names)) + " |"
    yield "|" + " --- |" * len(names)
    for row in rows:
        yield "| " + " | ".join("" if value is None else _markdown_cell(_readable(value)) for value in row) + " |"


def _markdown_cell(text: str) -> str:
    return harmless(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


FORMATS: dict[str, Callable[[list[str], Rows], Iterator[str]]] = {
    "csv": _csv,
    "json": _json,
    "markdown": _markdown,
}
