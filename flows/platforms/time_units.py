"""The unit of a field's times, found by its values: what is proposed has been read by the product's own SQL."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from statistics import median
from typing import NamedTuple

import pyarrow

from flows.contract_field import ContractField
from flows.platforms.time_formats import formats_of, month_first
from flows.record_sql import ZONED, Source, typed_value
from flows.warehouse import Connection

LOOKED_AT = 1_000
NEEDED = 0.95
NUMERIC = re.compile(r"\d+(\.\d+)?")
ISO = re.compile(r"\d{4}[-/]\d\d?[-/]\d\d?([T ].*)?\s*")
EARLIEST, LATEST = datetime(1980, 1, 1), datetime(2100, 1, 1)
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000}


class UnitGuess(NamedTuple):
    """The unit of a field's times; `reason` says how it was told, `question` what the values leave open."""

    unit: str
    is_zoned: bool
    read_share: float
    reason: str
    question: str = ""


def read_times(connection: Connection, unit: str, texts: Sequence[str]) -> list[datetime | None]:
    """Each text as the product reads it in this unit, with UTC for the zone that it may lack."""
    source = Source("")
    value = typed_value(
        ContractField(name="time", path="time", type="timestamp", unit=unit, zone=None), "UTC", 0, source
    )
    connection.register("time_texts", pyarrow.table({"raw_0": pyarrow.array(texts, pyarrow.string())}))
    try:
        rows = connection.execute(f"select {value} from time_texts", source.parameters).fetchall()
    finally:
        connection.unregister("time_texts")
    return [row[0] for row in rows]


def unit_of(connection: Connection, texts: Sequence[str], days: Sequence[date | None] = ()) -> UnitGuess | None:
    """The unit that reads these values; null if none does.

    Args:
        texts: distinct values of a field.
        days: the day of each value's file where it is known; it tells days from months where values do not.
    """
    looked_at = [text.strip() for text in texts[:LOOKED_AT]]
    if not looked_at:
        return None
    if sum(1 for text in looked_at if NUMERIC.fullmatch(text)) >= NEEDED * len(looked_at):
        return epoch_of([text for text in looked_at if NUMERIC.fullmatch(text)]) or written_unit(
            connection, looked_at, days
        )
    if sum(1 for text in looked_at if ISO.fullmatch(text)) >= NEEDED * len(looked_at):
        share = share_read(read_times(connection, "iso", looked_at))
        if share >= NEEDED:
            zoned = sum(1 for text in looked_at if re.search(ZONED, text))
            return UnitGuess("iso", zoned >= NEEDED * len(looked_at), share, "dates as ISO 8601 writes them")
    return written_unit(connection, looked_at, days)


def epoch_of(texts: list[str]) -> UnitGuess | None:
    """Seconds, milliseconds or microseconds since 1970, by the years that they would be."""
    numbers = [float(text) for text in texts]
    for unit, per_second in PER_SECOND.items():
        low, high = (moment.replace(tzinfo=UTC).timestamp() * per_second for moment in (EARLIEST, LATEST))
        inside = [number for number in numbers if low <= number < high]
        if len(inside) >= NEEDED * len(numbers):
            years = sorted(datetime.fromtimestamp(number / per_second, UTC).year for number in inside)
            words = {"s": "seconds", "ms": "milliseconds", "us": "microseconds"}[unit]
            span = f"{years[0]}" if years[0] == years[-1] else f"{years[0]} to {years[-1]}"
            return UnitGuess(unit, True, len(inside) / len(numbers), f"{words} since 1970 are of {span}")
    return None


def share_read(times: list[datetime | None]) -> float:
    """Share of the values that are times of our age."""
    return sum(1 for time in times if time and EARLIEST <= time < LATEST) / len(times)


def written_unit(connection: Connection, texts: list[str], days: Sequence[date | None]) -> UnitGuess | None:
    """The strptime format that reads the most values; days and months told apart where the values allow it."""
    read = {unit: read_times(connection, unit, texts) for unit in formats_of(texts)}
    shares = {unit: share_read(times) for unit, times in read.items()}
    shares = {unit: share for unit, share in shares.items() if share >= NEEDED}
    if not shares:
        return None
    best = max(shares, key=lambda unit: shares[unit])
    zoned = any(sign in best for sign in ("%z", "%Z")) or best.endswith("Z")
    guess = UnitGuess(best, zoned, shares[best], "values of this form")
    other = month_first(best)
    if other in shares and shares[other] == shares[best]:
        return told_apart(guess, other, read, days)
    if other or any(month_first(unit) == best for unit in read):
        order = "day first" if other else "month first"
        return guess._replace(reason=f"{order}: the other number is over 12 somewhere")
    return guess


def told_apart(
    guess: UnitGuess, other: str, read: dict[str, list[datetime | None]], days: Sequence[date | None]
) -> UnitGuess:
    """Day first or month first where no number is over 12: what lies nearer to the days of the files."""
    distances = {
        unit: [abs((time.date() - day).days) for time, day in zip(read[unit], days, strict=False) if time and day]
        for unit in (guess.unit, other)
    }
    if distances[other]:
        middle = {unit: median(found) for unit, found in distances.items()}
        nearer, farther = sorted(middle, key=lambda unit: middle[unit])
        if middle[farther] - middle[nearer] >= 1:
            order = "day first" if nearer == guess.unit else "month first"
            return guess._replace(unit=nearer, reason=f"{order}: so the times are near to the days of their files")
    if guess.unit.startswith("%d."):
        return guess._replace(reason="day first, as dates with dots have it")
    question = f"no number is over 12: the day may come first ({guess.unit}) or the month ({other})"
    return guess._replace(reason="day first, a guess", question=question)
