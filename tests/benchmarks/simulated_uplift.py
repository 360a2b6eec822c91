"""`quality simulator`: what joint training brings, by how much people and tastes the made-up platforms share.

Each cell of the grid is a home of its own, simulated with these dials, and in it a backtest of `shipped`, `joint` and
`single`. Uplift is joint minus single in macro NDCG@10 over the same persons, with its paired 95 % interval; what ships
is held against single in the same way. A dial is judged with the other one at 1: where nobody is on several platforms
there are no tastes to be shared, and where tastes have nothing in common it misleads that people are.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path

import numpy as np

from flows.settings import PROJECT
from flows.simulate import DEFAULT_UNTIL
from models.progress import Say
from tests.benchmarks.left_out_table import aligned

DIALS = (0.0, 0.5, 1.0)
PEOPLE, DAYS, WINDOW_DAYS = 1200, 28, 10
NIGHT = DEFAULT_UNTIL - timedelta(days=WINDOW_DAYS)
RECOMMENDERS = ("shipped", "joint", "single")
CROSSREC = [sys.executable, "-m", "flows"]
Row = dict[str, float]


@dataclass(frozen=True)
class Cell:
    """How many people use several platforms, how alike their tastes there are, and what else is drawn."""

    overlap: float
    transfer: float
    seed: int

    def __str__(self) -> str:
        return f"overlap-{self.overlap}-transfer-{self.transfer}-seed-{self.seed}"

    @property
    def commands(self) -> Iterator[list[str]]:
        """What makes the home, and what is asked of it."""
        world = {"people": PEOPLE, "days": DAYS, "overlap": self.overlap, "transfer": self.transfer, "seed": self.seed}
        yield ["simulate", *(part for name, value in world.items() for part in (f"--{name}", str(value)))]
        yield ["ingest"]
        night = {"nights": NIGHT, "window-days": WINDOW_DAYS, "seeds": self.seed}
        chosen = {**night, "recommenders": ",".join(RECOMMENDERS)}
        yield ["backtest", *(part for name, value in chosen.items() for part in (f"--{name}", str(value)))]


def measure(cell: Cell, home: Path) -> Row:
    """Simulate, ingest and backtest; killed, it goes on with the step that was not done."""
    # the made-up texts are a few words each, which it tells apart for next to nothing
    environment = {**os.environ, "CROSSREC_ENCODER": "hashing"}
    for number, command in enumerate(cell.commands):
        done = home / f"done-{number}"
        if not done.exists():
            call = [*CROSSREC, *command, "--home", str(home)]
            subprocess.run(call, cwd=PROJECT, env=environment, check=True, stdout=sys.stderr)
            done.touch()
    outcome = json.loads((home / "runs" / "backtest" / "outcome.json").read_text())
    return row_of(cell, outcome)


def row_of(cell: Cell, outcome: dict) -> Row:
    """The dials, the figures of both, and the uplift."""
    wanted = {"segment": "all", "metric": "ndcg@10", "platform": "macro"}

    def found(table: str, **more: str) -> dict:
        (row,) = [row for row in outcome[table] if all(row[name] == one for name, one in (wanted | more).items())]
        return row

    row = {"overlap": cell.overlap, "transfer": cell.transfer, "seed": cell.seed}
    row |= {name: found("metrics", recommender=name, night="mean")["value"] for name in RECOMMENDERS}
    for name, prefix in (("joint", ""), ("shipped", "shipped_")):
        gain = found("differences", recommender=name, against="single")
        row |= {prefix + figure: gain[figure] for figure in ("difference", "low", "high")}
    return row | {"persons_count": gain["persons_count"]}


def compare_dials(home: Path, seeds: Sequence[int], say: Say) -> int:
    """Measure what is not kept, print a table and draw it; 1 if uplift is not what the dials say."""
    version = code()  # once, for somebody may edit the code meanwhile
    rows = []
    for cell in (Cell(*dials, seed) for seed in seeds for dials in product(DIALS, DIALS)):
        made, kept = (home / f"{cell}-{version}{suffix}" for suffix in ("", ".json"))
        if not kept.exists():
            say(f"{cell} …")
            row = measure(cell, made)
            kept.write_text(json.dumps(row))
            shutil.rmtree(made)
        rows.append(json.loads(kept.read_text()))
    say("\n".join(aligned([list(rows[0]), *([told(value) for value in row.values()] for row in rows)])))
    draw(rows, home / "uplift.png")
    say(f"Plot: {home / 'uplift.png'}")
    verdicts = list(judge(rows))
    say("\n".join(f"{'as it should be' if holds else 'NOT as it should be'}: {words}" for words, holds in verdicts))
    return int(not all(holds for _, holds in verdicts))


def code() -> str:
    """All that a cell runs through, as a short hash."""
    content = hashlib.sha256(Path(__file__).read_bytes())
    files = (path for folder in ("flows", "models", "dbt_project") for path in (PROJECT / folder).rglob("*"))
    for path in sorted(path for path in files if path.suffix in (".py", ".sql", ".yml", ".csv")):
        content.update(path.read_bytes())
    return content.hexdigest()[:12]


def told(value: float) -> str:
    """A number of the table."""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def judge(rows: Sequence[Row]) -> Iterator[tuple[str, bool]]:
    """What has to be, and whether it is: nothing is gained with both dials off, more with more of each.

    And what ships is nowhere clearly below single.
    """
    for row in rows:
        if row["overlap"] == row["transfer"] == 0:
            words = f"with nothing shared (seed {row['seed']}) uplift is {row['difference']:+.4f}"
            yield f"{words} [{row['low']:+.4f}, {row['high']:+.4f}], which holds 0", row["low"] <= 0 <= row["high"]
    for dial, other in (("overlap", "transfer"), ("transfer", "overlap")):
        own = [row for row in rows if row[other] == 1]
        means = [np.mean([row["difference"] for row in own if row[dial] == value]) for value in DIALS]
        words = ", ".join(f"{mean:+.4f} at {value}" for mean, value in zip(means, DIALS, strict=True))
        yield f"uplift rises with {dial}, where {other} is 1: in the mean {words}", bool((np.diff(means) > 0).all())
    worst = min(rows, key=lambda row: row["shipped_high"])
    words = f"{worst['shipped_difference']:+.4f} [{worst['shipped_low']:+.4f}, {worst['shipped_high']:+.4f}]"
    where = f"overlap {worst['overlap']}, transfer {worst['transfer']}"
    yield f"what ships is nowhere clearly below single: at worst {words}, {where}", worst["shipped_high"] >= 0


def draw(rows: Sequence[Row], path: Path) -> None:
    """Uplift by transfer with its interval, a line for each overlap, a point for each seed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.axhline(0, color="grey", linewidth=1)
    for number, overlap in enumerate(DIALS):
        own = [row for row in rows if row["overlap"] == overlap]
        middle, low, high = (np.array([row[name] for row in own]) for name in ("difference", "low", "high"))
        places = np.array([row["transfer"] for row in own]) + 0.02 * (number - 1)
        axes.errorbar(places, middle, [middle - low, high - middle], fmt="o", color=f"C{number}", capsize=3)
        means = [np.mean([row["difference"] for row in own if row["transfer"] == value]) for value in DIALS]
        axes.plot(np.array(DIALS) + 0.02 * (number - 1), means, color=f"C{number}", label=f"overlap {overlap}")
    axes.set_xlabel("transfer: share of a taste that is the same on all platforms")
    axes.set_ylabel("macro NDCG@10, joint minus single, 95 % interval")
    axes.set_xticks(DIALS)
    axes.legend()
    figure.savefig(path, dpi=150)
