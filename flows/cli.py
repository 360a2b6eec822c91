"""The console script `crossrec`: what people type, turned into calls of stages and flows.

Nothing heavy is imported before a command needs it, so `--help` answers at once.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli_backfill import add_backfill_command
from flows.cli_backtest import add_backtest_command
from flows.cli_forget import add_forget_command
from flows.cli_identity import add_identity_commands
from flows.cli_ingest import add_ingest_commands
from flows.cli_keys import add_keys_commands
from flows.cli_options import EXIT_FAILED, EXIT_HELD, add_list_choices, day, settings_of
from flows.cli_platform import add_platform_commands
from flows.cli_reading import add_reading_commands
from flows.cli_tune import add_tune_command
from flows.progress_lines import show_progress

if TYPE_CHECKING:
    from flows.run import Run

EPILOG = """\
A night on made-up data:      crossrec simulate && crossrec night --date 2026-03-01
Look at the result:           crossrec show        crossrec sql        crossrec runs
Your own platforms:           crossrec platform add NAME
Every night, and the UI:      crossrec serve
Nights of the past, anew:     crossrec backfill --from 2026-02-20 --to 2026-03-01
Who would have ranked best:   crossrec backtest --nights 2026-01-20,2026-01-30
Better hyperparameters:       crossrec tune --trials 30
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 held by a gate. Every setting can be given as CROSSREC_<NAME>.
"""


def run_of(arguments: argparse.Namespace) -> "Run":
    """The run that single stages belong to: the night's newest, or else a new one over what has been ingested."""
    from flows.run import latest_run, open_run

    settings = settings_of(arguments)
    return latest_run(settings, arguments.date) or open_run(settings, arguments.date)


