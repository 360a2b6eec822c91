"""Writes the page of a night: one HTML file that needs nothing but itself, and an index of all nights beside it."""

from typing import Any

from markupsafe import Markup

from flows.receipts import Receipt
from flows.reporting import charts, wording
from flows.reporting.night import Night, Row, read_night
from flows.reporting.page import page_environment, write_page
from flows.reporting.verdict import METRIC, describe_person, headline, sentences, what_to_do
from flows.settings import Settings
from flows.warehouse import connect

INDEX = """
    select runs.logical_date, runs.status, runs.is_flagged, runs.message, uplift.difference
    from ops.runs as runs
    left join ops.uplift as uplift
        on runs.run_id = uplift.run_id and uplift.metric = ? and uplift.platform = 'macro' and uplift.segment = 'all'
    where runs.status <> 'rebuilt'
    qualify row_number() over (partition by runs.logical_date order by runs.started_at desc, runs.run_id) = 1
    order by runs.logical_date desc
"""


def write_report(settings: Settings, run_id: str) -> Receipt:
    """Write reports/<night>.html for this run, however it ended, and reports/index.html."""
    night = read_night(settings, run_id)
    settings.reports.mkdir(parents=True, exist_ok=True)
    write_page(settings.reports / f"{night.logical_date}.html", render(night))
    nights = _read_index(settings)
    write_page(
        settings.reports / "index.html", page_environment().get_template("index.html.jinja").render(nights=nights)
    )
    return Receipt(stage="report", rows={"reports": len(nights)})


def render(night: Night) -> str:
    """The night's page; a section whose facts are missing says so."""
    return page_environment().get_template("report.html.jinja").render(
        night=night,
        headline=headline(night),
        sentences=sentences(night),
        key_figures=key_figures(night),
        charts=_draw(night),
        recommenders={
            **{name: label for name, (label, _, _) in charts.RECOMMENDERS.items()},
            "prior": charts.RECOMMENDERS["popularity"][0],
            "item-knn": "what is near to what they took",
        },
        heads=_describe_heads(night),
        recommender=_describe_recommender(night.recommender),
        longest=max((row["seconds"] or 0 for row in night.stages), default=0) or 1,
        describe=lambda person: describe_person(night, person),
        words=wording.WORDS,
        what_to_do=what_to_do,
    )  # fmt: skip


def key_figures(night: Night) -> list[tuple[str, str]]:
    """The few numbers that say how large the night was."""
    whole, published = night.whole, night.published
    known = [
        ("people", wording.count(whole.get("persons_count"))),
        ("accounts", wording.count(whole.get("accounts_count"))),
        ("accounts joined with others", wording.share(whole.get("matched_account_share"))),
        (
            "events of the day",
            wording.count(sum(row["day_events_count"] for row in night.facts)) if night.facts else wording.NONE,
        ),
        ("rows published", wording.count(published.get("rows_count"))),
        ("NDCG@10, mean of platforms", wording.figure((night.of_lists(METRIC) or {}).get("value"))),
        ("from start to end", wording.duration(night.seconds)),
    ]
    return [(name, value) for name, value in known if value != wording.NONE]


def _draw(night: Night) -> dict[str, Markup | None]:
    """The charts by name; none where there is nothing to draw."""
    has_realised = any(row["metric"] == METRIC and row["platform"] != "macro" for row in night.realised)
    return {
        "volumes": charts.volumes(night) if night.days else None,
        "balance": charts.balance(night) if night.facts else None,
        "uplift": charts.uplift(night) if night.gains(METRIC) else None,
        "ndcg": charts.figures(night, METRIC, "ndcg", "NDCG@10 by recommender") if night.figures(METRIC) else None,
        "coverage": (
            charts.figures(night, "coverage@10", "coverage", "Coverage by recommender")
            if night.figures("coverage@10")
            else None
        ),
        "realised": charts.realised(night) if has_realised else None,
        "reliability": charts.reliability(night) if night.reliability else None,
    }


def _describe_heads(night: Night) -> list[Row]:
    """For each platform and measure of its heads the value before and after."""
    pairs = {"brier": ("score", "probability"), "ece": ("score", "probability"), "rmse": ("mean", "rating")}
    values = {(row["platform"], row["metric"], row["recommender"]): row for row in night.metrics}
    return [
        {**row, "before": values[platform, metric, pairs[metric][0]]["value"]}
        for (platform, metric, name), row in sorted(values.items())
        if metric in pairs and name == pairs[metric][1]
    ]


def _describe_recommender(row: Row) -> list[tuple[str, str]]:
    """The facts of the trained recommender, in words."""
    if not row:
        return []
    return [
        ("Version", row["recommender_version"] or wording.NONE),
        ("Text encoder", row["encoder"] or wording.NONE),
        ("Epochs", wording.count(row["epochs"])),
        ("Parameters", wording.count(row["parameters_count"])),
        ("Device", " · ".join(str(row[name]) for name in ("device", "precision") if row[name]) or wording.NONE),
        ("Training", wording.duration(row["seconds"])),
        ("Peak memory", wording.NONE if row["peak_memory_mb"] is None else f"{row['peak_memory_mb']:,.0f} MB"),
    ]


def _read_index(settings: Settings) -> list[dict[str, Any]]:
    """The latest run of every night that has a page, newest first."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        found = connection.execute(INDEX, [METRIC])
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [row for row in rows if (settings.reports / f"{row['logical_date']}.html").exists()]
