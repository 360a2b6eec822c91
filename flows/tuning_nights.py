"""The nights that judge the trials of `crossrec tune`: past ones, and none by whose days the newest night is judged."""

from datetime import date, timedelta

from flows.backtest import night_of_tables
from flows.settings import Settings
from flows.warehouse import connect

MOST_NIGHTS = 3
"""Nights that trials are judged on if none are named; each costs a training a trial."""


def days_of_tables(settings: Settings) -> tuple[date, date]:
    """The first day of the interactions, and the night that the tables stand as of.

    Raises:
        LookupError: if there are none.
    """
    newest, row = night_of_tables(settings), None
    if newest is not None:
        with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
            row = connection.execute("select min(event_date) from marts.fct_interactions").fetchone()
    if newest is None or row is None or row[0] is None:
        raise LookupError("Tuning looks back from the newest night; there is none. Run crossrec night first.")
    return row[0], newest


def judged_nights(
    asked: tuple[date, ...], window_days: int, own_days: int, first: date, newest: date
) -> tuple[date, ...]:
    """The nights that are asked for, or else the last that may be; in their order.

    Args:
        asked: nights; none for the last that may be, a window apart.
        window_days: days after a night that judge it.
        own_days: days by which a night chooses and reports, as `models.window.open_window` has them.
        first: day of the interactions.
        newest: night that there is.

    Raises:
        ValueError: if a night is asked for whose window touches the newest night's own.
        LookupError: if no night may be.
    """
    span = (newest - first).days + 1
    kept = max(window_days, min(own_days, span // 4))
    latest = newest - timedelta(days=kept + window_days)
    if asked and max(asked) > latest:
        raise ValueError(
            f"The last {kept} days before the newest night, {newest}, judge no trial, so a night with a window of "
            f"{window_days} days is {latest} or earlier; found {max(asked)}. Choose earlier nights."
        )
    last = [latest - timedelta(days=window_days * number) for number in range(MOST_NIGHTS)]
    nights = asked or [night for night in last if night - timedelta(days=window_days) >= first]
    if not nights:
        raise LookupError(
            f"A night to be judged on has {window_days} days before it, {window_days} after it, and then {kept} that "
            f"judge no trial; there are {span}, {first} to {newest}. Choose a shorter window."
        )
    return tuple(sorted(set(nights)))
