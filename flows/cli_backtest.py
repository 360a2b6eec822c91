"""`crossrec backtest`: its options, turned into a call."""

import argparse
from datetime import date

from flows.cli_options import day, settings_of

TEXT = (
    "Compare recommenders and baselines on past nights, by what people took in the days after each. Started again, it "
    "goes on where it stopped."
)


def backtest(arguments: argparse.Namespace) -> int:
    from flows.backtest import Choices, summary
    from flows.backtest import backtest as compare

    choices = Choices(
        nights=arguments.nights,
        recommenders=arguments.recommenders,
        seeds=arguments.seeds,
        window_days=arguments.window_days,
        is_masked=arguments.masked,
    )
    done = compare(settings_of(arguments), choices)
    print(summary(done.outcome))
    print(f"Page: {done.page}")
    return 0


def nights(text: str) -> tuple[date, ...]:
    """Nights of the form DATE,DATE,…, in their order."""
    return tuple(sorted({day(one) for one in text.split(",")}))


def names(text: str) -> tuple[str, ...]:
    """Names of the form NAME,NAME,…, each once."""
    return tuple(dict.fromkeys(one.strip() for one in text.split(",")))


def seeds(text: str) -> tuple[int, ...]:
    """Whole numbers of the form N,N,…, each once."""
    try:
        return tuple(dict.fromkeys(int(one) for one in text.split(",")))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"seeds are written NUMBER,NUMBER; found {text!r}") from error


def days(text: str) -> int:
    """A number of days."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"a number of days is 1 or more; found {text!r}")
    return int(text)


def add_backtest_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command with its options."""
    command = commands.add_parser("backtest", help=TEXT, description=TEXT, parents=[common])
    command.set_defaults(act=backtest)
    command.add_argument("--nights", type=nights, required=True, metavar="DATE,…", help="past nights, YYYY-MM-DD")
    command.add_argument(
        "--recommenders",
        type=names,
        default=("joint", "single", "popularity"),
        metavar="NAME,…",
        help="who is compared (default: joint,single,popularity); a wrong name lists all",
    )
    command.add_argument("--seeds", type=seeds, default=(7,), metavar="N,…", help="each is trained with (default: 7)")
    command.add_argument(
        "--window-days", type=days, default=30, metavar="N", help="days after a night that judge it (default: 30)"
    )
    command.add_argument(
        "--masked",
        action="store_true",
        help="also hide one platform's history of every fifth person, who is then new there and known elsewhere",
    )
