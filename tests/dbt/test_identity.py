"""Who is who over the nights: merges, splits, decisions of people, what is refused, and how all that is told."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main
from flows.contracts import load_contracts
from flows.identity import explain
from flows.kept_apart import keep_apart
from flows.settings import Settings
from flows.warehouse import connect
from flows.watermark import watermark
from tests.dbt.built_home import build, build_persons, empty_home, land

HISTORY = """
    select account_key, user_id, match_evidence, valid_from, valid_to from marts.dim_account_history
    order by account_key, valid_from
"""


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """What a query finds."""
    with connect(settings.warehouse) as connection:
        return connection.execute(query).fetchall()


def deliver(settings: Settings, day: int, table: str, **record: str) -> None:
    """An account's record that was loaded on a day in March."""
    land(settings, table, [{**record, "file_id": f"f{day}", "line": 1, "loaded_at": f"2026-03-{day:02} 03:00:00"}])


def mark(settings: Settings) -> str:
    """The watermark of a night, from which its run's id is made."""
    with connect(settings.warehouse) as connection:
        return watermark(connection, load_contracts(settings.contracts), date(2026, 3, 4))


def persons(settings: Settings) -> list[list[str]]:
    """The accounts of each person who has several."""
    query = """
        select list(account_key order by account_key) from marts.dim_accounts
        group by user_id having count(*) > 1 order by 1
    """
    return [accounts for (accounts,) in rows(settings, query)]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Nights of the 2nd, 4th and 6th; on the 4th video:9 ties three accounts together, on the 6th two.

    Its e-mail is told on the 3rd and corrected on the 5th. 21 readers have the phone of one office.
    """
    settings = empty_home(tmp_path_factory.mktemp("identity"))
    deliver(settings, 1, "shop_accounts", customer="u17", email="email:aa", registered_at="2026-01-01")
    deliver(settings, 1, "video_accounts", viewer_id="9", member_since="2026-01-02")
    deliver(settings, 1, "music_accounts", listener="4", device="device:dd", created_at="2026-01-03")
    for number in range(21):
        deliver(settings, 1, "news_accounts", reader=f"r{number:02}", mobile="phone:0ff1ce0ff1ce")
    build(settings, 2, ("staging",))
    build_persons(settings, 2)
    video = {"viewer_id": "9", "device_id": "device:dd", "member_since": "2026-01-02"}
    deliver(settings, 3, "video_accounts", email_address="email:aa", **video)
    build_persons(settings, 4)
    build_persons(settings, 4)
    deliver(settings, 5, "video_accounts", email_address="email:bb", **video)
    build_persons(settings, 6, "+identity_facts")
    return settings


def test_the_history_of_identity_keeps_merges_and_splits(settings: Settings) -> None:
    """New evidence merges, a withdrawn identifier splits, and a night that is run again adds no row."""
    spans = [row for row in rows(settings, HISTORY) if not row[0].startswith("news:")]
    first, second, third = (date(2026, 3, day) for day in (2, 4, 6))
    shop, video, music = (
        rows(settings, f"select 'u' || left(md5('{key}:0'), 16)")[0][0] for key in ("shop:u17", "video:9", "music:4")
    )
    assert spans == [
        ("music:4", music, None, first, second),
        ("music:4", shop, "device", second, third),
        ("music:4", video, "device", third, None),
        ("shop:u17", shop, None, first, second),
        ("shop:u17", shop, "email", second, third),
        ("shop:u17", shop, None, third, None),
        ("video:9", video, None, first, second),
        ("video:9", shop, "device and email", second, third),
        ("video:9", video, "device", third, None),
    ]


def test_explain_tells_the_chain_what_is_not_followed_and_the_past(settings: Settings) -> None:
    """In plain words: who is linked by what, which identifier links nobody and why, and earlier persons; no values."""
    text = explain(settings, "music:4")
    assert text.splitlines()[0].startswith("music:4 is one person with another account: u")
    assert "since the night of 2026-03-06." in text
    assert "\n  music:4 and video:9 share a device.\n" in text
    assert "On earlier nights:\n  from 2026-03-02 until before 2026-03-04: u" in text
    assert "by device, strength 0.60" in text
    alone = explain(settings, "r03")
    assert alone.startswith("news:r03 stands alone as u")
    assert "  The phone of news:r03 (mark 0ff1ce0f) is that of 21 accounts: it links nobody." in alone
    assert "0ff1ce0ff1ce" not in alone
    assert explain(settings, rows(settings, "select user_id from marts.dim_accounts where account_id = '4'")[0][0])


def test_an_identifier_of_too_many_accounts_is_listed_and_counted(settings: Settings) -> None:
    """The office's phone is listed with a mark; the facts for the gate count it, and nothing was split."""
    assert rows(settings, "select * from quality.identifiers_refused") == [("phone", "0ff1ce0f", 21, "news")]
    facts = "select refused_identifiers_count, refused_accounts_count, split_groups_count from quality.identity_facts"
    assert rows(settings, facts) == [(1, 21, 0)]


