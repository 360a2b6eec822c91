"""The card of a recommender: what it was made of, how it did and where it ends, for whoever opens its folder."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from models.inputs import Inputs
from models.shipping import Chosen

LIMITS = """\
- It knows nothing later than its cut, and ranks best for the days right after it: popularity comes in bursts.
- Figures are of one window, of persons who were known before it; intervals are over persons, not over windows.
- Persons without history get popularity alone; items that nobody took are known by their text, or not at all.
- Probabilities are learned from what platforms or past lists showed; other lists, other placing: other probabilities.
- What one platform brings another is a difference on average; where its interval holds 0, nothing is shown.
"""

WITHOUT_FIGURES = (
    "It has no figures: it has learned from all days that could judge it. What ships and the blends are as they were "
    "chosen when all was last learned from nothing; how the lists of each night do since is told by `realised`."
)


def write_card(inputs: Inputs, alphas: np.ndarray, chosen: Chosen, outcome: Mapping[str, Any]) -> str:
    """The card, in Markdown.

    Args:
        inputs: of the night.
        alphas: `[platforms]` loss weights.
        chosen: what ships.
        outcome: metrics, uplift and version, as in `metrics.json`.
    """
    version, facts = outcome["version"], inputs.configuration
    cut = datetime.fromtimestamp(inputs.cut, UTC)
    lines = [
        f"# Recommender of {facts['logical_date']}",
        "",
        f"Mode {facts['mode']}, seed {facts['seed']}, text encoder {version['encoder']}, {version['epochs']} epochs, "
        f"{version['parameters_count']:,} parameters, trained in {version['seconds']:,.0f} s on {version['device']} "
        f"({version['precision']}). Nothing from {cut:%Y-%m-%d %H:%M} UTC on was known. {version['origin']}",
        "",
        "## Data",
        "",
        *_table(("platform", "persons", "items", "with text", "events", "positives", "α"), _data(inputs, alphas)),
        "",
        "## How it did in the window before the cut",
        "",
        *([WITHOUT_FIGURES, ""] if version["parent"] else []),
        "NDCG@10 with its 95 % interval. A list is ranked by log prior + network · its score + neighbours · "
        "log(1 + item-kNN); weights and epochs were chosen on this window, by one half of the persons for the other.",
        "",
        *_table(
            (
                "platform",
                "persons",
                "popularity",
                "single",
                "joint",
                "joint+single",
                "joint − single",
                "ships",
                "network",
                "neighbours",
            ),
            _results(inputs, chosen, outcome),
        ),
        "",
        "## Probability and rating",
        "",
        "Error of one half of the persons under what the other half taught. Before: the score read as a probability "
        "(its exponential), the mean of all ratings. A probability learned from impressions is that of taking an item "
        "within a day of being shown it; one learned from lists that of taking a listed item within the window.",
        "",
        *_table(("platform", "of", "error", "persons", "before", "after"), _heads(outcome)),
        "",
        "## Limits",
        "",
        LIMITS,
    ]
    return "\n".join(lines)


def _data(inputs: Inputs, alphas: np.ndarray) -> list[tuple[str, ...]]:
    """A row for each platform."""
    catalogue, log, rows = inputs.catalogue, inputs.log, []
    for number, platform in enumerate(catalogue.platforms):
        items = catalogue.items_of(number)
        own = log.of_items(items)
        counts = (len(np.unique(own.users)), items.stop - items.start, int(catalogue.has_text[items].sum()))
        numbers = (*counts, len(own.items), int(own.is_positive.sum()))
        rows.append((platform, *(f"{count:,}" for count in numbers), f"{alphas[number]:.2f}"))
    return rows


def _results(inputs: Inputs, chosen: Chosen, outcome: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row for each platform, and their mean."""
    ndcg = {(row["platform"], row["recommender"]): row for row in outcome["metrics"] if row["metric"] == "ndcg@10"}
    whole = [row for row in outcome["uplift"] if (row["segment"], row["metric"]) == ("all", "ndcg@10")]
    uplift = {row["platform"]: row for row in whole}
    ships = dict(zip(inputs.catalogue.platforms, zip(chosen.makers, chosen.blends, strict=True), strict=True))
    rows = []
    for platform in (*inputs.catalogue.platforms, "macro"):
        maker, blend = ships.get(platform, ("", None))
        own = [ndcg.get((platform, name)) for name in ("popularity", "single", "joint", "joint+single")]
        rows.append(
            (
                platform,
                f"{own[0]['persons_count']:,}" if own[0] else "–",
                *(f"{row['value']:.4f} [{row['low']:.4f}, {row['high']:.4f}]" if row else "–" for row in own),
                "{difference:+.4f} [{low:+.4f}, {high:+.4f}]".format(**uplift[platform]) if platform in uplift else "–",
                maker,
                *((f"{blend.network:g}", f"{blend.neighbours:g}") if blend else ("", "")),
            )
        )
    return rows


def _heads(outcome: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row for each platform and measure."""
    rows = {(row["platform"], row["metric"], row["recommender"]): row for row in outcome["metrics"]}
    befores = {"probability": "score", "rating": "mean"}
    return [
        (
            platform,
            row["segment"],
            metric,
            f"{row['persons_count']:,}",
            f"{rows[platform, metric, befores[name]]['value']:.4f}",
            f"{row['value']:.4f}",
        )
        for (platform, metric, name), row in rows.items()
        if name in befores
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
