"""Text for a terminal: as wide as the window, coloured only where somebody looks, harmless whatever titles contain."""

import re
import shutil
import sys
from io import StringIO
from pathlib import Path
from typing import Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
EIGHTHS = " ▏▎▍▌▋▊▉"


class Sheet:
    """What is written line by line and read as one text."""

    def __init__(self, width: int | None = None) -> None:
        self._buffer = StringIO()
        is_terminal = sys.stdout.isatty()
        self._console = Console(
            file=self._buffer,
            width=width or shutil.get_terminal_size((110, 24)).columns,
            force_terminal=is_terminal,
            color_system="standard" if is_terminal else None,
            highlight=False,
        )

    @property
    def width(self) -> int:
        """Cells in a line."""
        return self._console.width

    def write(self, *parts: Text | Table | str | tuple[str, str]) -> None:
        """A table, or a line made of texts and (text, style) pairs, wrapped where it is too long; nothing: a gap."""
        if parts and isinstance(parts[0], Table):
            self._console.print(parts[0])
        else:
            self._console.print(Text.assemble(*(part for part in parts if not isinstance(part, Table))))

    @property
    def text(self) -> str:
        """All that was written, without blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self._buffer.getvalue().splitlines())


def harmless(value: object) -> str:
    """A value as text in one line, without what would steer the terminal or turn the direction of writing."""
    return UNSEEN.sub(" ", str(value))


def columns(*names: str, right: tuple[str, ...] = (), whole: tuple[str, ...] = (), leading: int = 0) -> Table:
    """A table with a line below its head; those in `right` and in `whole` are not wrapped."""
    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim", leading=leading
    )
    for name in names:
        justify: Literal["left", "right"] = "right" if name in right else "left"
        table.add_column(name, justify=justify, no_wrap=name in right + whole, overflow="fold")
    return table


def grid(*widths: int | None) -> Table:
    """A table without a head, indented by two cells; None leaves a column as wide as its content."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=0)
    for width in widths:
        table.add_column(width=width, overflow="fold")
    return table


def bar(share: float, width: int) -> str:
    """A bar that fills this share of its width, in steps of an eighth of a cell."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    return ("█" * (eighths // 8) + EIGHTHS[eighths % 8]).strip().ljust(width)


def short_path(path: Path) -> str:
    """A path as one would type it here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
