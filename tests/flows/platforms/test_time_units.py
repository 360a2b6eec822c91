"""The unit of times is found by their values, and reads them as the moments that they are."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.platforms.time_units import read_times, unit_of
from flows.warehouse import reader

WRITERS: dict[str, Callable[[datetime], str]] = {
    "s": lambda moment: str(int(moment.timestamp())),
    "ms": lambda moment: str(int(moment.timestamp() * 1000)),
    "us": lambda moment: str(int(moment.timestamp()) * 1_000_000),
    "seconds with a fraction": lambda moment: f"{moment.timestamp():.3f}",
    "iso": lambda moment: moment.replace(tzinfo=None).isoformat(),
    "iso, Z": lambda moment: moment.replace(tzinfo=None).isoformat() + "Z",
    "iso, offset": lambda moment: moment.astimezone().isoformat(sep=" "),
    **{
        form: (lambda moment, form=form: moment.strftime(form))
        for form in (
            "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d-%m-%Y %H:%M:%S",
            "%Y%m%d%H%M%S", "%Y%m%dT%H%M%SZ", "%d/%b/%Y:%H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z", "%d %B %Y %H:%M:%S",
            "%b %d, %Y %H:%M:%S", "%d.%m.%y %H:%M:%S",
        )
    },
}  # fmt: skip

MOMENTS = st.lists(
    st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)).map(
        lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def connection():
    """A connection to no file."""
    with reader() as found:
        yield found


@pytest.mark.parametrize("unit", WRITERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=MOMENTS)
def test_what_is_found_reads_the_moments_back(connection, unit: str, moments: list[datetime]) -> None:
    """Whatever way moments are written, the unit that is found gives the same moments again."""
    # a day over 12 parts days from months, an hour over 12 the clocks, two months the long names from the short
    moments = [*moments, datetime(2021, 3, 25, 21, 30, tzinfo=UTC), datetime(2021, 11, 28, 9, 5, tzinfo=UTC)]
    texts = [WRITERS[unit](moment) for moment in moments]
    guess = unit_of(connection, texts)
    assert guess is not None
    assert read_times(connection, guess.unit, texts) == [moment.replace(tzinfo=None) for moment in moments]
    assert guess.question == ""


@pytest.mark.parametrize(
    ("texts", "days", "unit", "is_open"),
    [
        (["03/04/2026", "05/06/2026"], [None, None], "%d/%m/%Y", True),
        (["03/04/2026", "03/05/2026"], [date(2026, 3, 4), date(2026, 3, 5)], "%m/%d/%Y", False),
        (["03/04/2026", "04/04/2026"], [date(2026, 4, 3), date(2026, 4, 4)], "%d/%m/%Y", False),
        (["03/04/2026", "03/25/2026"], [None, None], "%m/%d/%Y", False),
        (["03.04.2026", "05.06.2026"], [None, None], "%d.%m.%Y", False),
    ],
)
def test_days_and_months_are_told_apart_or_it_is_said(
    connection, texts: list[str], days: list[date | None], unit: str, is_open: bool
) -> None:
    """A number over 12 tells, then the days of the files, then dots; where nothing does, that is a question."""
    guess = unit_of(connection, texts, days)
    assert guess is not None
    assert (guess.unit, bool(guess.question)) == (unit, is_open)


@pytest.mark.parametrize(
    "texts", [["12", "13"], ["7", "2026-02-01"], ["kettle"], [""], ["25:61"], ["1772341238000000000"], ["2026-13-45"]]
)
def test_what_is_no_time_is_none(connection, texts: list[str]) -> None:
    """Small numbers, words, impossible dates and nanoseconds, which a contract can't say, are no times."""
    assert unit_of(connection, texts) is None


def test_a_few_broken_values_hide_no_unit(connection) -> None:
    """One broken value in fifty leaves the unit, and its share is told."""
    texts = [(datetime(2026, 2, 1) + timedelta(hours=hour)).strftime("%d.%m.%Y %H:%M") for hour in range(49)] + ["n/a"]
    guess = unit_of(connection, texts)
    assert guess is not None
    assert (guess.unit, guess.read_share) == ("%d.%m.%Y %H:%M", 0.98)