def test_accounts_that_are_not_known_are_refused_in_words(settings: Settings, capsys: pytest.CaptureFixture) -> None:
    """A name that is nobody's, one that is several accounts', and a missing home say what to do; nothing is noted."""
    with pytest.raises(LookupError, match=r"nobody is 'video:99'\. Near it: video:9"):
        explain(settings, "video:99")
    assert main(["identity", "explain", "nobody at all", "--home", str(settings.home)]) == 1
    assert "crossrec: An account is named by" in capsys.readouterr().err
    with pytest.raises(LookupError, match="crossrec night"):
        explain(Settings(home=settings.home / "none"), "video:9")
    with pytest.raises(LookupError, match=r"found 'u17'\. Near it: shop:u17"):
        keep_apart(settings, "u17", "video:9")
    with pytest.raises(ValueError, match="found 'video:9' twice"):
        keep_apart(settings, "video:9", "video:9")
    with pytest.raises(LookupError, match="can be released; shop:u17 and video:9 are not"):
        keep_apart(settings, "video:9", "shop:u17", undo=True)
    assert rows(settings, "select count(*) from raw.do_not_link") == [(0,)]


def test_accounts_kept_apart_stay_so_over_others_until_it_is_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """shop:u17 and music:4 hang together over video:9: its device, the weaker link, is cut and kept for review.

    The decision is an input of the night: its watermark is another, until the decision is taken back.
    """
    settings = empty_home(tmp_path)
    deliver(settings, 1, "shop_accounts", customer="u17", email="email:aa")
    deliver(settings, 1, "video_accounts", viewer_id="9", email_address="email:aa", device_id="device:dd")
    deliver(settings, 1, "music_accounts", listener="4", device="device:dd")
    build(settings, 2, ("staging",))
    build_persons(settings, 2)
    assert persons(settings) == [["music:4", "shop:u17", "video:9"]]
    before = mark(settings)
    command = ["identity", "do-not-link", "shop:u17", "music:4", "--home", str(settings.home)]
    assert main(command) == main(command) == 0
    assert rows(settings, "select account_key, other_key, is_apart from raw.do_not_link") == [
        ("music:4", "shop:u17", True)
    ]
    assert mark(settings) != before
    build_persons(settings, 3)
    assert persons(settings) == [["shop:u17", "video:9"]]
    cut = "select account_key, linked_key, evidence, strength, cut_reason from quality.links_cut"
    assert rows(settings, cut) == [("video:9", "music:4", "device", 0.6, "kept apart")]
    text = explain(settings, "music:4")
    assert "music:4 and shop:u17 are kept apart by a decision." in text
    assert "video:9 and music:4 share a device, but that link was cut: accounts that people keep apart" in text
    assert main([*command, "--undo"]) == 0
    assert "may be one person again" in capsys.readouterr().out
    assert mark(settings) == before
    build_persons(settings, 4)
    assert persons(settings) == [["music:4", "shop:u17", "video:9"]]


def test_the_history_says_of_each_night_what_its_newest_run_says(tmp_path: Path) -> None:
    """Nights that are run in another order, or once more, leave the same history."""
    in_order, backwards = empty_home(tmp_path / "order"), empty_home(tmp_path / "back")
    for settings, nights in ((in_order, (2, 4)), (backwards, (4, 2, 4))):
        deliver(settings, 1, "shop_accounts", customer="a", email="email:aa", registered_at="2026-02-01")
        deliver(settings, 1, "shop_accounts", customer="b", email="email:bb", registered_at="2026-02-01")
        deliver(settings, 1, "video_accounts", viewer_id="7", email_address="email:aa", member_since="2026-03-03")
        build(settings, nights[0], ("staging",))
        for night in nights:
            build_persons(settings, night)
    assert rows(in_order, HISTORY) == rows(backwards, HISTORY)
    assert len(rows(in_order, HISTORY)) == 4
