"""The charts of a night. Each says in its description what it shows, for those who cannot see it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from flows.reporting.drawing import FIRST, INK, MUTED, PALE, SECOND, THIRD, draw
from flows.reporting.night import Night, Row
from flows.reporting.verdict import gain_in_words

RECOMMENDERS = {
    "joint+single": ("both, averaged", INK, "^"),
    "joint": ("all platforms together", FIRST, "o"),
    "single": ("one platform alone", SECOND, "D"),
    "popularity": ("popular items", THIRD, "s"),
}
BASES = {"impressions": "items shown", "lists": "items listed"}
SHARES = {"event_share": "of all events", "people_share": "of all people", "positive_share": "of all taken items"}


def volumes(night: Night) -> Markup:
    """Events a day, a strip for each platform with a scale of its own; what was taken darker."""
    platforms = sorted({row["platform"] for row in night.days})

    def paint(figure: Any) -> None:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        strips = figure.subplots(len(platforms), 1, sharex=True, squeeze=False)[:, 0]
        for strip, platform in zip(strips, platforms, strict=True):
            rows = [row for row in night.days if row["platform"] == platform]
            days = [row["event_date"] for row in rows]
            strip.bar(days, [row["events_count"] for row in rows], width=0.86, color=PALE, linewidth=0)
            strip.bar(days, [row["positives_count"] for row in rows], width=0.86, color=FIRST, linewidth=0)
            strip.set_title(night.title(platform), fontweight="bold", pad=3)
            strip.grid(visible=False, axis="x")
            strip.locator_params(axis="y", nbins=2)
            strip.yaxis.set_major_formatter(_short)
            strip.spines["left"].set_visible(False)
            strip.tick_params(axis="both", length=0)
        locator = AutoDateLocator(maxticks=8)
        strips[-1].xaxis.set_major_locator(locator)
        strips[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator))

    newest = [row for row in night.days if row["event_date"] == night.logical_date]
    told = "; ".join(f"{night.title(row['platform'])} {row['events_count']:,} events" for row in newest)
    description = f"Bars for each day up to {night.logical_date}, a strip a platform. On the night's day: {told}."
    return draw("volumes", "Events by platform and day", description, 7.2, 0.5 + 0.85 * len(platforms), paint)


def balance(night: Night) -> Markup:
    """Each platform's share of events, of people and of what was taken, side by side."""
    rows = sorted(night.facts, key=lambda row: (-row["event_share"], row["platform"]))
    names = [night.title(row["platform"]) for row in rows]

    def paint(figure: Any) -> None:
        for panel, (column, label) in zip(figure.subplots(1, 3, sharey=True), SHARES.items(), strict=True):
            values = [100 * row[column] for row in rows]
            bars = panel.barh(names, values, color=FIRST, height=0.6, linewidth=0)
            panel.bar_label(bars, labels=[f"{value:.0f} %" for value in values], padding=3, color=INK, fontsize=8)
            panel.set_title(label, color=MUTED)
            panel.set_xlim(0, 100)
            panel.set_xticks([])
            panel.grid(visible=False)
            panel.spines["bottom"].set_visible(False)
            panel.tick_params(axis="y", length=0)
            if not panel.yaxis_inverted():
                panel.invert_yaxis()

    told = "; ".join(
        f"{name} {row['event_share']:.0%} of events, {row['people_share']:.0%} of people, "
        f"{row['positive_share']:.0%} of taken items"
        for name, row in zip(names, rows, strict=True)
    )
    return draw("balance", "Balance between platforms", told, 7.2, 0.5 + 0.3 * len(rows), paint)


def uplift(night: Night, metric: str = "ndcg@10") -> Markup:
    """Joint minus single by platform with its interval, beside the line of no difference."""
    rows = night.gains(metric)
    names = [night.title(row["platform"]) for row in rows]

    def paint(figure: Any) -> None:
        axes = figure.subplots()
        axes.axvline(0, color=MUTED, linewidth=1.2)
        for place, row in enumerate(rows):
            _interval(axes, place, row["difference"], row["low"], row["high"], FIRST, "o")
            _say(axes, place, row)
        _name_rows(axes, names)
        axes.set_xlabel(f"{_named(metric)}: all platforms together minus one platform alone, 95 % interval")
        axes.xaxis.set_major_formatter(lambda value, _: _signed(value) if value else "0")
        axes.margins(x=0.2)

    told = "; ".join(
        f"{name} {_signed(row['difference'])}{_between(row)}, {gain_in_words(row)}"
        for name, row in zip(names, rows, strict=True)
    )
    return draw("uplift", "What learning across platforms brings", told, 7.2, 0.7 + 0.42 * len(rows), paint)


def figures(night: Night, metric: str, name: str, title: str) -> Markup:
    """One metric of the recommenders by platform, with intervals where there are any."""
    rows = night.figures(metric)
    platforms = list(dict.fromkeys(row["platform"] for row in rows))
    known = [recommender for recommender in RECOMMENDERS if any(row["recommender"] == recommender for row in rows)]

    def paint(figure: Any) -> None:
        axes = figure.subplots()
        for number, recommender in enumerate(known):
            label, colour, marker = RECOMMENDERS[recommender]
            shift = 0.24 * (number - (len(known) - 1) / 2)
            for row in (row for row in rows if row["recommender"] == recommender):
                place = platforms.index(row["platform"]) + shift
                _interval(axes, place, row["value"], row["low"], row["high"], colour, marker)
            axes.plot([], [], color=colour, marker=marker, linewidth=1.6, label=label)
        _name_rows(axes, [night.title(platform) for platform in platforms])
        axes.set_xlim(left=0)
        axes.set_xlabel(_named(metric))
        if metric.startswith("coverage"):
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        figure.legend(loc="outside upper left", ncols=4, frameon=False, fontsize=8, handlelength=1.6)

    told = "; ".join(
        f"{night.title(row['platform'])}, {RECOMMENDERS[row['recommender']][0]}: {row['value']:.3f}{_between(row)}"
        for row in rows
        if row["recommender"] in RECOMMENDERS
    )
    return draw(name, title, told, 7.2, 0.9 + 0.5 * len(platforms), paint)


