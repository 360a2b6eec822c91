"""Tables as of a moment: what had been loaded by then and nothing else, whatever was built before or after."""

from pathlib import Path

import pytest

from flows.settings import Settings
from flows.transform import transform
from tests.dbt.built_home import contents, empty_home, land, order

EARLY = [order("e1", "ann", 1, 3), order("e2", "ben", 2, 3), order("e3", "ann", 2, 3), order("e9", "ann", 9, 10)]
LATE = [order("e0", "cid", 1, 12), order("e2", "ben", 1, 12), order("e3", "ann", 9, 12), order("e8", "ann", 8, 12)]
ITEMS = [{"sku": "kettle", "name": title, "file_id": "i", "loaded_at": when} for title, when in (
    ("a kettle", "2026-03-03 03:00:00"), ("the same kettle, renamed", "2026-03-12 03:00:00"),
)]  # fmt: skip
REJECT = {"platform": "shop", "kind": "events", "records_count": 1, "loaded_at": "2026-03-12 03:00:00"}
BEFORE_THE_LATE = "2026-03-11T00:00:00"


def build(settings: Settings, day: int, arrived_before: str | None = None) -> None:
    """Build tables for a night in March, as of a moment."""
    for selection in ("staging", "training"):
        variables = {"logical_date": f"2026-03-{day:02}", "run_id": "r", "arrived_before": arrived_before}
        transform(settings, selection, variables)


def home_with(path: Path, has_late: bool) -> Settings:
    """A home into which the early records were loaded, and perhaps the late ones too."""
    settings = empty_home(path)
    land(settings, "shop_events", [*EARLY, *LATE] if has_late else EARLY)
    land(settings, "shop_items", ITEMS if has_late else ITEMS[:1])
    land(settings, "shop_accounts", [{"customer": "ann", "file_id": "a", "loaded_at": "2026-03-03 03:00:00"}])
    land(settings, "rejects", [REJECT] if has_late else [])
    return settings


def test_tables_as_of_arrival_are_those_of_the_night_itself(tmp_path: Path) -> None:
    """Built as of its arrival, a night has the tables it had then, though tables had known all before.

    That holds after a step back that was broken off, and where nothing at all was seen in between. The next night,
    which sees everything, has the tables of a home that never went back.
    """
    then, settings = home_with(tmp_path / "then", has_late=False), home_with(tmp_path / "late", has_late=True)
    undisturbed = home_with(tmp_path / "once", has_late=True)
    build(then, 9)
    build(settings, 20)
    with pytest.raises(KeyboardInterrupt):
        transform(settings, "training", {"logical_date": "2026-03-02", "arrived_before": BEFORE_THE_LATE}, broken_off)
    build(settings, 2, "2026-03-01T00:00:00")
    build(settings, 9, BEFORE_THE_LATE)
    assert contents(settings) == contents(then)
    build(settings, 21)
    build(undisturbed, 21)
    assert contents(settings) == contents(undisturbed)
    assert {row[0] for row in contents(settings)["marts.fct_interactions"]} == {"e0", "e1", "e2", "e3", "e8", "e9"}


def broken_off(*_: object) -> dict[str, str]:
    """A run of dbt that does not come to its end."""
    raise KeyboardInterrupt
