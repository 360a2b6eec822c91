"""Realised quality: lists of earlier nights against what people then took, checked by hand."""

from datetime import date, datetime, timedelta
from math import log2
from pathlib import Path

import pandas as pd
import pytest

from flows import ledger
from flows.realise import realise
from flows.settings import Settings
from flows.warehouse import connect
from tests.flows.made_up_night import fill

NIGHT = date(2026, 3, 1)
CUT = datetime(2026, 3, 2)
FIRST = NIGHT - timedelta(days=2)  # its lists are judged by 28 February and 1 March


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour)


def publish(settings: Settings, night: date, rows: list[tuple[str, str, str, int]]) -> None:
    """Leave lists (platform, user, item, rank) as a published night does."""
    folder = settings.history / f"logical_date={night}"
    folder.mkdir(parents=True)
    frame = pd.DataFrame(rows, columns=["platform", "user_id", "item_id", "item_rank"]).assign(run_id=f"run-{night}")
    frame.to_parquet(folder / "recommendations.parquet")


def lists_of(user: str, platform: str = "shop") -> list[tuple[str, str, str, int]]:
    """A list i1 … i12."""
    return [(platform, user, f"i{rank}", rank) for rank in range(1, 13)]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two platforms, three persons with an account on each; nothing may return on the shop."""
    settings = Settings(home=tmp_path)
    ledger.begin_run(settings, "now", NIGHT, {}, "")
    with connect(settings.warehouse) as connection:
        fill(
            connection, "marts.dim_platforms", "platform varchar, consumed_may_return boolean",
            [("shop", False), ("video", True)],
        )  # fmt: skip
        accounts = [(platform, f"a{n}", f"u{n}") for platform in ("shop", "video") for n in (1, 2, 3)]
        fill(connection, "marts.dim_accounts", "platform varchar, account_id varchar, user_id varchar", accounts)
        columns = "platform varchar, account_id varchar, item_id varchar, event_at timestamp, is_positive boolean"
        fill(connection, "marts.fct_interactions", columns, [])
    return settings


def take(settings: Settings, *rows: tuple[str, str, str, datetime], is_positive: bool = True) -> None:
    """Somebody (platform, account, item) takes something."""
    with connect(settings.warehouse) as connection:
        connection.executemany(
            "insert into marts.fct_interactions values (?, ?, ?, ?, ?)", [[*row, is_positive] for row in rows]
        )


def figures(settings: Settings, run_id: str = "now", night: date = NIGHT) -> dict[tuple[date, str, str], tuple]:
    """What the ledger holds after judging: (value, persons) by list night, platform and metric."""
    realise(settings, run_id, night)
    query = "select list_logical_date, platform, metric, value, persons_count from ops.realised where run_id = ?"
    with connect(settings.warehouse) as connection:
        return {tuple(row[:3]): row[3:] for row in connection.execute(query, [run_id]).fetchall()}


def test_figures_equal_those_by_hand(settings: Settings) -> None:
    """One person takes ranks 2 and 12 of their list, another an item that is not in theirs, a third nothing."""
    publish(settings, FIRST, lists_of("u1") + lists_of("u2") + lists_of("u3"))
    day = at(FIRST + timedelta(days=1))
    take(settings, ("shop", "a1", "i2", day), ("shop", "a1", "i12", day), ("shop", "a2", "other", day))
    found = figures(settings)
    by_hand = (1 / log2(3)) / (1 + 1 / log2(3)) / 2
    assert found[FIRST, "shop", "ndcg@10"] == (pytest.approx(by_hand), 2)
    assert found[FIRST, "shop", "recall@10"] == (pytest.approx((1 / 2 + 0) / 2), 2)
    assert {platform for _, platform, _ in found} == {"shop", "macro"}


def test_the_mean_of_platforms_is_told(settings: Settings) -> None:
    """`macro` is the mean of the platforms' figures, over the persons judged on any of them."""
    publish(settings, FIRST, lists_of("u1") + lists_of("u2", "video"))
    day = at(FIRST + timedelta(days=1))
    take(settings, ("shop", "a1", "i1", day), ("video", "a2", "i2", day))
    found = figures(settings)
    assert found[FIRST, "macro", "ndcg@10"] == (pytest.approx((1 + 1 / log2(3)) / 2), 2)


