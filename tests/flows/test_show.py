"""`crossrec show`: who a person is, what they did and what they are offered, on a terminal."""

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest
from rich.cells import cell_len

from flows.contract_words import EVENT_TYPES
from flows.publish import write_copy, write_history
from flows.reporting.wording import WORDS
from flows.settings import Settings
from flows.show import show
from flows.warehouse import connect
from tests.flows.made_up_night import NIGHT, make_night

EARLIER = date(2026, 2, 28)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two published nights; on the earlier one the espresso machine was a kettle."""
    settings = Settings(home=tmp_path_factory.mktemp("show"))
    make_night(settings)
    renamed = "update published.recommendations set item_title = ? where item_id = 's1'"
    with connect(settings.warehouse) as connection:
        connection.execute("create table published.accounts as select * from marts.dim_accounts")
        connection.execute(renamed, ["Kettle"])
    write_history(settings, EARLIER)
    with connect(settings.warehouse) as connection:
        connection.execute(renamed, ["Espresso machine"])
    write_history(settings, NIGHT)
    write_copy(settings, settings.published, "published", ("recommendations", "accounts"), has_history=True)
    return settings


@pytest.fixture
def settings(made: Settings, tmp_path: Path) -> Settings:
    """A copy of these nights that a test may spoil."""
    copytree(made.home, tmp_path, dirs_exist_ok=True)
    return Settings(home=tmp_path)


def change(settings: Settings, statement: str) -> None:
    with connect(settings.published) as connection:
        connection.execute(statement)


def test_a_person_is_told(settings: Settings) -> None:
    """Accounts by platform, since when and how much, what they did in words, and a list on every platform."""
    text = show(settings, "u1")
    assert text.startswith("u1  known since 21 January 2026 · 4 events\n")
    for words in (
        "News   a  2 events, the last on 2026-03-01",
        "2026-03-01 02:00  Shop   bought    Espresso machine",
        "2026-02-28 02:00  News   read      咖啡的历史",
        "Lists of 1 March 2026",
        "Because you took “手冲咖啡壶” on Shop",
        "Popular on News now",
    ):
        assert words in text
    assert text.index("  News\n") < text.index("  Shop\n") < text.index("  Video\n")
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [80, 140])
def test_columns_stand_in_line(settings: Settings, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is wider than the window, and reasons begin in one column, whatever the width of the title's letters."""
    monkeypatch.setenv("COLUMNS", str(width))
    lines = show(settings, "u1").splitlines()
    assert max(map(cell_len, lines)) <= width
    rows = [line for line in lines if "Popular on" in line]
    assert any("手冲咖啡壶" in line for line in rows) and any("Elections & more" in line for line in rows)
    assert len({cell_len(line[: line.index("Popular on")]) for line in rows}) == 1


def test_where_there_is_no_account_it_is_said(settings: Settings) -> None:
    """A list on a platform where the person has no account says so, above and beside the accounts."""
    text = show(settings, "u3")
    assert "Shop   no account yet" in text and "\n  Shop, no account yet\n" in text


def test_less_can_be_asked_for(settings: Settings) -> None:
    """Fewer ranks, and the list on one platform only; another name is refused with those that exist."""
    text = show(settings, "u1", 2, platform="news")
    assert "What coffee does to sleep" in text and "Elections & more" not in text
    assert "Latte art" not in text.split("Lists of")[1]
    with pytest.raises(LookupError, match="'radio' is none of news, shop, video"):
        show(settings, "u1", platform="radio")


def test_earlier_night_is_shown_from_history(settings: Settings) -> None:
    """The list is the one of that night, and nothing that the person did later stands beside it."""
    text = show(settings, "u1", night=EARLIER)
    assert "Lists of 28 February 2026" in text and "Kettle" in text
    assert "Espresso machine" not in text and "2026-03-01" not in text


def test_night_without_list_names_those_that_have_one(settings: Settings) -> None:
    """A night that was not published is refused with the nights that were."""
    with pytest.raises(LookupError, match=r"none of 2026-01-01\. There are those of 2026-03-01, 2026-02-28"):
        show(settings, "u1", night=date(2026, 1, 1))


@pytest.mark.parametrize("key", ["u3", "news:c", "c"])
def test_a_person_has_many_names(settings: Settings, key: str) -> None:
    """A user_id, an account with its platform, and an account whose name is the only one, all lead to the person."""
    assert show(settings, key).startswith("u3  ")


def test_the_same_name_of_one_person_is_enough(settings: Settings) -> None:
    """An account name that stands on several platforms but for one person needs no platform."""
    assert show(settings, "b").startswith("u2  ")


def test_a_name_of_several_persons_is_refused(settings: Settings) -> None:
    """An account name that two persons bear is refused with the choices."""
    change(settings, "insert into accounts values ('video', 'c', 'u4')")
    with pytest.raises(LookupError, match="news:c, video:c"):
        show(settings, "c")


def test_nobody_is_refused_with_what_is_near(settings: Settings) -> None:
    """An unknown key says how a person is named, what is like it, and who there is."""
    with pytest.raises(LookupError, match=r"nobody is 'shop:aa'\. Near it: shop:a.*Some that exist: u1, u2, u"):
        show(settings, "shop:aa")


def test_without_a_key_examples_are_named(settings: Settings) -> None:
    """Whoever names nobody is told how, with a person on three, on two and on one platform."""
    with pytest.raises(
        LookupError, match=r"(?s)none was given.*show u1   on news, shop, video\n.*show u2 .*\n.*show u[34]   on"
    ):
        show(settings)


def test_nothing_published_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """Without a published file the message says which file and which command."""
    with pytest.raises(LookupError, match=r"published\.duckdb.*crossrec night"):
        show(Settings(home=tmp_path), "u1")


def test_titles_steer_nothing(settings: Settings) -> None:
    """Brackets in a title are shown, not obeyed; what would steer the terminal does not reach it."""
    change(
        settings, "update recommendations set item_title = '[red]sale[/red]' || chr(27) || '[2J' where item_id = 's2'"
    )
    text = show(settings, "u1")
    assert "[red]sale[/red] [2J" in text and "\x1b" not in text


def test_lists_are_shown_while_a_night_works(settings: Settings) -> None:
    """While somebody works in the warehouse the lists are shown all the same, and the gap is named."""
    with connect(settings.warehouse):
        text = show(settings, "u1")
    assert "Elections & more" in text and "cannot be told now: a night is at work in the warehouse." in text


def test_every_event_type_has_a_word() -> None:
    """Whatever a platform's events become, a person can read what was done; impressions are not shown."""
    assert set(WORDS) == set(EVENT_TYPES) - {"impression"}
