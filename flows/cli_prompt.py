"""A prompt for statements: one after the other, each answered from the file as it is at that moment."""

import sys
from contextlib import suppress

from flows.query import QueryError, Unfinished, answer
from flows.settings import Settings
from flows.terminal import Sheet

HELP = """\
A statement ends with ;            select * from recommendations limit 5;
.tables         the tables         .schema NAME    the columns of a table
.help           this               .quit           leave, as Ctrl-D does; Ctrl-C drops the statement\
"""


def prompt(settings: Settings, file: str, form: str, limit: int | None) -> int:
    """Answer what is typed until its end; errors are told and the prompt goes on."""
    with suppress(ImportError):
        import readline  # noqa: F401 - gives input() its arrows and, in memory, its history
    print(f"Reading {file}.duckdb; nothing can be changed here. .help says what can be asked.")
    text = ""
    while True:
        try:
            line = input("     ...> " if text else "crossrec> ")
        except EOFError:
            print()
            return 0
        except KeyboardInterrupt:
            print()
            text = ""
            continue
        if not text and line.strip() in (".quit", ".exit"):
            return 0
        text = _take(settings, f"{text}{line}\n" if text or line.strip() else "", file, form, limit)


def _take(settings: Settings, text: str, file: str, form: str, limit: int | None) -> str:
    """Answer the text if it is whole; what has to be typed on."""
    is_command = text.startswith(".")
    if not is_command and not text.rstrip().endswith(";"):
        return text
    if is_command and text.strip() in (".help", ".h", "."):
        print(HELP)
        return ""
    try:
        for line in answer(settings, text, file, form, limit, Sheet().width):
            print(line)
    except Unfinished:
        return text
    except (QueryError, LookupError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return ""
