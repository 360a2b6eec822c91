"""The commands about who is who: `identity explain` and `identity do-not-link`."""

import argparse

from flows.cli_options import settings_of
from flows.cli_reading import home_of, say


def explain(arguments: argparse.Namespace) -> int:
    from flows.identity import explain as view

    return say(view(home_of(arguments), arguments.account))


def do_not_link(arguments: argparse.Namespace) -> int:
    from flows.kept_apart import keep_apart

    return say(keep_apart(settings_of(arguments), arguments.account, arguments.other, arguments.undo))


def add_identity_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """`identity` with what it can do."""
    text = "Who is who: why accounts are one person, and which never are."
    identity = commands.add_parser("identity", help=text, description=text)
    parts = identity.add_subparsers(title="commands", metavar="COMMAND", required=True)

    text = "Tell which accounts are one person with this one, by which links, and since when."
    command = parts.add_parser("explain", help=text, description=text, parents=[common])
    command.add_argument("account", metavar="ACCOUNT", help="PLATFORM:ACCOUNT, an account_id or a user_id")
    command.set_defaults(act=explain)

    text = "Keep two accounts apart for good, whatever identifiers they share."
    command = parts.add_parser("do-not-link", help=text, description=text, parents=[common])
    command.add_argument("account", metavar="PLATFORM:ACCOUNT")
    command.add_argument("other", metavar="PLATFORM:ACCOUNT")
    command.add_argument("--undo", action="store_true", help="take it back")
    command.set_defaults(act=do_not_link)
