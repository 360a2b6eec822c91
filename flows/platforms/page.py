"""What `crossrec platform` prints: headings, sentences and tables, one below the other."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from flows.terminal import Sheet, columns, harmless

NUMBERS = ("events", "records", "files", "words")


class Page:
    """Collects what is to be printed."""

    def __init__(self) -> None:
        self.sheet = Sheet()

    def heading(self, text: str) -> None:
        """A line in bold, after an empty one."""
        self.sheet.write()
        self.sheet.write((harmless(text), "bold"))

    def lines(self, texts: Iterable[str], mark: str = "", style: str = "") -> None:
        """Each text on lines of its own, after the same mark."""
        for text in texts:
            self.sheet.write((harmless(f"{mark}{text}"), style))

    def table(self, title: str, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table; what a file says is never taken for markup."""
        self.heading(title)
        table = columns(*names, right=tuple(name for name in names if name in NUMBERS))
        for row in rows:
            table.add_row(*(Text(harmless(cell)) for cell in row))
        self.sheet.write(table)

    @property
    def text(self) -> str:
        """All of it."""
        return self.sheet.text
