"""The days that a file's name tells: one, or the first and last of a range."""

import calendar
import re
from datetime import date
from typing import NamedTuple

DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.](0[1-9]|1[0-2])(?![-_.]?\d)")
PARTS = re.compile(r"year=(\d{4})/month=(\d{1,2})(?:/day=(\d{1,2}))?")


class Days(NamedTuple):
    """The first and the last day of a delivery."""

    first: date
    last: date


def month(year: int, number: int) -> list[date]:
    """The first and the last day of a month."""
    return [date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])]


def days_of(name: str) -> Days | None:
    """The days in the name of a file, folders included; null if it tells none."""
    found: list[date] = []
    for year, number, day in PARTS.findall(name):
        if 1 <= int(number) <= 12:
            whole = month(int(year), int(number))
            found += [whole[0].replace(day=int(day))] if day and 1 <= int(day) <= whole[1].day else whole
    for year, _, number, day in DAY.findall(name):
        if int(day) <= calendar.monthrange(int(year), int(number))[1]:
            found.append(date(int(year), int(number), int(day)))
    if not found:
        for year, number in MONTH.findall(name):
            found += month(int(year), int(number))
    return Days(min(found), max(found)) if found else None
