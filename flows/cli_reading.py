"""The commands that only read: `show` a person, ask in `sql`, and see how `runs` ended."""

import argparse
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flows.cli_options import day

if TYPE_CHECKING:
    from flows.settings import Settings

EXIT_STOPPED = 130


def home_of(arguments: argparse.Namespace) -> "Settings":
    """The settings of this call; reading makes no home where there is none."""
    from flows.settings import read_settings

    return read_settings(home=arguments.home, contracts=arguments.contracts)


def show(arguments: argparse.Namespace) -> int:
    from flows.show import show as view

    return say(view(home_of(arguments), arguments.key, arguments.top, arguments.night, arguments.platform))


def sql(arguments: argparse.Namespace) -> int:
    from flows.query import answer, path_of

    settings = home_of(arguments)
    path_of(settings, arguments.file)
    is_looked_at = sys.stdout.isatty()
    limit = arguments.limit
    if limit is None and is_looked_at and arguments.format == "table":
        limit = 40
    if arguments.statement is None and sys.stdin.isatty():
        from flows.cli_prompt import prompt

        return prompt(settings, arguments.file, arguments.format, limit)
    from flows.terminal import Sheet

    text = sys.stdin.read() if arguments.statement is None else arguments.statement
    width = Sheet().width if is_looked_at else None
    return say(answer(settings, text, arguments.file, arguments.format, limit, width))


def runs(arguments: argparse.Namespace) -> int:
    from flows.runs import list_runs

    settings = home_of(arguments)
    if arguments.run:
        from flows.run_details import show_run

        return say(show_run(settings, arguments.run, arguments.format))
    return say(list_runs(settings, arguments.limit, arguments.night, arguments.format))


def say(lines: str | Iterable[str]) -> int:
    """Print lines; a reader that has seen enough, such as head, ends it quietly, and so does Ctrl-C."""
    try:
        for line in [lines] if isinstance(lines, str) else lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return EXIT_STOPPED
    return 0


def count(text: str) -> int:
    """A number of rows."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"a number of rows is 1 or more; found {text!r}")
    return int(text)


def add_reading_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """`show`, `sql` and `runs`."""
    text = "Show a person: their accounts, what they did lately, their lists with reasons."
    command = commands.add_parser("show", help=text, description=text, parents=[common])
    command.add_argument("key", metavar="USER", nargs="?", help="a user_id, an account_id or PLATFORM:ACCOUNT")
    command.add_argument("--top", type=count, default=10, metavar="N", help="ranks of each list (default: 10)")
    command.add_argument("--night", type=day, help="lists of an earlier night, YYYY-MM-DD")
    command.add_argument("--platform", metavar="NAME", help="only the list on this platform")
    command.set_defaults(act=show)

    text = "Ask the published tables in SQL; nothing can be changed. Without a statement: a prompt, or standard input."
    command = commands.add_parser("sql", help=text, description=text, parents=[common])
    command.add_argument("statement", metavar="STATEMENT", nargs="?", help="SQL, or .tables, or .schema NAME")
    command.add_argument("--file", choices=("published", "ops", "warehouse"), default="published")
    command.add_argument("--format", choices=("table", "csv", "json", "markdown"), default="table")
    command.add_argument("--limit", type=count, metavar="N", help="rows to show (default: a table on a terminal 40)")
    command.set_defaults(act=sql)

    text = "List the runs with how they ended, how good they were and what the gates said, or show one in detail."
    command = commands.add_parser("runs", help=text, description=text, parents=[common])
    command.add_argument("run", metavar="RUN", nargs="?", help="a run_id, its end or its beginning, or a night")
    command.add_argument("--limit", type=count, default=20, metavar="N", help="runs to list (default: 20)")
    command.add_argument("--night", type=day, help="only runs for this night, YYYY-MM-DD")
    command.add_argument("--format", choices=("table", "json"), default="table")
    command.set_defaults(act=runs)
