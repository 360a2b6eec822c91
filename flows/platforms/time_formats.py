"""The ways in which texts write a moment: patterns that find the strptime format of a value."""

import re
from functools import cache
from itertools import product

MONTH = "[A-Za-z]{3,9}"
DATES = {
    "%Y-%m-%d": r"\d{4}-\d\d?-\d\d?",
    "%Y/%m/%d": r"\d{4}/\d\d?/\d\d?",
    "%Y.%m.%d": r"\d{4}\.\d\d?\.\d\d?",
    "%d.%m.%Y": r"\d\d?\.\d\d?\.\d{4}",
    "%m.%d.%Y": r"\d\d?\.\d\d?\.\d{4}",
    "%d/%m/%Y": r"\d\d?/\d\d?/\d{4}",
    "%m/%d/%Y": r"\d\d?/\d\d?/\d{4}",
    "%d-%m-%Y": r"\d\d?-\d\d?-\d{4}",
    "%m-%d-%Y": r"\d\d?-\d\d?-\d{4}",
    "%d.%m.%y": r"\d\d?\.\d\d?\.\d\d",
    "%d/%m/%y": r"\d\d?/\d\d?/\d\d",
    "%m/%d/%y": r"\d\d?/\d\d?/\d\d",
    "%d %b %Y": rf"\d\d? {MONTH} \d{{4}}",
    "%d %B %Y": rf"\d\d? {MONTH} \d{{4}}",
    "%d-%b-%Y": rf"\d\d?-{MONTH}-\d{{4}}",
    "%b %d, %Y": rf"{MONTH} \d\d?, \d{{4}}",
    "%B %d, %Y": rf"{MONTH} \d\d?, \d{{4}}",
    "%a, %d %b %Y": rf"[A-Za-z]{{3}}, \d\d? {MONTH} \d{{4}}",
    "%d/%b/%Y": rf"\d\d?/{MONTH}/\d{{4}}",
    "%Y%m%d": r"\d{8}",
}
TIMES = {
    "": "",
    "%H:%M": r"\d\d?:\d\d",
    "%H:%M:%S": r"\d\d?:\d\d:\d\d",
    "%H:%M:%S.%f": r"\d\d?:\d\d:\d\d\.\d{1,6}",
    "%I:%M %p": r"\d\d?:\d\d [AaPp][Mm]",
    "%I:%M:%S %p": r"\d\d?:\d\d:\d\d [AaPp][Mm]",
    "%H%M%S": r"\d{6}",
    "%H%M": r"\d{4}",
}
JOINTS = ("", " ", "T", ", ", ":")
ZONES = {"": "", "%z": r"[+-]\d\d(:?\d\d)?", " %z": r" [+-]\d\d(:?\d\d)?", " %Z": r" [A-Z]{3,4}", "Z": "Z"}

TWIN = {
    "%d.%m.%Y": "%m.%d.%Y",
    "%d/%m/%Y": "%m/%d/%Y",
    "%d-%m-%Y": "%m-%d-%Y",
    "%d/%m/%y": "%m/%d/%y",
}
"""Formats that read the same texts with the day first, and with the month first."""


@cache
def formats() -> dict[str, re.Pattern[str]]:
    """Every format with the pattern of its texts."""
    found = {}
    for (day, day_text), (time, time_text), joint, (zone, zone_text) in product(
        DATES.items(), TIMES.items(), JOINTS, ZONES.items()
    ):
        if bool(time) != bool(joint) and not (time in ("%H%M%S", "%H%M") and day == "%Y%m%d"):
            continue
        if zone and not time:
            continue
        found[day + joint + time + zone] = re.compile(day_text + re.escape(joint) + time_text + zone_text)
    return found


def formats_of(texts: list[str]) -> list[str]:
    """The formats whose pattern fits all of these texts but one in twenty."""
    if not texts:
        return []
    stripped = [text.strip() for text in texts]
    seen = [pattern for pattern in formats().items() if any(pattern[1].fullmatch(text) for text in stripped[:3])]
    needed = 0.95 * len(stripped)
    return [name for name, pattern in seen if sum(1 for text in stripped if pattern.fullmatch(text)) >= needed]


def month_first(unit: str) -> str | None:
    """The format that takes the first number for the month where this one takes it for the day; null if none does."""
    for day_first, other in TWIN.items():
        if unit.startswith(day_first):
            return other + unit.removeprefix(day_first)
    return None
