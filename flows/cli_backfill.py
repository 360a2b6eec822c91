"""`crossrec backfill`: its options, turned into a call of the flow."""

import argparse
from typing import Any

from flows.cli_options import EXIT_FAILED, EXIT_HELD, add_list_choices, day, settings_of

TEXT = (
    "Build nights of the past anew, in their order, each as of its own cut. Started again, it goes on where it stopped."
)


def backfill(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    from flows.server import prefect_api

    with prefect_api(settings):
        from pydantic import ValidationError

        from flows.backfill import run_backfill
        from flows.choices import BackfillChoices
        from flows.contracts import explained

        named: dict[str, Any] = {name: getattr(arguments, name) for name in BackfillChoices.model_fields}
        named["alphas"] = dict(arguments.alphas) if arguments.alphas else None
        try:
            choices = BackfillChoices(**{name: value for name, value in named.items() if value is not None})
        except ValidationError as error:
            raise ValueError("; ".join(explained(error))) from error
        state = run_backfill(settings, choices)
    print(f"{state.name}: {state.message}")
    if state.is_completed():
        return 0
    return EXIT_HELD if state.name == "Held" else EXIT_FAILED


def add_backfill_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command with its options; the same as the form of the deployment `backfill`."""
    command = commands.add_parser("backfill", help=TEXT, description=TEXT, parents=[common])
    command.set_defaults(act=backfill)
    command.add_argument("--from", dest="first_night", type=day, required=True, metavar="DATE", help="first night")
    command.add_argument("--to", dest="last_night", type=day, required=True, metavar="DATE", help="last night")
    command.add_argument(
        "--as-of-arrival", action="store_true", help="see only what had arrived by then (default: all known by now)"
    )
    command.add_argument(
        "--recommend", action="store_true", help="also make lists, into the history (default: tables and gates)"
    )
    add_list_choices(command)
    command.add_argument("--fresh", action="store_true", help="also nights that are done with the same inputs")
