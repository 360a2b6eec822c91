"""`crossrec keys`: the keys of identifiers and files, and how they are changed."""

import argparse

from flows.cli_options import settings_of

TEXT = "The secrets that turn identifiers of persons into tokens, and the key of the database files."


def rotate(arguments: argparse.Namespace) -> int:
    from flows.rekeying import rotate as work

    receipt = work(settings_of(arguments))
    for place, count in receipt.rows.items():
        print(f"{count:>12,}  {place}")
    print("All tokens have the newest key. Keep the older keys too: what is delivered next is keyed by all of them.")
    return 0


def show(arguments: argparse.Namespace) -> int:
    from flows.keys import keys_with_moments

    for identity, since in keys_with_moments(settings_of(arguments)):
        print(f"{identity}  since {since:%Y-%m-%d %H:%M} UTC")
    return 0


def encrypt(arguments: argparse.Namespace) -> int:
    from flows.file_encryption import encrypt as work

    receipt = work(settings_of(arguments), arguments.undo)
    for name, size in receipt.rows.items():
        print(f"{size:>16,} bytes  {name}")
    print(
        "Its database files are plain now: unset CROSSREC_FILE_KEY."
        if arguments.undo
        else "Its database files are encrypted now."
    )
    return 0


def add_keys_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """`keys` with what it can do."""
    keys = commands.add_parser("keys", help=TEXT, description=TEXT)
    parts = keys.add_subparsers(title="commands", metavar="COMMAND", required=True)

    text = "Put a new key on all tokens of this home; nothing has to be delivered anew."
    more = (
        "The new key is written to the file `key` of the home. If CROSSREC_KEY is set, put the new key there first, "
        "behind the others, after a comma. Whoever got hold of older keys can do nothing with what is stored now."
    )
    command = parts.add_parser("rotate", help=text, description=f"{text} {more}", parents=[common])
    command.set_defaults(act=rotate)

    text = "List the keys that made the tokens of this home, by their ids, the oldest first."
    command = parts.add_parser("list", help=text, description=text, parents=[common])
    command.set_defaults(act=show)

    text = "Encrypt the database files of a home that was made without CROSSREC_FILE_KEY."
    command = parts.add_parser("encrypt", help=text, description=text, parents=[common])
    command.add_argument("--undo", action="store_true", help="decrypt them")
    command.set_defaults(act=encrypt)
