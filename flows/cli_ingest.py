"""The commands about what has landed: `ingest`, `withdraw`, `rejects` and `replay`."""

import argparse
from pathlib import Path

from flows.cli_options import settings_of
from flows.cli_reading import count, home_of, say


def ingest(arguments: argparse.Namespace) -> int:
    from flows.ingest import ingest as stage
    from flows.night_lock import night_lock

    settings = settings_of(arguments)
    with night_lock(settings, doing="ingest"):
        return say(str(stage(settings)))


def withdraw(arguments: argparse.Namespace) -> int:
    from flows.withdraw import withdraw as stage

    return say(str(stage(settings_of(arguments), arguments.files)))


def rejects(arguments: argparse.Namespace) -> int:
    from flows.rejects import show_rejects

    return say(show_rejects(home_of(arguments), arguments.platform, arguments.rule, arguments.samples))


def replay(arguments: argparse.Namespace) -> int:
    from flows.replay import replay as stage

    return say(str(stage(settings_of(arguments), arguments.platform)))


def add_ingest_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """`ingest`, `withdraw`, `rejects` and `replay`."""
    text = "Load what has landed into raw tables; each record once."
    command = commands.add_parser("ingest", help=text, description=text, parents=[common])
    command.set_defaults(act=ingest)

    text = "Take back what files brought that should not have been delivered."
    command = commands.add_parser("withdraw", help=text, description=text, parents=[common])
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="removed from the landing before")
    command.set_defaults(act=withdraw)

    text = "Show the records that were rejected, by the rule that they break."
    command = commands.add_parser("rejects", help=text, description=text, parents=[common])
    command.add_argument("--platform", metavar="NAME", help="only of this platform")
    command.add_argument("--rule", default="", metavar="TEXT", help="only of rules or fields with this text in them")
    command.add_argument("--samples", type=count, default=3, metavar="N", help="records to show of each (default: 3)")
    command.set_defaults(act=rejects)

    text = "Read the rejected records again, after a contract was changed; those that now pass are loaded."
    command = commands.add_parser("replay", help=text, description=text, parents=[common])
    command.add_argument("--platform", metavar="NAME", help="only of this platform")
    command.set_defaults(act=replay)
