"""`crossrec tune`: its options, turned into a call."""

import argparse
from pathlib import Path

from flows.cli_backtest import days, nights
from flows.cli_options import settings_of

TEXT = (
    "Search for better hyperparameters: trials, each judged on past nights as a backtest judges. Killed and started "
    "again, the study goes on. Nothing is set by itself."
)


def tune(arguments: argparse.Namespace) -> int:
    from flows.search_space import DEFAULT_SPACE, read_space

    if arguments.show_space:
        print(DEFAULT_SPACE.read_text(encoding="utf-8"), end="")
        return 0
    from pydantic import ValidationError

    from flows.backtest import aligned
    from flows.contracts import explained
    from flows.tuning import TuneChoices, laid_out
    from flows.tuning import tune as search

    given = {name: getattr(arguments, name) for name in TuneChoices.model_fields if name != "space"}
    named = {name: value for name, value in given.items() if value is not None}
    try:
        choices = TuneChoices(**named, space=read_space(arguments.space) if arguments.space else {})
    except ValidationError as error:
        raise ValueError("; ".join(explained(error))) from error
    tuned = search(settings_of(arguments), choices)
    print(*aligned(laid_out(tuned)), sep="\n")
    print(f"{tuned.advice}\nPage: {tuned.page}")
    return 0


def add_tune_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command with its options; the same as the form of the deployment `tune`."""
    command = commands.add_parser("tune", help=TEXT, description=TEXT, parents=[common])
    command.set_defaults(act=tune)
    command.add_argument(
        "--trials", type=int, metavar="N", help="how many in the end, those of earlier starts among them (default: 30)"
    )
    command.add_argument("--recommender", metavar="NAME", help="whose hyperparameters (default: joint)")
    command.add_argument(
        "--nights", type=nights, metavar="DATE,…", help="past nights, YYYY-MM-DD (default: the last three that may be)"
    )
    command.add_argument("--window-days", type=days, metavar="N", help="days after a night that judge it (default: 30)")
    command.add_argument("--space", type=Path, metavar="FILE", help="a search space of your own, JSON or YAML")
    command.add_argument("--show-space", action="store_true", help="show the default search space, and do nothing else")
