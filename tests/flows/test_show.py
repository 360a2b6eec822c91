"""`crossrec show`: a person's lists and history on a terminal."""

from pathlib import Path

import pytest

from flows.publish import write_copy
from flows.settings import Settings
from flows.show import show
from flows.warehouse import connect
from tests.flows.made_up_night import make_night


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A published night."""
    settings = Settings(home=tmp_path_factory.mktemp("show"))
    make_night(settings)
    with connect(settings.warehouse) as connection:
        connection.execute("create table published.accounts as select * from marts.dim_accounts")
    write_copy(settings, settings.published, "published", ("recommendations", "accounts"), has_history=False)
    return settings


def test_lists_and_history_are_shown(settings: Settings) -> None:
    """A person's accounts, what they did, and their list on every platform, with reasons."""
    text = show(settings, "u1")
    assert "u1  lists of 2026-03-01" in text
    assert "Accounts: news:a, shop:a, video:a" in text
    for words in (
        "Espresso machine",
        "咖啡的历史",
        "2026-03-01 02:00",
        "purchase",
        "List on video",
        "Popular on News now",
    ):
        assert words in text
    assert "\x1b" not in text


@pytest.mark.parametrize("key", ["u3", "news:c", "c"])
def test_a_person_has_many_names(settings: Settings, key: str) -> None:
    """A user_id, an account with its platform, and an account whose name is the only one, all lead to the person."""
    assert show(settings, key).startswith("u3  ")


def test_the_same_name_of_one_person_is_enough(settings: Settings) -> None:
    """An account name that stands on several platforms but for one person needs no platform."""
    assert show(settings, "b").startswith("u2  ")


def test_a_name_of_several_persons_is_refused(settings: Settings) -> None:
    """An account name that two persons bear is refused with the choices."""
    with connect(settings.published) as connection:
        connection.execute("insert into accounts values ('video', 'c', 'u4')")
    with pytest.raises(LookupError, match="news:c, video:c"):
        show(settings, "c")
    with connect(settings.published) as connection:
        connection.execute("delete from accounts where platform = 'video' and account_id = 'c'")


def test_nobody_is_refused_with_what_to_do(settings: Settings) -> None:
    """An unknown key says how a person is named and where to look for one."""
    with pytest.raises(LookupError, match=r"nobody tonight is 'nobody'.*select \* from accounts"):
        show(settings, "nobody")


def test_nothing_published_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """Without a published file the message says which file and which command."""
    with pytest.raises(LookupError, match="crossrec night"):
        show(Settings(home=tmp_path), "u1")


def test_titles_are_no_markup(settings: Settings) -> None:
    """Brackets in a title are shown, not obeyed."""
    with connect(settings.published) as connection:
        connection.execute("update recommendations set item_title = '[red]sale[/red]' where item_id = 's2'")
    assert "[red]sale[/red]" in show(settings, "u1")


def test_lists_are_shown_while_a_night_runs(settings: Settings) -> None:
    """While somebody works in the warehouse the lists are shown all the same, and the gap is named."""
    with connect(settings.warehouse):
        text = show(settings, "u1")
    assert "List on shop" in text and "cannot be read now" in text
