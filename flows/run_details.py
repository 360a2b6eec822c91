"""One run in detail: its stages, the rules that were broken, its recommender, and what it is worth by platform."""

import json
from collections.abc import Sequence
from datetime import date

from rich.text import Text

from flows.reporting import wording
from flows.reporting.night import Night, Row
from flows.reporting.verdict import METRIC, gain_in_words, what_to_do
from flows.run_records import Records, read_records
from flows.runs import STYLES, ending, gates_in_short, notes, sentence, took
from flows.settings import Settings
from flows.terminal import Sheet, bar, columns, grid, short_path


def show_run(settings: Settings, name: str, form: str = "table") -> str:
    """The run of this run_id, or of a beginning or end of it, or the newest run of a night.

    Raises:
        LookupError: if `name` means no run, or runs of several nights.
    """
    records = read_records(settings, name=name)
    nights = sorted({night.logical_date for night in records.nights}, reverse=True)
    if not records.nights:
        raise LookupError(f"A run is named by its run_id, or by its night; none is {name!r}. All runs: crossrec runs")
    if len(nights) > 1:
        choices = ", ".join(str(night.run["run_id"]) for night in records.nights[:6])
        raise LookupError(f"The beginning or end of a run_id has to be of one night; {name!r} is {choices}. Name one.")
    night = records.nights[0]
    if form == "json":
        return json.dumps(_everything(records, night), indent=1, default=str, ensure_ascii=False)
    sheet = Sheet()
    _write_head(sheet, records, night)
    _write_stages(sheet, night)
    _write_gates(sheet, night)
    _write_recommender(sheet, night)
    _write_quality(sheet, night)
    _write_realised(sheet, night)
    page = settings.reports / f"{night.logical_date}.html"
    sheet.write()
    sheet.write(("Report  ", "bold"), short_path(page) if page.exists() else "none has been written")
    return sheet.text


def _everything(records: Records, night: Night) -> dict[str, object]:
    tables = ("stages", "gates", "metrics", "uplift", "shipped", "realised", "recommender")
    return {**night.run, "state": records.state(night), **{name: getattr(night, name) for name in tables}}


def _write_head(sheet: Sheet, records: Records, night: Night) -> None:
    """Which run, how it ended, and its message."""
    state = records.state(night)
    flagged = ", flagged" * bool(night.run.get("is_flagged"))
    sheet.write((str(night.run["run_id"]), "bold"), f"  night of {wording.day(night.logical_date)}")
    parts = [(state + flagged, STYLES.get(state, ""))]
    if night.run["started_at"]:
        parts.append((f"  begun {night.run['started_at']:%Y-%m-%d %H:%M:%S} UTC", "dim"))
    if state != "killed":
        parts.append((f", {'for' if state == 'running' else 'took'} {wording.duration(took(night))}", "dim"))
    sheet.write(*parts)
    for line in notes(records):
        sheet.write(line)
    for line in ending(night):
        sheet.write(line)


def _write_stages(sheet: Sheet, night: Night) -> None:
    """How long each stage took."""
    if not _has(sheet, "Stages", night.stages, "none has ended"):
        return
    longest = max((row["seconds"] or 0 for row in night.stages), default=0) or 1
    room = 20 if sheet.width < 100 else 30
    table = grid(None, 9, room, sheet.width - room - 38)
    for row in night.stages:
        table.add_row(
            "",
            Text(row["stage"]),
            Text(f"{row['seconds'] or 0:,.1f} s", justify="right"),
            Text(bar((row["seconds"] or 0) / longest, room), "cyan"),
            Text("" if row["status"] == "done" else row["status"], "yellow"),
        )
    sheet.write(table)


def _write_gates(sheet: Sheet, night: Night) -> None:
    """The broken rules, those that held the night first, each with what to do."""
    if not _has(sheet, "Gates", night.gates, "none has judged", gates_in_short(night)):
        return
    for severity, style in (("critical", "red"), ("warning", "yellow")):
        for row in night.failures(severity):
            table = grid(8, sheet.width - 14)
            table.add_row("", Text(severity, style), Text(sentence(row)))
            table.add_row("", "", Text(what_to_do(row), "dim"))
            sheet.write(table)


def _write_recommender(sheet: Sheet, night: Night) -> None:
    """What was trained, on what, and how long."""
    row = night.recommender
    if not _has(sheet, "Recommender", row, "none has been trained", row.get("recommender_version") or ""):
        return
    epochs = row.get("epochs")
    facts = [
        " ".join(str(row[name]) for name in ("device", "precision") if row.get(name)),
        f"{wording.count(epochs)} epoch{'s' * (epochs != 1)} in {wording.duration(row.get('seconds'))}",
        f"{wording.count(row.get('peak_memory_mb'))} MB",
        f"{wording.count(row.get('parameters_count'))} parameters",
        f"text encoder {row.get('encoder') or wording.NONE}",
    ]
    sheet.write("  ", " · ".join(facts))


def _write_quality(sheet: Sheet, night: Night) -> None:
    """NDCG@10 of the recommenders and what learning together brought, by platform."""
    figures, gains = night.figures(METRIC), {row["platform"]: row for row in night.gains(METRIC)}
    if not _has(sheet, "NDCG@10", figures, "has not been measured", "uplift is joint less single, with 95 % intervals"):
        return
    values = {(row["platform"], row["recommender"]): row["value"] for row in figures}
    recommenders = ("joint+single", "joint", "single", "popularity")
    names = ("both", "joint", "single", "popular", "uplift")
    table = columns("platform", *names, "interval", "in words", right=names)
    for platform in dict.fromkeys(row["platform"] for row in figures):
        gain = gains.get(platform)
        table.add_row(
            night.title(platform),
            *(wording.figure(values.get((platform, name))) for name in recommenders),
            wording.gain(gain["difference"]) if gain else wording.NONE,
            wording.interval(gain) if gain else wording.NONE,
            gain_in_words(gain).replace("no clear difference", "unclear") if gain else "",
        )
    sheet.write(table)


def _write_realised(sheet: Sheet, night: Night) -> None:
    """How the newest earlier lists that could be judged did."""
    rows = [row for row in night.realised if row["metric"] == METRIC]
    newest = max((row["list_logical_date"] for row in rows), default=None)
    of = f"lists of {wording.day(newest)}, by what people took since" if isinstance(newest, date) else ""
    if not _has(sheet, "Realised NDCG@10", rows, "no earlier lists could be judged", of):
        return
    table = columns("platform", "value", "interval", "people", right=("value", "people"))
    chosen = [row for row in rows if row["list_logical_date"] == newest]
    for row in sorted(chosen, key=lambda row: (row["platform"] == "macro", row["platform"])):
        figures = (wording.figure(row["value"]), wording.interval(row), wording.count(row["persons_count"]))
        table.add_row(night.title(row["platform"]), *figures)
    sheet.write(table)


def _has(sheet: Sheet, title: str, rows: Sequence[Row] | Row, nothing: str, more: str = "") -> bool:
    """Write a section's title, and what is missing if it has no rows."""
    sheet.write()
    sheet.write((title, "bold"), (f"  {more if rows else nothing}", "dim"))
    return bool(rows)
