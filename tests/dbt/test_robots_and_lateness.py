"""What is not believed and what came late, from raw tables to the tables that are learned from and judged."""

from datetime import date
from pathlib import Path
from typing import Any

from flows.settings import Settings
from flows.warehouse import connect
from tests.dbt.built_home import build, empty_home, land, order


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """What a query finds."""
    with connect(settings.warehouse) as connection:
        return connection.execute(query).fetchall()


def deliver(settings: Settings, loaded: int, events: list[dict[str, Any]]) -> None:
    """Add a file of events that was written and then loaded on the morning of a day in March."""
    moments = {"modified_at": f"2026-03-{loaded:02} 02:00:00", "loaded_at": f"2026-03-{loaded:02} 03:00:00"}
    counts = {"rows_count": len(events), "rejects_count": 0, "skipped_count": 0, "records_count": len(events)}
    file = {"platform": "shop", "kind": "events", "file_id": f"file of {loaded}", "path": f"{loaded}"}
    land(settings, "files", [{**file, **counts, **moments, "outcome": "loaded"}])
    land(settings, "shop_events", events)


def test_robots_are_kept_and_nothing_is_learned_from_them(tmp_path: Path) -> None:
    """Their events stay interactions and they stay persons; no sequence, no popularity and no pair is theirs."""
    settings = empty_home(tmp_path)
    burst = [order(f"b{second}", "bot", 2, 3, "pan", second) for second in range(60)]
    slow = [order(f"s{second}", "cid", 2, 3, "pot", second) for second in range(59)]
    noon = [order(f"n{number}", "day", 2, 3, f"item {number}") for number in range(100)]
    land(settings, "shop_events", [*burst, *slow, *noon, order("e1", "ann", 2, 3)])
    build(settings, 2)
    suspects = "select account_id, suspect_rule from marts.dim_accounts where is_suspect order by all"
    assert rows(settings, suspects) == [("bot", "events per minute")]
    counted = "select account_id, count(*) from marts.fct_interactions group by all order by all"
    assert rows(settings, counted) == [("ann", 1), ("bot", 60), ("cid", 59), ("day", 100)]
    assert rows(settings, "select count(*) from training.users") == [(4,)]
    learned = """
        select accounts.account_id, count(*)
        from training.sequences as sequences
        inner join marts.dim_accounts as accounts on sequences.user_id = accounts.user_id
        group by all order by all
    """
    assert rows(settings, learned) == [("ann", 1), ("cid", 59), ("day", 100)]
    popular = """
        select items.item_id, item_days.positives_count
        from training.item_days as item_days
        inner join training.items as items on item_days.item_index = items.item_index
        where items.item_id in ('pan', 'pot')
    """
    assert rows(settings, popular) == [("pot", 59)]
    facts = "select suspect_accounts_count, suspect_account_share, suspect_event_share from quality.platform_facts"
    assert rows(settings, f"{facts} where platform = 'shop'") == [(1, 0.25, 60 / 220)]


def test_late_events_are_marked_and_those_that_came_too_late_are_counted(tmp_path: Path) -> None:
    """Three days late is allowed, seven days back are built every night; a first delivery of years is in time."""
    settings = empty_home(tmp_path)
    deliver(settings, 13, [order("old", "ann", 1, 13), order("e1", "ann", 12, 13)])
    build(settings, 12)
    assert rows(settings, "select event_id, is_late from marts.fct_interactions order by all") == [
        ("e1", False), ("old", False),
    ]  # fmt: skip
    deliver(settings, 14, [order("now", "ann", 13, 14), order("allowed", "ann", 9, 14), order("late", "ann", 8, 14),
                           order("too late", "ann", 2, 14), order("old", "ann", 1, 14)])  # fmt: skip
    build(settings, 13)
    marked = "select event_id from marts.fct_interactions where is_late order by all"
    assert rows(settings, marked) == [("late",), ("too late",)]
    shop = "from quality.platform_facts where platform = 'shop'"
    assert rows(settings, f"select day_events_count, too_late_count {shop}") == [(1, 1)]
    counted = [("shop", date(2026, 3, 2), date(2026, 3, 13), 1)]
    assert rows(settings, "select * from quality.late_days") == counted
    deliver(settings, 15, [order("next", "ann", 14, 15)])
    build(settings, 14)
    assert rows(settings, f"select day_events_count, too_late_count {shop}") == [(1, 0)]
    assert rows(settings, "select * from quality.late_days") == counted
