"""The dbt project as a night runs it: over nothing, over any order of nights, and its unit tests."""

from pathlib import Path

from flows.retraction import retract
from flows.transform import SELECTIONS
from flows.warehouse import connect
from tests.dbt.built_home import build, check, contents, empty_home, land, order


def test_all_selections_build_over_empty_tables_and_unit_tests_pass(tmp_path: Path) -> None:
    """A home without a record builds; over its tables every unit test of the SQL passes."""
    settings = empty_home(tmp_path)
    build(settings, 10, SELECTIONS)
    statuses = check(settings, {"logical_date": "2026-03-10", "run_id": "r"}, "test_type:unit")
    assert len(statuses) >= 20
    assert set(statuses.values()) == {"pass"}


def test_a_night_is_the_same_whatever_nights_were_built_before(tmp_path: Path) -> None:
    """Late and repeated events, a merge of persons, skipped nights and a step back leave no trace of the way."""
    early = [order("e1", "ann", 1, 3), order("e2", "ben", 2, 3), order("e3", "ann", 2, 3), order("e9", "ann", 9, 3)]
    late = [order("e0", "cid", 1, 9), order("e2", "ben", 1, 9), order("e3", "ann", 8, 9), order("e8", "ann", 8, 9)]
    later = [order("e5", "ann", 3, 21)]
    early += [order(f"b{second}", "bot", 5, 3, second=second) for second in range(0, 60, 2)]
    late += [order(f"b{second}", "bot", 5, 9, second=second) for second in range(1, 60, 2)]
    accounts = [{"customer": name, "email": "token", "file_id": "a", "line": 1} for name in ("ann", "ben")]
    step_by_step, at_once = empty_home(tmp_path / "steps"), empty_home(tmp_path / "once")
    land(step_by_step, "shop_events", early)
    build(step_by_step, 9)
    land(step_by_step, "shop_events", late)
    land(step_by_step, "shop_accounts", accounts)
    build(step_by_step, 2)
    build(step_by_step, 20)
    land(step_by_step, "shop_events", later)
    build(step_by_step, 20)
    land(at_once, "shop_events", [*later, *late, *early])
    land(at_once, "shop_accounts", accounts)
    build(at_once, 20)
    assert contents(step_by_step) == contents(at_once)
    days = [(row[0], row[6].day) for row in contents(at_once)["marts.fct_interactions"] if row[2] != "bot"]
    assert days == [("e0", 1), ("e1", 1), ("e2", 1), ("e3", 2), ("e5", 3), ("e8", 8), ("e9", 9)]
    assert [row[:3] for row in contents(at_once)["intermediate.int_accounts_suspected"]] == [
        ("shop", "bot", "events per minute")
    ]


def test_what_was_retracted_leaves_no_trace(tmp_path: Path) -> None:
    """The next night has the tables of a home that never saw it: neither its firsts nor its days remain."""
    old, kept = [order("e1", "ann", 1, 3), order("e2", "ben", 2, 3, "pan")], order("e3", "ann", 4, 5, "pan")
    later = [order("e4", "ben", 20, 21, "pan"), order("e5", "ann", 20, 21)]
    retracted, never = empty_home(tmp_path / "retracted"), empty_home(tmp_path / "never")
    land(retracted, "shop_events", [*old, kept])
    build(retracted, 9)
    with connect(retracted.warehouse) as connection:
        retract(connection, ("shop", "events"), "file of 3")
    land(retracted, "shop_events", later)
    land(never, "shop_events", [kept, *later])
    build(retracted, 20)
    build(never, 20)
    assert contents(retracted) == contents(never)
    assert len(contents(never)["intermediate.int_items_consumed"]) == 3


def test_nothing_after_the_cut_changes_a_row(tmp_path: Path) -> None:
    """Events, accounts and items of later days, an account's later identifier and robots to be, change no table."""
    settings = empty_home(tmp_path)
    land(settings, "shop_events", [order("e1", "ann", 1, 3), order("e2", "ben", 2, 3)])
    land(settings, "shop_accounts", [{"customer": "ann", "email": "token", "registered_at": "2026-03-01"}])
    build(settings, 2)
    before = contents(settings)
    land(settings, "shop_events", [order("e3", "cid", 3, 4), order("e1", "ann", 3, 4, "pan")])
    land(settings, "shop_events", [order(f"b{second}", "ben", 3, 4, second=second) for second in range(60)])
    land(settings, "shop_accounts", [{"customer": "ben", "email": "token", "registered_at": "2026-03-03 00:00:00"}])
    land(settings, "shop_items", [{"sku": "pot", "name": "Pot", "listed_at": "2026-03-03 00:00:00"}])
    build(settings, 2)
    assert contents(settings) == before
