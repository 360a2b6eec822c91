"""`quality encoders`: each text encoder, what of it learns, and what belongs to each platform, side by side on nights.

Each cell is a backtest of `joint` with that encoder and these hyperparameters, all in one home, which keeps their lists
and what a cell came to, under names of the code that ranks. A cell that was stopped goes on.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, get_args, get_type_hints

from flows.settings import PROJECT
from models.cold_items import AMONG_COLD
from models.configuration import Configuration
from models.contestants import fingerprint
from models.progress import Say
from models.text_encoder import ENCODERS

CROSSREC = [sys.executable, "-m", "flows"]
FROZEN = "frozen"
WORDS = {name: get_args(kind) for name, kind in get_type_hints(Configuration).items()}
LEARNING = ("minilm",)
"""Encoders that are asked to learn; of those that can it is the smallest."""
NAMES = {
    "cell": "encoder / what of it learns / part of each platform", "value": "NDCG@10", "low": "from", "high": "to",
    "cold": "NDCG@10 of cold items", "parameters_count": "parameters", "seconds": "s a night",
    "peak_memory_mb": "MB at the peak",
}  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """A text encoder, what belongs to each platform in the blocks, and what of the encoder learns."""

    encoder: str
    part: str
    training: str

    def __str__(self) -> str:
        return f"{self.encoder} / {self.training} / {self.part}"

    @property
    def recommender(self) -> dict[str, str]:
        """The hyperparameters that make it."""
        return {"platform_part": self.part, "encoder_training": self.training}


@dataclass(frozen=True)
class Nights:
    """A home with logs in it, where a command finds it, and what is judged there."""

    home: Path
    places: Sequence[str]
    nights: Sequence[str]
    seeds: Sequence[int]

    @cached_property
    def code(self) -> str:
        """What ranks, and what is judged, as a short hash; once, for somebody may edit the code meanwhile."""
        return fingerprint("joint", {"nights": [*self.nights], "seeds": [*self.seeds]})

    def kept(self, cell: Cell) -> Path:
        """Where it stands what a cell came to; somewhere else when what ranks has changed."""
        return self.home / "cells" / f"{str(cell).replace(' / ', '-')}-{self.code}.json"


def cells(only: Sequence[tuple[str, str]] = ()) -> list[Cell]:
    """All cells, or those that have one of the named values wherever some are named.

    Raises:
        ValueError: if a cell has no such property, or none has that value.
    """
    every = [
        Cell(encoder, part, training)
        for encoder, part in product(ENCODERS, WORDS["platform_part"])
        for training in (WORDS["encoder_training"] if encoder in LEARNING else (FROZEN,))
    ]
    for name, value in only:
        values = {vars(cell).get(name) for cell in every}
        if value not in values:
            known = "encoder, part or training" if values == {None} else ", ".join(sorted(values))
            raise ValueError(f"Cells are named by {known}; found {name}={value}.")
    wanted = {name: {value for one, value in only if one == name} for name, _ in only}
    return [cell for cell in every if all(vars(cell)[name] in values for name, values in wanted.items())]


def compare_encoders(asked: Nights, chosen: Sequence[Cell], say: Say) -> int:
    """Measure the chosen cells that are not kept; print and draw all that are kept, after each."""
    for cell in chosen:
        path = asked.kept(cell)
        if not path.exists():
            say(f"{cell} …")
            row = row_of(cell, backtested(asked, cell))
            path.parent.mkdir(exist_ok=True)
            partial = path.with_suffix(".partial")
            partial.write_text(json.dumps(row))
            partial.replace(path)
    known = [json.loads(path.read_text()) for path in map(asked.kept, cells()) if path.exists()]
    rows = sorted(known, key=lambda row: -row["value"])
    say(f"\n{len(rows)} of {len(cells())} cells; nights {', '.join(asked.nights)}; seeds {[*asked.seeds]}\n")
    say("\n".join(table(rows)))
    draw(rows, asked.home / "encoders.png")
    say(f"\nPlot: {asked.home / 'encoders.png'}")
    return 0


def backtested(asked: Nights, cell: Cell) -> Row:
    """The outcome of a cell's backtest."""
    environment = {"CROSSREC_ENCODER": cell.encoder, "CROSSREC_RECOMMENDER": json.dumps(cell.recommender)}
    seeds = ",".join(map(str, asked.seeds))
    command = [*CROSSREC, "backtest", "--nights", ",".join(asked.nights), "--recommenders", "joint", "--seeds", seeds]
    subprocess.run([*command, *asked.places], cwd=PROJECT, env={**os.environ, **environment}, check=True)
    outcome: Row = json.loads((asked.home / "runs" / "backtest" / "outcome.json").read_text())
    return outcome


def row_of(cell: Cell, outcome: Row) -> Row:
    """What a cell came to: the macro mean over the nights, that of cold items, and what it cost."""

    def mean(segment: str) -> Row:
        wanted = {"segment": segment, "metric": "ndcg@10", "platform": "macro", "night": "mean", "recommender": "joint"}
        rows = [row for row in outcome["metrics"] if all(row[name] == one for name, one in wanted.items())]
        return rows[0] if rows else {"value": None}

    whole, jobs = mean("all"), outcome["jobs"]
    return {
        "cell": str(cell),
        **{name: whole[name] for name in ("value", "low", "high")},
        "cold": mean(AMONG_COLD)["value"],
        "parameters_count": max(job["facts"]["parameters_count"] for job in jobs),
        "seconds": sum(job["seconds"] for job in jobs) / len(jobs),
        "peak_memory_mb": max(job["facts"]["peak_memory_mb"] for job in jobs),
    }


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Lines of a table in Markdown."""
    yield f"| {' | '.join(NAMES.values())} |"
    yield f"|---{'|--:' * (len(NAMES) - 1)}|"
    for row in rows:
        yield f"| {' | '.join(told(row[name], name) for name in NAMES)} |"


def told(value: Any, name: str) -> str:
    """A figure of the table; costs are whole numbers."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if name in ("parameters_count", "seconds", "peak_memory_mb") else f"{value:.4f}"


def draw(rows: Sequence[Row], path: Path) -> None:
    """NDCG@10 with its interval, the best cell on top."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 1.2 + 0.25 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for place, row in enumerate(rows):
        axes.errorbar(row["value"], place, xerr=[[row["value"] - row["low"]], [row["high"] - row["value"]]], fmt="oC0")
    axes.set_yticks(range(len(rows)), [row["cell"] for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel("macro NDCG@10, mean over the nights, 95 % interval")
    figure.savefig(path, dpi=150)
