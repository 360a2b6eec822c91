"""The backtest: recommenders and baselines side by side on past nights, judged by what people took after each.

The tables are built once, for a night after all windows; what each past night may know of them, a child cuts off. Lists
that were made before of the same data by the same code are not made again, so one that was killed goes on.
"""

import hashlib
import json
import logging
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flows import ledger
from flows.backtest_export import HISTORY
from flows.children import run_child
from flows.encode import encode
from flows.match import match
from flows.night_lock import night_lock
from flows.reporting.backtest import write_backtest_page
from flows.settings import Settings
from flows.train import end_of_day, write_inputs
from flows.transform import transform
from flows.warehouse import connect
from models.cold_items import AMONG_COLD
from models.contestants import check_contestants

LOG = logging.getLogger("crossrec")


@dataclass(frozen=True)
class Choices:
    """What is compared: on which nights, which recommenders, with which seeds, over how many days after each night."""

    nights: tuple[date, ...]
    recommenders: tuple[str, ...]
    seeds: tuple[int, ...]
    window_days: int = 30
    is_masked: bool = False

    @property
    def last_day(self) -> date:
        """The last day of the last window."""
        return max(self.nights) + timedelta(days=self.window_days)


@dataclass(frozen=True)
class Backtested:
    """What a backtest came to: its id, its rows as the ledger has them, and its page."""

    backtest_id: str
    outcome: dict[str, Any]
    page: Path


def backtest(settings: Settings, choices: Choices) -> Backtested:
    """Train, choose, refit, recommend and judge for each night, recommender and seed.

    Raises:
        ValueError: if a recommender is unknown.
        LookupError: if nothing has been ingested, or nothing happened after a night.
    """
    check_contestants(list(choices.recommenders))
    with night_lock(settings, doing="backtest"):
        built = build_tables(settings, choices.last_day)
        folder = settings.run_folder("backtest")
        export_history(settings, folder, configuration_of(settings, choices, built))
        run_child("models.backtest_child", folder, LOG.info)
        outcome = json.loads((folder / "outcome.json").read_text())
        shutil.rmtree(folder / "inputs")
        backtest_id = name_of(choices, outcome)
        ledger.record_backtest(settings, backtest_id, outcome)
        return Backtested(backtest_id, outcome, write_backtest_page(settings, backtest_id, outcome))


def export_history(settings: Settings, folder: Path, configuration: dict[str, Any]) -> None:
    """Write all of history into `folder`/inputs, and what the child is told; texts as the encoder in use reads them."""
    encode(settings)  # it may be another than that of the last night
    LOG.info("history …")
    rows = write_inputs(settings, folder, HISTORY, configuration)
    LOG.info("history exported  %s", ", ".join(f"{name} {count:,}" for name, count in rows.items()))


def configuration_of(settings: Settings, choices: Choices, built: date) -> dict[str, Any]:
    """What the child is told, of tables that stand as of the night `built`."""
    return {
        "cut": int(end_of_day(built).timestamp()),
        "nights": {night.isoformat(): int(end_of_day(night).timestamp()) for night in choices.nights},
        "recommenders": list(choices.recommenders),
        "seeds": list(choices.seeds),
        "seed": settings.seed,
        "window_days": choices.window_days,
        "is_masked": choices.is_masked,
        "encoder": settings.encoder,
        "recommender": settings.recommender,
    }


def name_of(choices: Choices, outcome: dict[str, Any]) -> str:
    """The same for the same nights, recommenders, data and code."""
    lists = "\n".join(job["lists"] for job in outcome["jobs"])
    return f"{min(choices.nights)}-{hashlib.sha256(lists.encode()).hexdigest()[:12]}"


def build_tables(settings: Settings, last_day: date) -> date:
    """Build the tables of training, unless they stand as of the last window's end or a later day; as of which."""
    built = night_of_tables(settings)
    if built is not None and built >= last_day:
        LOG.info("tables stand as of %s", built)
        return built
    LOG.info("tables as of %s …", last_day)
    night = {"logical_date": last_day.isoformat()}
    transform(settings, "staging", night)
    encode(settings)
    match(settings)
    transform(settings, "training", night)
    return last_day


def night_of_tables(settings: Settings) -> date | None:
    """The night that the tables of training were last built for; None if they never were."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        tables = "select table_schema || '.' || table_name from information_schema.tables"
        known = {name for (name,) in connection.execute(tables).fetchall()}
        if "raw.files" not in known:
            raise LookupError("A backtest needs logs that were ingested; there are none. Run crossrec ingest first.")
        if "quality.night_facts" not in known:
            return None
        row = connection.execute("select max(logical_date) from quality.night_facts").fetchone()
    return row[0] if row else None


def laid_out(outcome: dict[str, Any], segment: str = "all") -> list[dict[str, str]]:
    """A row a recommender: its mean over the nights on each platform, the interval of the macro mean, and seconds."""
    rows = [row for row in outcome["metrics"] if (row["segment"], row["metric"]) == (segment, "ndcg@10")]
    means = [row for row in rows if row["night"] == "mean"]
    table = []
    for recommender in dict.fromkeys(row["recommender"] for row in means):
        own = {row["platform"]: row for row in means if row["recommender"] == recommender}
        seconds = [job["seconds"] for job in outcome["jobs"] if job["recommender"] == recommender]
        figures = {name: f"{row['value']:.4f}" for name, row in own.items()}
        between = f"{own['macro']['low']:.4f} to {own['macro']['high']:.4f}" if "macro" in own else ""
        cost = f"{sum(seconds) / len(seconds):.0f}" if seconds else ""
        table.append({"recommender": recommender, **figures, "95 % interval": between, "s a night": cost})
    return table


def summary(outcome: dict[str, Any]) -> str:
    """The means as text, a line a recommender; then the same of cold items among themselves, if anybody took some."""
    rows, cold = laid_out(outcome), laid_out(outcome, AMONG_COLD)
    if not rows:
        return "Nobody took anything in the days after these nights."
    return "\n".join([*aligned(rows), *([f"\n{AMONG_COLD.capitalize()}:", *aligned(cold)] if cold else [])])


def aligned(rows: list[dict[str, str]]) -> list[str]:
    """Rows as lines below their names."""
    lines = [{name: name for name in rows[0]}, *rows]
    widths = {name: max(len(row.get(name, "")) for row in lines) for name in rows[0]}
    return ["  ".join(row.get(name, "").ljust(width) for name, width in widths.items()).rstrip() for row in lines]