def realised(night: Night, metric: str = "ndcg@10") -> Markup:
    """How each earlier night's lists have done so far, a panel for each platform, with intervals."""
    rows = [row for row in night.realised if row["metric"] == metric and row["platform"] != "macro"]
    platforms = sorted({row["platform"] for row in rows})
    columns = min(3, len(platforms))
    lines = -(-len(platforms) // columns)

    def paint(figure: Any) -> None:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for panel, platform in zip(panels, platforms, strict=False):
            chosen = sorted(
                (row for row in rows if row["platform"] == platform), key=lambda row: row["list_logical_date"]
            )
            days = [row["list_logical_date"] for row in chosen]
            panel.fill_between(days, _column(chosen, "low"), _column(chosen, "high"), color=PALE, linewidth=0)
            panel.plot(days, _column(chosen, "value"), color=FIRST, linewidth=1.6, marker="o", markersize=3)
            panel.set_title(night.title(platform), fontweight="bold")
            locator = AutoDateLocator(maxticks=4, minticks=1)
            panel.xaxis.set_major_locator(locator)
            panel.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        panels[0].set_ylim(bottom=0)  # last, for it ends the scaling that all panels share
        for panel in panels[len(platforms) :]:
            panel.set_visible(False)

    told = "; ".join(f"{night.title(platform)}: {_last(rows, platform)}" for platform in platforms)
    title = f"Realised {_named(metric)} of earlier nights' lists"
    return draw("realised", title, told, 7.2, 0.4 + 1.5 * lines, paint)


def reliability(night: Night) -> Markup:
    """What was taken against what was predicted, in tenths of the pairs, a panel for each platform."""
    platforms = sorted({row["platform"] for row in night.reliability})
    of = {name: [row for row in night.reliability if row["platform"] == name] for name in platforms}
    columns = min(3, len(platforms))
    lines = -(-len(platforms) // columns)

    def paint(figure: Any) -> None:
        panels = figure.subplots(lines, columns, squeeze=False).ravel()
        for panel, platform in zip(panels, platforms, strict=False):
            predicted, observed = _column(of[platform], "predicted"), _column(of[platform], "observed")
            highest = 1.05 * max(*predicted, *observed)
            panel.plot([0, highest], [0, highest], color=MUTED, linewidth=1.2)
            panel.plot(predicted, observed, color=FIRST, linewidth=1.6, marker="o", markersize=3)
            panel.set_title(f"{night.title(platform)}, {BASES[of[platform][0]['basis']]}", fontweight="bold")
            panel.locator_params(nbins=4)
            panel.set_xlabel("predicted")
            panel.set_ylabel("taken")
        for panel in panels[len(platforms) :]:
            panel.set_visible(False)

    told = "; ".join(
        f"{night.title(platform)}, of {BASES[of[platform][0]['basis']]}: "
        + ", ".join(f"{row['predicted']:.3f} predicted, {row['observed']:.3f} taken" for row in of[platform])
        for platform in platforms
    )
    return draw("reliability", "Whether probabilities hold", told, 7.2, 0.4 + 2.0 * lines, paint)


def _interval(
    axes: Any, place: float, value: float, low: float | None, high: float | None, colour: str, mark: str
) -> None:
    """A mark with its interval, if there is one, on a row of the chart."""
    if value is None:
        return
    if low is not None and high is not None:
        axes.plot([low, high], [place, place], color=colour, linewidth=1.6, solid_capstyle="round")
    axes.plot([value], [place], color=colour, marker=mark, markersize=5, linestyle="none")


def _say(axes: Any, place: int, row: Row) -> None:
    """The difference in figures and words beside its interval, on the side that keeps clear of zero."""
    is_left = row["high"] is not None and row["high"] < 0
    end = row["low"] if is_left else row["difference"] if row["high"] is None else row["high"]
    axes.annotate(
        f"{_signed(row['difference'])} {gain_in_words(row)}", (end, place), xytext=(-7 if is_left else 7, 0),
        textcoords="offset points", va="center", ha="right" if is_left else "left", fontsize=8,
    )  # fmt: skip


def _name_rows(axes: Any, names: Sequence[str]) -> None:
    """Rows from top to bottom, each with its name, and lines only where values are read."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.65)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="both", length=0)
    axes.locator_params(axis="x", nbins=7)


def _column(rows: Sequence[Row], name: str) -> list[float]:
    """A column, unknown values as gaps."""
    return [float("nan") if row[name] is None else row[name] for row in rows]


def _between(row: Row) -> str:
    return "" if row["low"] is None or row["high"] is None else f" ({row['low']:.3f} to {row['high']:.3f})"


def _last(rows: Sequence[Row], platform: str) -> str:
    chosen = max((row for row in rows if row["platform"] == platform), key=lambda row: row["list_logical_date"])
    night: date = chosen["list_logical_date"]
    return f"the lists of {night} reach {chosen['value']:.3f}{_between(chosen)}"


def _signed(value: float) -> str:
    """A difference with a real minus."""
    return f"{value:+.3f}".replace("-", "−")


def _named(metric: str) -> str:
    """The metric as people write it."""
    name, _, k = metric.partition("@")
    return f"{name.upper() if name == 'ndcg' else name.capitalize()}@{k}"


def _short(value: float, _: object) -> str:
    """Numbers of an axis: 1,500 as 1.5k."""
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"
