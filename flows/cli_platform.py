"""The commands `crossrec platform …`: bring a platform of one's own, try its files, and keep the SQL true to it."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.cli_options import EXIT_FAILED, settings_of

if TYPE_CHECKING:
    from flows.platforms.add import Talk
    from flows.platforms.wishes import Wishes

KINDS = ("events", "items", "accounts", "links", "consents")

ADD = """\
Looks at <home>/landing/NAME/{events,items,accounts,links}/, proposes a contract with a reason for each part, asks on a
terminal what is missing or unsure, and writes platforms/NAME.yml, its staging SQL and what follows from all contracts.
"""
ADD_EPILOG = """\
examples:
  crossrec platform add bookshop --contracts contracts
  crossrec platform add bookshop --contracts contracts --dry-run
  crossrec platform add bookshop --contracts contracts --yes --map events.ts=event_at --type events.ts=timestamp:ms \\
      --word gekauft=purchase --time-zone Europe/Berlin
"""


def platform_sync(arguments: argparse.Namespace) -> int:
    from flows.synchronise import synchronise

    folder = settings_of(arguments).contracts
    paths = synchronise(folder, check=arguments.check)
    for path in paths:
        print(f"{'differs' if arguments.check else 'written'}: {path.relative_to(folder)}")
    if arguments.check and paths:
        print("What the contracts generate has to be up to date. Run: crossrec platform sync", file=sys.stderr)
        return EXIT_FAILED
    return 0


def talk_of(arguments: argparse.Namespace) -> "Talk":
    """Whom to ask: a person at a terminal who has not said yes to all."""
    from flows.platforms.add import Talk

    is_talking = sys.stdin.isatty() and sys.stdout.isatty() and not arguments.yes
    return Talk(print, input if is_talking else None)


def wishes_of(arguments: argparse.Namespace) -> "Wishes":
    """What the options say of the platform."""
    from flows.platforms import wishes

    return wishes.Wishes(
        meanings=dict(map(wishes.meaning_of, arguments.map)),
        types=dict(map(wishes.type_wish_of, arguments.type)),
        words=dict(map(wishes.word_of, arguments.word)),
        title=arguments.title,
        time_zone=arguments.time_zone,
        phone_region=wishes.region_of(arguments.phone_region) if arguments.phone_region else None,
        lateness_days=arguments.lateness_days,
        consumed_may_return=arguments.consumed_may_return,
    )


def platform_add(arguments: argparse.Namespace) -> int:
    from flows.platforms.add import Order, add

    order = Order(arguments.name, wishes_of(arguments), arguments.replace, arguments.dry_run)
    try:
        is_written = add(settings_of(arguments), order, talk_of(arguments))
    except EOFError as error:
        raise ValueError("The questions were not answered to their end. Nothing was written.") from error
    return 0 if is_written or arguments.dry_run else EXIT_FAILED


def platform_check(arguments: argparse.Namespace) -> int:
    from flows.platforms.check import check
    from flows.platforms.check_view import check_view

    found = check(settings_of(arguments), arguments.name, arguments.files, arguments.kind)
    print(check_view(found))
    return EXIT_FAILED if found.obstacles else 0


def platform_list(arguments: argparse.Namespace) -> int:
    from flows.platforms.listing import listing

    print(listing(settings_of(arguments)))
    return 0


def platform_remove(arguments: argparse.Namespace) -> int:
    from flows.platforms.remove import remove

    is_removed = remove(settings_of(arguments), arguments.name, arguments.yes, talk_of(arguments))
    return 0 if is_removed else EXIT_FAILED


def days(text: str) -> int:
    """A number of days, none below zero."""
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"days are a whole number from 0 on; found {text!r}")
    return int(text)


def add_platform_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """`platform` and what can be done with platforms."""
    group = commands.add_parser("platform", help="Work on the platforms' contracts.").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )

    def command(name: str, act: Callable[[argparse.Namespace], int], text: str, **more: Any) -> argparse.ArgumentParser:
        parser = group.add_parser(name, help=text, **{"description": text, "parents": [common], **more})
        parser.set_defaults(act=act)
        return parser

    raw = argparse.RawDescriptionHelpFormatter
    text = "Propose a contract from a platform's landing files, and write it."
    add_options(command("add", platform_add, text, description=ADD, epilog=ADD_EPILOG, formatter_class=raw))
    parser = command("check", platform_check, "Try landing files against a contract, and load nothing.")
    parser.add_argument("name", metavar="NAME", help="the platform")
    parser.add_argument(
        "files", metavar="FILE", nargs="*", type=Path, help="files to try (default: all that has landed)"
    )
    parser.add_argument("--kind", choices=KINDS, help="the kind of files whose folder does not tell it")
    command("list", platform_list, "List the platforms, and what has landed of each.")
    parser = command("remove", platform_remove, "Remove a platform's contract and staging SQL; its data stay.")
    parser.add_argument("name", metavar="NAME", help="the platform")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser = command("sync", platform_sync, "Write from all contracts what SQL needs: seeds, sources and unions.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if anything differs")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `platform add`: what goes before the proposal, and how far to go."""
    parser.add_argument("name", metavar="NAME", help="the platform: small letters, digits, underscores")
    said = parser.add_argument_group("what goes before the proposal")
    repeated: dict[str, Any] = {"action": "append", "default": []}
    said.add_argument("--map", metavar="KIND.FIELD=MEANING", help="what a field means; =none for nothing", **repeated)
    said.add_argument("--type", metavar="KIND.FIELD=TYPE[:UNIT]", help="a field's type, and a time's unit", **repeated)
    said.add_argument("--word", metavar="WORD=EVENT_TYPE", help="what a word for an event stands for", **repeated)
    said.add_argument("--title", help="the platform's name for people")
    said.add_argument("--time-zone", metavar="ZONE", help="of times that carry none, such as Europe/Berlin")
    said.add_argument("--phone-region", metavar="REGION", help="of phone numbers without a country's code, such as DE")
    said.add_argument("--lateness-days", metavar="DAYS", type=days, help="how many days late events may come")
    said.add_argument(
        "--consumed-may-return", action=argparse.BooleanOptionalAction, help="whether people take a thing again"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the proposal and write nothing")
    parser.add_argument("--replace", action="store_true", help="replace the contract and staging SQL that are there")
    parser.add_argument("--yes", action="store_true", help="ask nothing and take the proposal")
