"""Runs, newest first: which night, how it ended, what the gates said, how good its lists are."""

import json
from datetime import date
from typing import Any

from rich.text import Text

from flows import ledger
from flows.reporting import wording
from flows.reporting.night import Night, Row
from flows.reporting.verdict import METRIC
from flows.run_records import Records, read_records
from flows.settings import Settings
from flows.terminal import Sheet, columns, harmless

STYLES = {
    "published": "green",
    "history only": "green",
    "rebuilt": "green",
    "dry run": "green",
    "held": "yellow",
    "failed": "red",
    "killed": "red",
    "running": "cyan",
}
LONGEST = 240


def list_runs(settings: Settings, limit: int = 20, night: date | None = None, form: str = "table") -> str:
    """The newest runs of this home, or of one night, as a table or as JSON.

    Raises:
        LookupError: if there are none.
    """
    records = read_records(settings, night, limit)
    if not records.nights:
        raise LookupError(f"A run is of a night; there is none of {night}. All runs: crossrec runs")
    if form == "json":
        return json.dumps([_summary(records, one) for one in records.nights], indent=1, default=str, ensure_ascii=False)
    sheet = Sheet()
    table = columns("night", "state", "gates", "quality", whole=("night", "quality"), leading=1)
    for one in records.nights:
        table.add_row(_which(one), _how(records, one), _gates(records, one), _quality(one))
    sheet.write(table)
    sheet.write()
    for line in notes(records):
        sheet.write(line)
    return sheet.text.rstrip()


def notes(records: Records) -> list[str]:
    """What a reader of these runs should know besides."""
    killed = [night for night in records.nights if records.state(night) == "killed"]
    lines = []
    if killed:
        lines += [
            "killed: the ledger says running, but no process works on it. Resume it:",
            f"  crossrec night --date {killed[0].logical_date}",
        ]
    if records.is_at_work and not any(night.status == "running" for night in records.nights):
        lines.append("A night is at work now; its run is listed here as soon as the warehouse can be read.")
    return lines


def took(night: Night) -> float | None:
    """Seconds from the run's start to its end, or until now."""
    if night.status == "running" and night.run["started_at"]:
        return float((ledger.now() - night.run["started_at"]).total_seconds())
    return night.seconds


def closing(night: Night) -> list[str]:
    """The critical rules that were broken, each in a sentence."""
    return [sentence(row) for row in night.failures("critical")]


def ending(night: Night) -> list[str]:
    """How the run ended in its own words, without those that repeat the gates'."""
    lines = (night.run.get("message") or "").splitlines() if night.status != "held" else []
    return [harmless(line) for line in lines if not line.startswith(("warning: ", "critical: "))]


def sentence(row: Row) -> str:
    """A broken rule: what it says, what was found, what is allowed."""
    return harmless(f"{row['rule']}; found {row['observed']}, allowed {row['threshold']}.")


def gates_in_short(night: Night) -> str:
    """How many gates are open, and how many warnings they gave."""
    if not night.gates:
        return "no gate has judged"
    names = {row["gate"] for row in night.gates}
    closed = {row["gate"] for row in night.failures("critical")}
    parts = [f"{len(names - closed)} open"] * bool(names - closed) + [f"{len(closed)} closed"] * bool(closed)
    warnings = len(night.failures("warning"))
    return ", ".join([*parts, f"{warnings} warning{'s' * (warnings != 1)}"])


def _which(night: Night) -> Text:
    """Which night, which run, and when it was made."""
    lines = [(str(night.logical_date), "bold"), ("\n" + short_id(night), "")]
    if night.run["started_at"]:
        lines.append((f"\n{night.run['started_at']:%d %b %H:%M}", "dim"))
    return Text.assemble(*lines)


def short_id(night: Night) -> str:
    """The end of the run_id that tells it from other runs for the night."""
    run_id = str(night.run["run_id"])
    return run_id.removeprefix(f"{night.logical_date}-")[:12]


def _how(records: Records, night: Night) -> Text:
    """How the run ended, whether it is flagged, and how long it took."""
    state = records.state(night)
    flag = ("\nflagged", "yellow") if night.run.get("is_flagged") else ""
    time = "" if state == "killed" else "\n" + wording.duration(took(night))
    return Text.assemble((state, STYLES.get(state, "")), flag, (time, "dim"))


def _gates(records: Records, night: Night) -> Text:
    """What the gates said, and how the run ended in words."""
    state = records.state(night)
    lines = [gates_in_short(night), *closing(night)]
    lines += ["no process works on it"] if state == "killed" else ending(night)
    return Text("\n").join(Text(line if len(line) <= LONGEST else line[: LONGEST - 1] + "…") for line in lines)


def _quality(night: Night) -> Text:
    """The mean over platforms: what was measured before publication, and how lists did in truth."""
    joint, gain, realised = night.of_lists(METRIC), _gain(night), _realised(night)
    lines = []
    if joint:
        lines.append(f"NDCG@10  {wording.figure(joint['value'])}  {wording.interval(joint)}")
    if gain:
        lines.append(f"uplift  {wording.gain(gain['difference'])}  {wording.interval(gain)}")
    if realised:
        lines.append(f"realised {wording.figure(realised['value'])}  {realised['list_logical_date']}")
    return Text("\n".join(lines) or wording.NONE)


def _gain(night: Night) -> Row | None:
    return next((row for row in night.gains(METRIC) if row["platform"] == "macro"), None)


def _realised(night: Night) -> Row | None:
    """How the newest list that could be judged did."""
    rows = [row for row in night.realised if (row["platform"], row["metric"]) == ("macro", METRIC)]
    return max(rows, key=lambda row: row["list_logical_date"], default=None)


def _summary(records: Records, night: Night) -> dict[str, Any]:
    """One run for programs."""
    joint, gain, realised = night.of_lists(METRIC) or {}, _gain(night) or {}, _realised(night) or {}
    kept = {name: night.run.get(name) for name in ("run_id", "logical_date", "started_at", "ended_at", "message")}
    return {
        **kept,
        "state": records.state(night),
        "is_flagged": bool(night.run.get("is_flagged")),
        "seconds": None if records.state(night) == "killed" else took(night),
        "warnings_count": len(night.failures("warning")),
        "closed_by": closing(night),
        "ndcg_at_10": {name: joint.get(name) for name in ("value", "low", "high")},
        "uplift": {name: gain.get(name) for name in ("difference", "low", "high")},
        "realised": {name: realised.get(name) for name in ("list_logical_date", "value", "low", "high")},
    }
