"""What had arrived by a night, and when tables hold more than that."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from flows import ledger
from flows.arrival import arrival_cut, begin_build, end_build
from flows.receipts import IngestReceipt
from flows.settings import Settings, read_settings

NIGHT = date(2026, 3, 1)
EARLY, LATER = datetime(2026, 3, 3), datetime(2026, 3, 5)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home without anything."""
    return read_settings(home=tmp_path)


def built(settings: Settings, moments: list[datetime | None]) -> list[bool]:
    """Whether tables had to be made from nothing, for each of these moments in turn."""
    made_anew = []
    for moment in moments:
        made_anew.append(begin_build(settings, "training", moment))
        end_build(settings, "training", moment)
    return made_anew


def test_only_a_step_back_makes_tables_anew(settings: Settings) -> None:
    """Tables that may hold what had not arrived are made from nothing; to later moments they only add."""
    assert built(settings, [None, None]) == [False, False]
    assert built(settings, [EARLY, EARLY, LATER, EARLY, LATER]) == [True, False, False, True, False]
    assert built(settings, [None, LATER]) == [False, True]


def test_a_build_that_was_killed_counts_as_having_gone_the_whole_way(settings: Settings) -> None:
    """Killed on the way to a later moment, tables may hold what came until then; on the way back, what they held."""
    built(settings, [EARLY])
    begin_build(settings, "training", LATER)
    assert begin_build(settings, "training", EARLY)
    assert begin_build(settings, "training", EARLY)
    end_build(settings, "training", EARLY)
    begin_build(settings, "training", None)
    assert begin_build(settings, "training", LATER)


def test_a_night_saw_what_its_first_ingest_had_loaded(settings: Settings) -> None:
    """The end of the first ingest for the night, whatever runs came later; of no run, the end of the day after it."""
    assert arrival_cut(settings, NIGHT) == datetime(2026, 3, 3)
    ended_at = []
    for run_id, night in (("first", NIGHT), ("again", NIGHT), ("other", NIGHT + timedelta(days=1))):
        ledger.begin_run(settings, run_id, night, {}, "")
        ledger.record_stage(settings, run_id, ledger.now(), IngestReceipt("ingest"))
        ended_at.append(ledger.now())
    ledger.begin_run(settings, "a backfill, which ingests for no night", NIGHT, {}, "")
    assert arrival_cut(settings, NIGHT) <= ended_at[0] < arrival_cut(settings, NIGHT + timedelta(days=1))