def night(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    from flows.server import prefect_api

    with prefect_api(settings):
        from pydantic import ValidationError

        from flows.choices import NightChoices
        from flows.contracts import explained
        from flows.nightly import run_nightly

        given = {name: getattr(arguments, name) for name in NightChoices.model_fields if name != "logical_date"}
        named = {name: value for name, value in given.items() if value is not None}
        if arguments.alphas:
            named["alphas"] = dict(arguments.alphas)
        try:
            choices = NightChoices(logical_date=arguments.date, **named)
        except ValidationError as error:
            raise ValueError("; ".join(explained(error))) from error
        state = run_nightly(settings, choices)
    print(f"{state.name}: {state.message}")
    if state.is_completed():
        lists = settings.history if state.name == "History only" else settings.published
        print(f"Lists: {lists}\nReport: {settings.reports / arguments.date.isoformat()}.html")
        return 0
    return EXIT_HELD if state.name == "Held" else EXIT_FAILED


def serve(arguments: argparse.Namespace) -> int:
    from flows.serve import serve as work

    work(settings_of(arguments), arguments.host, arguments.port, arguments.cron, arguments.time_zone)
    return 0


def simulate(arguments: argparse.Namespace) -> int:
    from flows import simulate as stage

    chosen = {
        name: getattr(arguments, name)
        for name in ("people", "days", "seed", "overlap", "transfer", "until")
        if getattr(arguments, name) is not None
    }
    receipt = stage.simulate(settings_of(arguments), **chosen)
    return say(receipt)


def say(receipt: object) -> int:
    """Print a receipt."""
    print(receipt)
    return 0


def transform(arguments: argparse.Namespace) -> int:
    from flows.transform import transform as stage

    run = run_of(arguments)
    return say(stage(run.settings, arguments.selection, run.variables))


def encode(arguments: argparse.Namespace) -> int:
    from flows.encode import encode as stage

    return say(stage(settings_of(arguments)))


def match(arguments: argparse.Namespace) -> int:
    from flows.match import match as stage

    return say(stage(settings_of(arguments)))


def gate(arguments: argparse.Namespace) -> int:
    from flows.gate import judge_gate

    run = run_of(arguments)
    receipt = judge_gate(run.settings, run.run_id, arguments.gate)
    for failure in receipt.failures:
        print(failure)
    print("open" if receipt.is_open else "closed")
    return 0 if receipt.is_open else EXIT_HELD


def train(arguments: argparse.Namespace) -> int:
    from flows.train import train as stage

    run = run_of(arguments)
    return say(stage(run.settings, run.run_id, run.logical_date, run.recommender_version, run.origin))


def recommend(arguments: argparse.Namespace) -> int:
    from flows.recommend import recommend as stage

    run = run_of(arguments)
    return say(stage(run.settings, run.run_id))


def realise(arguments: argparse.Namespace) -> int:
    from flows.realise import realise as stage

    run = run_of(arguments)
    return say(stage(run.settings, run.run_id, run.logical_date))


def publish(arguments: argparse.Namespace) -> int:
    from flows.publish import publish as stage

    run = run_of(arguments)
    return say(stage(run.settings, run.logical_date))


def report(arguments: argparse.Namespace) -> int:
    from flows.report import write_report

    run = run_of(arguments)
    return say(write_report(run.settings, run.run_id))


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options; each command's function is its default `act`."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", type=Path, help="folder of all data (default: $CROSSREC_HOME, else data/)")
    common.add_argument("--contracts", type=Path, help="folder of the platforms' contracts (default: the sample's)")
    dated = argparse.ArgumentParser(add_help=False, parents=[common])
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    dated.add_argument("--date", type=day, default=yesterday, help="the night, YYYY-MM-DD (default: yesterday, UTC)")

    parser = argparse.ArgumentParser(
        prog="crossrec",
        description="Event logs of several platforms in, one recommender for all, ranked lists in SQL tables out.",
        epilog=EPILOG,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=20),
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(
        name: str, act: Callable[[argparse.Namespace], int], text: str, parent: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text, parents=[parent])
        command.set_defaults(act=act)
        return command

    command = add("night", night, "Run a whole night; one that failed is resumed where it failed.", dated)
    _add_choices(command)
    add_backfill_command(commands, common)
    add_backtest_command(commands, common)
    add_tune_command(commands, common)
    _add_serve(add, common)
    add_ingest_commands(commands, common)
    add_identity_commands(commands, common)
    add_forget_command(commands, common)
    add_keys_commands(commands, common)
    command = add("transform", transform, "Build one of dbt's selections.", dated)
    command.add_argument("selection", choices=("staging", "training", "scored", "published"))
    add("encode", encode, "Encode the item texts that are new.", common)
    add("match", match, "Compare the items that are new or have changed with those of other platforms.", common)
    command = add("gate", gate, "Judge the quality facts of a gate.", dated)
    command.add_argument("gate", choices=("training", "publication"))
    add("train", train, "Train tonight's recommender.", dated)
    add("recommend", recommend, "Score every person on every platform.", dated)
    add("realise", realise, "Judge earlier nights' lists by what people took since.", dated)
    add("publish", publish, "Write the published file and the night's history.", dated)
    add("report", report, "Write the night's report page.", dated)
    add_reading_commands(commands, common)
    _add_simulate(add, common)
    add_platform_commands(commands, common)
    return parser


def _add_choices(command: argparse.ArgumentParser) -> None:
    """What may be chosen for one night; the same as the form of the deployment `nightly`."""
    add_list_choices(command)
    command.add_argument("--dry-run", action="store_true", help="do everything but publish")
    command.add_argument(
        "--force-publish", metavar="REASON", help="publish although a gate is closed; kept with the run"
    )
    command.add_argument("--fresh", action="store_true", help="run every stage again, also those that are done")


def _add_serve(add: Callable[..., argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """The options of `serve`."""
    text = "Run every night on a schedule, and any night from the browser: Prefect's server, UI and deployments."
    command = add("serve", serve, text, common)
    command.add_argument("--port", type=int, default=4200, help="of the server and its UI (default: 4200)")
    command.add_argument("--host", default="127.0.0.1", help="address to listen on; nobody is asked for a password")
    command.add_argument("--cron", default="0 3 * * *", help="when a night starts (default: '0 3 * * *')")
    command.add_argument("--time-zone", default="UTC", help="of the schedule, such as Europe/Berlin (default: UTC)")


def _add_simulate(add: Callable[..., argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """The options of `simulate`; what is left out has the simulator's own default."""
    command = add("simulate", simulate, "Lay out the logs of five made-up platforms as landing files.", common)
    command.add_argument("--people", type=int, help="how many people (default: 6000)")
    command.add_argument("--days", type=int, help="how many days (default: 60)")
    command.add_argument("--until", type=day, help="the last day (default: 2026-03-01)")
    command.add_argument("--seed", type=int, help="same seed, same bytes")
    command.add_argument("--overlap", type=float, help="0 to 1: how many people use several platforms")
    command.add_argument("--transfer", type=float, help="0 to 1: how much of a taste is the same on all platforms")


def main(argv: list[str] | None = None) -> int:
    """Do what the command line asks; the exit code."""
    arguments = build_parser().parse_args(argv)
    show_progress()
    try:
        act: Callable[[argparse.Namespace], int] = arguments.act
        return act(arguments)
    except (ValueError, LookupError, OSError, RuntimeError) as error:
        print(f"crossrec: {error}", file=sys.stderr)
        return EXIT_FAILED
