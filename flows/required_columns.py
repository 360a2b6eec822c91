"""The columns that the files of a kind have to have: a file without one is refused with one reason, not row by row."""

import re
from collections.abc import Callable, Sequence

from flows.contracts import Kind
from flows.identifiers import EMAIL, PHONE
from flows.landing_file import UnreadableFileError

MOST_NAMES = 20
NAME = re.compile(r"[^\W\d][\w .-]{0,39}")


def check_columns(kind: Kind, names: Sequence[str], has: Callable[[str], bool], count: Callable[[], int]) -> None:
    """Raise UnreadableFileError if a file with these columns lacks one that the contract requires.

    Args:
        has: whether something stands at a path.
        count: how many records the file holds.
    """
    missing = [field.path for field in kind.fields if field.required and not has(field.path)]
    if not missing:
        return
    columns = "column" if len(missing) == 1 else "columns"
    rule = f"a file has the required {columns} {', '.join(missing)}; {found(kind, names, has)}"
    raise UnreadableFileError(rule, count())


def found(kind: Kind, names: Sequence[str], has: Callable[[str], bool]) -> str:
    """What a file has instead; in words only where that can be no record that was taken for a header."""
    if not kind.header:
        return f"most of its records have {len(names)} fields"
    if not any(has(field.path) for field in kind.fields):
        return f"it has {len(names)} columns and none of the contract: are there names in its first line?"
    shown = [name for name in names if NAME.fullmatch(name) and not EMAIL.search(name) and not PHONE.search(name)]
    more = len(names) - len(shown[:MOST_NAMES])
    return f"it has {', '.join(shown[:MOST_NAMES])}{f' and {more} more' if more else ''}"
