"""The commands `crossrec platform …`: bring a platform of one's own, try its files, and keep the SQL true to it."""

import argparse
import sys

from flows.cli_options import EXIT_FAILED, settings_of


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


def add_platform_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """`platform` and what can be done with platforms."""
    group = commands.add_parser("platform", help="Work on the platforms' contracts.").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    text = "Write from all contracts what SQL needs: seeds, sources and unions."
    command = group.add_parser("sync", help=text, description=text, parents=[common])
    command.add_argument("--check", action="store_true", help="write nothing; fail if anything differs")
    command.set_defaults(act=platform_sync)
