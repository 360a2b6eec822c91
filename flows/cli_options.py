"""What the commands share: how their arguments are read, and how they end."""

import argparse
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.settings import Settings

EXIT_FAILED, EXIT_HELD = 1, 3


def day(text: str) -> date:
    """A date of the form YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a date is written YYYY-MM-DD; found {text!r}") from error


def settings_of(arguments: argparse.Namespace) -> "Settings":
    """The settings of this call; the home is created if need be."""
    from flows.settings import read_settings

    settings = read_settings(home=arguments.home, contracts=arguments.contracts)
    settings.home.mkdir(parents=True, exist_ok=True)
    return settings


def weight(text: str) -> tuple[str, float]:
    """A platform's loss weight of the form PLATFORM=α."""
    platform, _, value = text.partition("=")
    try:
        return platform, float(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a weight is written PLATFORM=NUMBER; found {text!r}") from error


def add_list_choices(command: argparse.ArgumentParser) -> None:
    """What may be chosen about lists; the same as in the forms of the deployments."""
    command.add_argument("--platforms", nargs="+", metavar="NAME", help="work on these only")
    command.add_argument("--mode", choices=("joint", "single", "popularity"), help="what makes the lists")
    command.add_argument("--alphas", type=weight, nargs="+", metavar="NAME=α", help="loss weights of platforms")
    command.add_argument("--k", type=int, help="items of a list (default: 20)")
