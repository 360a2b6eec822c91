"""Numbers and days as the page writes them; what is not known is a dash."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

NONE = "–"
WORDS = {
    "view": "viewed", "click": "clicked", "read": "read", "play": "played", "finish": "finished", "skip": "skipped",
    "like": "liked", "share": "shared", "add": "added", "purchase": "bought", "rate": "rated", "follow": "followed",
}  # fmt: skip
"""What a person did, by event type."""


def count(value: float | None) -> str:
    """A whole number with its thousands apart."""
    return NONE if value is None else f"{value:,.0f}"


def share(value: float | None) -> str:
    """A share as a percentage, with as many digits as matter."""
    if value is None:
        return NONE
    return "0 %" if value == 0 else f"{100 * value:.2g} %" if value < 0.1 else f"{100 * value:.0f} %"


def figure(value: float | None) -> str:
    """A measure between 0 and 1."""
    return NONE if value is None else f"{value:.3f}"


def one(value: float | None) -> str:
    """A number with one decimal."""
    return NONE if value is None else f"{value:,.1f}"


def gain(value: float | None) -> str:
    """A difference with its sign."""
    return NONE if value is None else f"{value:+.3f}"


def interval(row: Mapping[str, Any]) -> str:
    """The ends of a row's interval."""
    return NONE if row["low"] is None or row["high"] is None else f"{row['low']:.3f} to {row['high']:.3f}"


def duration(seconds: float | None) -> str:
    """Seconds up to two minutes, then minutes and seconds."""
    if seconds is None:
        return NONE
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def wrote(receipt: str | None) -> str:
    """The rows of a stage's receipt by table, their sum where there are many tables."""
    rows = {table: count for table, count in json.loads(receipt or "{}").get("rows", {}).items() if count}
    if len(rows) > 4:
        return f"{sum(rows.values()):,} rows of {len(rows)} tables"
    return ", ".join(f"{table} {count:,}" for table, count in rows.items())


def day(value: date) -> str:
    """A day in full."""
    return f"{value.day} {value:%B %Y}"


def short_day(value: date, night: date) -> str:
    """A day, its year only where that is not the night's."""
    return f"{value.day} {value:%b}" + f" {value.year}" * (value.year != night.year)
