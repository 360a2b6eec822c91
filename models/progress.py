"""Lines of progress: who takes them, and whom they are about."""

from collections.abc import Callable

Say = Callable[[str], None]


def named(say: Say, name: str) -> Say:
    """The same with a name before each line."""
    return lambda line: say(f"{name}: {line}")