def test_interval_holds_the_value(settings: Settings) -> None:
    """Value, low and high are in order, days are counted, and the list's run is named."""
    publish(settings, FIRST, [row for user in ("u1", "u2", "u3") for row in lists_of(user)])
    day = at(FIRST + timedelta(days=1))
    take(settings, ("shop", "a1", "i1", day), ("shop", "a2", "i5", day), ("shop", "a3", "other", day))
    realise(settings, "now", NIGHT)
    query = "select list_run_id, days_count, logical_date, low, value, high from ops.realised where platform = 'shop'"
    with connect(settings.warehouse) as connection:
        for list_run_id, days_count, night, low, value, high in connection.execute(query).fetchall():
            assert (list_run_id, days_count, night) == (f"run-{FIRST}", 2, NIGHT)
            assert 0 <= low < value < high <= 1


def test_nothing_at_or_after_the_cut_counts(settings: Settings) -> None:
    """What is taken at the very cut or later changes no figure."""
    publish(settings, FIRST, lists_of("u1") + lists_of("u2"))
    take(settings, ("shop", "a1", "i2", at(FIRST + timedelta(days=1))))
    before = figures(settings)
    take(settings, ("shop", "a1", "i1", CUT), ("shop", "a2", "i1", CUT + timedelta(days=3)))
    assert figures(settings) == before


def test_what_was_taken_before_the_list_does_not_count(settings: Settings) -> None:
    """The list's own day is known to it: only what is taken after its cut is a hit, and only takings are."""
    publish(settings, FIRST, lists_of("u1"))
    take(settings, ("shop", "a1", "i1", at(FIRST, 23)))
    take(settings, ("shop", "a1", "i2", at(FIRST + timedelta(days=1))), is_positive=False)
    assert figures(settings) == {}


def test_taken_again_counts_only_where_it_may_return(settings: Settings) -> None:
    """An item taken before the list and again after it is relevant on video, and is not on the shop."""
    publish(settings, FIRST, lists_of("u1") + lists_of("u1", "video"))
    for platform in ("shop", "video"):
        take(settings, (platform, "a1", "i1", at(FIRST - timedelta(days=50))), (platform, "a1", "i1", at(NIGHT)))
    assert {platform for _, platform, _ in figures(settings)} == {"video", "macro"}


def test_only_lists_of_the_thirty_nights_before_are_judged(settings: Settings) -> None:
    """Lists of 30 nights ago are judged; those of 31 nights ago, of this night and of later ones are not."""
    for days in (31, 30, 1, 0, -1):
        publish(settings, NIGHT - timedelta(days=days), lists_of("u1"))
    take(settings, ("shop", "a1", "i3", at(NIGHT)))
    assert {night for night, _, _ in figures(settings)} == {NIGHT - timedelta(days=30), NIGHT - timedelta(days=1)}


def test_accounts_of_one_person_count_together(settings: Settings) -> None:
    """What a second account takes is the person's; an account that belongs to nobody is nobody's."""
    publish(settings, FIRST, lists_of("u1"))
    with connect(settings.warehouse) as connection:
        connection.execute("insert into marts.dim_accounts values ('shop', 'second', 'u1')")
    day = at(FIRST + timedelta(days=1))
    take(settings, ("shop", "second", "i1", day), ("shop", "stranger", "i2", day))
    assert figures(settings)[FIRST, "shop", "ndcg@10"] == (1.0, 1)


def test_without_history_there_is_nothing_to_say(settings: Settings) -> None:
    """The first night judges nothing and fails at nothing."""
    assert realise(settings, "now", NIGHT).rows == {"ops.realised": 0}


def test_judging_again_replaces(settings: Settings) -> None:
    """The same run judged twice leaves the same rows, bit for bit."""
    publish(settings, FIRST, lists_of("u1") + lists_of("u2"))
    take(settings, ("shop", "a1", "i2", at(NIGHT)), ("shop", "a2", "i7", at(NIGHT)))
    first = figures(settings)
    assert figures(settings) == first
    with connect(settings.warehouse) as connection:
        assert connection.execute("select count(*) from ops.realised").fetchone() == (4,)
