"""`crossrec forget`: the erasure of a person, and the search for what may be left."""

import argparse

from flows.cli_options import EXIT_FAILED, settings_of

TEXT = (
    "Forget a person: erase everything of them but what lies in the landing, and drop what is delivered of them again."
)


def forget(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    if arguments.verify:
        return verify(arguments)
    from flows.erasure import forget as erase
    from flows.erasure_wording import in_words

    print(in_words(erase(settings, arguments.who)))
    return 0


def verify(arguments: argparse.Namespace) -> int:
    from flows.erasure_search import verify as search

    subject, found = search(settings_of(arguments), arguments.who)
    print(f"Looked for {', '.join((*subject.keys, *subject.user_ids))} and {len(subject.tokens)} keyed identifiers.")
    if subject.short_ids:
        print("Ids of fewer than 6 characters were looked for where accounts stand, not inside of texts.")
    for place, count in found:
        print(f"{count:>8,}  {place}")
    print("Found in the places above." if found else "Nothing is left outside of the landing and the suppression list.")
    return EXIT_FAILED if found else 0


def add_forget_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command."""
    command = commands.add_parser("forget", help=TEXT, description=TEXT, parents=[common])
    command.set_defaults(act=forget)
    command.add_argument("who", metavar="ACCOUNT|PERSON", help="platform:account, or a user_id")
    command.add_argument("--verify", action="store_true", help="change nothing; list where anything of them is found")
