"""The page of a study: how good each trial was, and by which value of each hyperparameter."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from markupsafe import Markup

from flows.reporting.drawing import FIRST, MUTED, SECOND, draw
from flows.reporting.page import page_environment, write_page
from flows.settings import Settings

Row = Mapping[str, Any]
ACROSS = 3
"""Hyperparameters in a line of the chart."""


def write_tuning_page(settings: Settings, tuning_id: str, rows: Sequence[Row]) -> Path:
    """Write reports/tuning-<id>.html."""
    settings.reports.mkdir(parents=True, exist_ok=True)
    path = settings.reports / f"tuning-{tuning_id}.html"
    write_page(path, render(rows))
    return path


def render(rows: Sequence[Row]) -> str:
    """The page as text."""
    good = [row for row in rows if row["value"] is not None]
    ranked = sorted(good, key=lambda row: -row["value"])
    own = next((row for row in good if row["is_own"]), None)
    return (
        page_environment()
        .get_template("tuning.html.jinja")
        .render(
            ranked=ranked,
            own=own,
            failed=[row for row in rows if row["value"] is None],
            names=list(ranked[0]["hyperparameters"]) if ranked else [],
            nights=list(ranked[0]["nights"]) if ranked else [],
            progress=progress(good) if good else None,
            slices=slices(good) if good else None,
        )
    )


def progress(good: Sequence[Row]) -> Markup:
    """The value of each trial in their order, and the best until then."""
    numbers, values = [row["trial"] for row in good], [row["value"] for row in good]

    def paint(figure: Any) -> None:
        panel = figure.subplots()
        panel.step(numbers, list(accumulate(values, max)), where="post", color=SECOND, linewidth=1.4)
        panel.plot(numbers, values, color=FIRST, marker="o", markersize=4, linestyle="none")
        panel.set_xlabel("trial")
        panel.locator_params(axis="x", integer=True)

    best = max(good, key=lambda row: row["value"])
    described = f"{len(good)} trials; the best is trial {best['trial']} with {best['value']:.4f}."
    return draw("progress", "NDCG@10 by trial", described, 7.2, 2.4, paint)


def slices(good: Sequence[Row]) -> Markup:
    """A panel for each hyperparameter: the value of each trial by what it tried."""
    names = list(good[0]["hyperparameters"])
    lines = -(-len(names) // ACROSS)

    def paint(figure: Any) -> None:
        panels = list(figure.subplots(lines, ACROSS, sharey=True, squeeze=False).flat)
        for panel, name in zip(panels, names, strict=False):
            tried = [row["hyperparameters"][name] for row in good]
            if isinstance(tried[0], int):
                panel.locator_params(axis="x", integer=True, nbins=5)
            if isinstance(tried[0], str):
                panel.set_xticks(range(len(set(tried))), sorted(set(tried)))
                tried = [sorted(set(tried)).index(word) for word in tried]
            panel.plot(tried, [row["value"] for row in good], color=FIRST, marker="o", markersize=3, linestyle="none")
            panel.set_title(name, color=MUTED)
        for panel in panels[len(names) :]:
            panel.set_visible(False)

    return draw("slices", "NDCG@10 by hyperparameter", "; ".join(names), 7.2, 1.7 * lines, paint)
