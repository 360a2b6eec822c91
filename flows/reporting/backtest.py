"""The page of a backtest: who ranks best on past nights, on which platform, for whom, and how sure that is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from flows.reporting.drawing import FIRST, MUTED, draw
from flows.reporting.page import page_environment, write_page
from flows.settings import Settings
from models.cold_items import AMONG_COLD

METRIC = "ndcg@10"
Row = Mapping[str, Any]


def write_backtest_page(settings: Settings, backtest_id: str, outcome: Mapping[str, Any]) -> Path:
    """Write reports/backtest-<id>.html."""
    settings.reports.mkdir(parents=True, exist_ok=True)
    path = settings.reports / f"backtest-{backtest_id}.html"
    write_page(path, render(outcome))
    return path


def render(outcome: Mapping[str, Any]) -> str:
    """The page as text."""
    rows = [row for row in outcome["metrics"] if row["metric"] == METRIC]
    whole = [row for row in rows if row["segment"] == "all"]
    means = [row for row in whole if row["night"] == "mean"]
    nights = list(dict.fromkeys(row["night"] for row in whole if row["night"] != "mean"))
    columns = [*sorted({row["platform"] for row in means} - {"macro"}), "macro"]
    names = [row["recommender"] for row in best_first(means)]
    differences = [row for row in outcome["differences"] if (row["segment"], row["metric"]) == ("all", METRIC)]
    cold = [row for row in rows if (row["segment"], row["night"]) == (AMONG_COLD, "mean")]
    return page_environment().get_template("backtest.html.jinja").render(
        nights=nights,
        names=names,
        columns=columns,
        chart=chart(means, names, columns) if names else None,
        by_platform={(row["recommender"], row["platform"]): row for row in means},
        by_night={(row["recommender"], row["night"]): row for row in whole if row["platform"] == "macro"},
        segments=list(dict.fromkeys(row["segment"] for row in rows if row["segment"] != AMONG_COLD)),
        by_segment={
            (row["recommender"], row["segment"]): row
            for row in rows
            if (row["night"], row["platform"]) == ("mean", "macro")
        },
        cold_names=[row["recommender"] for row in best_first(cold)],
        cold={(row["recommender"], row["platform"]): row for row in cold},
        differences=[row for row in differences if row["recommender"] == names[0]] if names else [],
        seconds={name: mean_seconds(outcome["jobs"], name) for name in names},
    )  # fmt: skip


def best_first(means: Sequence[Row]) -> list[Row]:
    """The macro means, the highest first."""
    return sorted((row for row in means if row["platform"] == "macro"), key=lambda row: -row["value"])


def mean_seconds(jobs: Sequence[Row], recommender: str) -> float:
    """What a night of a recommender took."""
    taken = [job["seconds"] for job in jobs if job["recommender"] == recommender]
    return float(sum(taken) / max(len(taken), 1))


def chart(means: Sequence[Row], names: Sequence[str], columns: Sequence[str]) -> Markup:
    """A panel for each platform, a row for each recommender: the mean over the nights with its interval."""
    found = {(row["recommender"], row["platform"]): row for row in means}

    def paint(figure: Any) -> None:
        for panel, platform in zip(
            figure.subplots(1, len(columns), sharey=True, squeeze=False)[0], columns, strict=True
        ):
            for place, name in enumerate(names):
                row = found.get((name, platform))
                if row:
                    panel.plot([row["low"], row["high"]], [place, place], color=FIRST, linewidth=1.6)
                    panel.plot([row["value"]], [place], color=FIRST, marker="o", markersize=4)
            panel.set_title(platform, color=MUTED)
            panel.set_yticks(range(len(names)), names)
            panel.set_ylim(len(names) - 0.5, -0.5)
            panel.set_xlim(left=0)
            panel.grid(visible=False, axis="y")
            panel.spines["left"].set_visible(False)
            panel.tick_params(axis="both", length=0)
            panel.locator_params(axis="x", nbins=3)

    told = "; ".join(
        f"{name} {row['value']:.4f} ({row['low']:.4f} to {row['high']:.4f})"
        for name in names
        if (row := found.get((name, "macro")))
    )
    description = f"Means over the nights and platforms, with 95 % intervals: {told}."
    return draw("backtest", "NDCG@10 by recommender and platform", description, 7.2, 0.7 + 0.26 * len(names), paint)
