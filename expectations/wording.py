"""Numbers as people say them. The last word of a column's name tells what its numbers are."""

import math
from collections.abc import Mapping
from string import Formatter
from typing import Any


def number_in_words(column: str, value: Any) -> str:
    """A value of a column of facts: `0.25` of a `_share` is "25 %", `30` of `_hours` is "30 hours"."""
    kind = column.rsplit("_", 1)[-1]
    if kind in ("share", "ratio"):
        return f"{_short(value * 100)} %"
    if kind == "change":
        return f"{_short(value * 100)} percentage points"
    if kind == "hours":
        return f"{_short(value)} hours"
    return _short(value) if isinstance(value, int | float) else str(value)


def bounds_in_words(column: str, low: float | None, high: float | None) -> str:
    """The values that a rule allows: "at least 20 %", "between 1 % and 98 %", "exactly 0"."""
    if low is not None and high is not None:
        if low == high:
            return f"exactly {number_in_words(column, low)}"
        return f"between {number_in_words(column, low)} and {number_in_words(column, high)}"
    if low is not None:
        return f"at least {number_in_words(column, low)}"
    return f"at most {number_in_words(column, high)}"


def fill(sentence: str, facts: Mapping[str, Any]) -> str:
    """The sentence with each `{column}` replaced by the row's value in words; empty where one of them is null."""
    columns = [column for _, column, _, _ in Formatter().parse(sentence) if column]
    if any(is_null(facts[column]) for column in columns):
        return ""
    return sentence.format_map({column: number_in_words(column, facts[column]) for column in columns})


def is_null(value: Any) -> bool:
    """Whether a value of a frame is missing."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _short(value: float) -> str:
    """Whole numbers whole, others with as many digits as matter: 1,234 or 12.3 or 0.021."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 1 else f"{value:.2g}"
