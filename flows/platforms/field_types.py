"""The type of a field, by its values: text, integer, number, boolean or timestamp."""

import re
from dataclasses import dataclass, replace
from datetime import date

from flows.platforms.field_names import words_of
from flows.platforms.sample import Column, KindSample
from flows.platforms.time_units import LOOKED_AT, UnitGuess, unit_of
from flows.platforms.vocabulary import TIME_WORDS
from flows.warehouse import Connection

INTEGER = re.compile(r"-?(0|[1-9]\d*)")
LARGEST = 2**63 - 1
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
LEADING_ZERO = re.compile(r"-?0\d+")
DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3}([.' ]?\d{3})*,\d+|[+-]?\d+,\d+")


@dataclass(frozen=True)
class TypeGuess:
    """The type of a field with its reason; `misfits` are values that the type would reject, of `count` looked at."""

    type: str
    reason: str
    unit: UnitGuess | None = None
    misfits: int = 0
    count: int = 0
    note: str = ""

    @property
    def zone(self) -> str | None:
        """The zone that the unit itself tells: a letter Z in a strptime format is UTC."""
        is_literal = self.unit is not None and "%" in self.unit.unit and self.unit.unit.endswith("Z")
        return "UTC" if is_literal and self.unit and not self.unit.unit.endswith("%Z") else None

    @property
    def lacks_zone(self) -> bool:
        """Whether the times of this field need to be told their zone."""
        return self.type == "timestamp" and self.unit is not None and not self.unit.is_zoned


def days_of_values(sample: KindSample, column: Column, values: list[str]) -> list[date | None]:
    """The day of a file in which each of these values stands."""
    places = {text: place for place, text in enumerate(column.texts) if text is not None}
    return [sample.file_days[places[value]] for value in values]


def is_time_named(path: str) -> bool:
    """Whether the field's own name speaks of time."""
    return not TIME_WORDS.isdisjoint(words_of(path.split(".")[-1]))


def type_of(connection: Connection, sample: KindSample, column: Column) -> TypeGuess:
    """The type that all values of the sample have; a few that don't fit are told, if the others are of a time."""
    native = native_guess(column)
    if native:
        return native
    if not column.counts:
        return TypeGuess("text", "no value in the sample")
    if column.natives & {"list", "object"}:
        return TypeGuess("text", "a list or an object, kept as JSON")
    if all(value.strip().lower() in ("true", "false") for value in column.counts):
        return TypeGuess("boolean", "true and false")
    time = time_guess(connection, sample, column)
    if time is None and column.natives == {"text"} and sample.format != "csv":
        return text_guess(column)
    return time or numeric_guess(column) or text_guess(column)


def native_guess(column: Column) -> TypeGuess | None:
    """What the file itself says of the type, where that is enough."""
    if column.natives and column.natives <= {"zoned", "local"}:
        is_zoned = "local" not in column.natives
        unit = UnitGuess("iso", is_zoned, 1.0, "times of Parquet")
        return TypeGuess("timestamp", "a time of Parquet" + ("" if is_zoned else " without a zone"), unit)
    if not column.counts and column.natives & {"integer", "number", "boolean"}:
        kind = sorted(column.natives & {"integer", "number", "boolean"})[0]
        return TypeGuess(kind, "the type in Parquet; no value in the sample")
    return None


def time_guess(
    connection: Connection, sample: KindSample, column: Column, is_time: bool | None = None
) -> TypeGuess | None:
    """A timestamp, if the values are read as times; numbers only if `is_time`, by default if they are named so."""
    values = column.some(LOOKED_AT)
    is_time = is_time_named(column.path) if is_time is None else is_time
    is_number = sum(1 for value in values if NUMBER.fullmatch(value.strip())) > 0.9 * len(values)
    if not values or (is_number and not is_time):
        return None
    guess = unit_of(connection, values, days_of_values(sample, column, values))
    if guess is None:
        return None
    misfits = round((1 - guess.read_share) * column.filled_count)
    return TypeGuess("timestamp", guess.reason, guess, misfits, column.filled_count)


def numeric_guess(column: Column, tolerated: float = 0.0) -> TypeGuess | None:
    """A whole number or a number, if every value is one but for a tolerated share; `007` is a text."""
    values = [value.strip() for value in column.counts]
    if any(LEADING_ZERO.fullmatch(value) for value in values):
        return None
    whole = [value for value in values if INTEGER.fullmatch(value)]
    if any(len(value) > 20 or (len(value) > 18 and abs(int(value)) > LARGEST) for value in whole):
        # a number would lose digits
        return None
    if len(whole) == len(values):
        return TypeGuess("integer", "whole numbers")
    misfits = sum(count for value, count in column.counts.items() if not NUMBER.fullmatch(value.strip()))
    if misfits > tolerated * column.filled_count:
        return None
    return TypeGuess("number", "numbers", misfits=misfits, count=column.filled_count)


def is_whole(column: Column) -> bool:
    """Whether all values are whole numbers, be it that a float has given them a .0."""
    return bool(column.counts) and all(
        re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.0*)?", value.strip()) for value in column.counts
    )


def text_guess(column: Column) -> TypeGuess:
    """A text, with what keeps it from being a number."""
    values = [value.strip() for value in column.some(LOOKED_AT)]
    if any(LEADING_ZERO.fullmatch(value) for value in values) and all(value.lstrip("-").isdigit() for value in values):
        return TypeGuess("text", "digits with leading zeros")
    commas = [value for value in values if DECIMAL_COMMA.fullmatch(value)]
    if commas and all(DECIMAL_COMMA.fullmatch(value) or NUMBER.fullmatch(value) for value in values):
        return TypeGuess("text", "numbers with a decimal comma", note="a decimal comma is not read as a number")
    return TypeGuess("text", "text")


def as_text(guess: TypeGuess, reason: str) -> TypeGuess:
    """The guess with type text instead."""
    return replace(guess, type="text", unit=None, reason=reason, misfits=0)


def fitted(
    connection: Connection, sample: KindSample, column: Column, guess: TypeGuess, allowed: tuple[str, ...]
) -> TypeGuess | None:
    """The guess, or another one of the allowed types that the values have too; null if they have none of them."""
    if guess.type in allowed and "number" not in allowed:
        return guess
    if "number" in allowed:
        if guess.type == "integer":
            # the next price or duration may be a fraction
            return replace(guess, type="number", reason="numbers")
        return numeric_guess(column, tolerated=0.02) if column.counts else None
    if "boolean" in allowed:
        words = {value.strip().lower() for value in column.counts}
        is_boolean = bool(words) and words <= {"0", "1", "true", "false", "yes", "no", "y", "n", "t", "f"}
        return TypeGuess("boolean", "two values that are read as true and false") if is_boolean else None
    if "timestamp" in allowed:
        return time_guess(connection, sample, column, is_time=True)
    if guess.type == "number" and "integer" in allowed and is_whole(column):
        return replace(guess, type="integer", reason="whole numbers, some written with .0")
    return as_text(guess, guess.reason) if guess.type != "timestamp" else None
