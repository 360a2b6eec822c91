"""The stage match: which pairs it finds, that it compares what is new, and that the way to a night leaves no trace."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flows.match import match
from flows.settings import Settings
from flows.warehouse import connect
from models.text_encoder import load_text_encoder

COLUMNS = ("title", "creator", "category", "released_year", "gtin", "isbn", "imdb", "isrc")
CREATE = f"""
    create schema intermediate;
    create schema features;
    create table intermediate.int_items_deduplicated (
        platform varchar, item_id varchar, {", ".join(f"{name} varchar" for name in COLUMNS)}
    );
    create view intermediate.int_item_texts as
    select platform, item_id, title as text, md5(title) as text_hash from intermediate.int_items_deduplicated;
    create table features.text_embeddings (text_hash varchar, encoder varchar, embedding float[]);
"""
PAIRS = "select first_key, second_key, weight from links.item_candidates order by all"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home without an item."""
    return empty_home(tmp_path)


def empty_home(path: Path) -> Settings:
    """A home as dbt staging and encode leave it, without an item."""
    path.mkdir(exist_ok=True)
    settings = Settings(home=path, encoder="use")
    with connect(settings.warehouse) as connection:
        connection.execute(CREATE)
    return settings


def deliver(settings: Settings, platform: str, item_id: str, title: str | None, **fields: Any) -> None:
    """Let a platform list an item, in the place of what it said of it before."""
    values = {"title": title, **fields}
    row = [platform, item_id, *(values.get(name) for name in COLUMNS)]
    with connect(settings.warehouse) as connection:
        connection.execute(
            "delete from intermediate.int_items_deduplicated where platform = ? and item_id = ?", [platform, item_id]
        )
        places = ", ".join("?" for _ in row)
        connection.execute(f"insert into intermediate.int_items_deduplicated values ({places})", row)


def withdraw(settings: Settings, platform: str, item_id: str) -> None:
    """Take an item out of what is known."""
    with connect(settings.warehouse) as connection:
        connection.execute(
            "delete from intermediate.int_items_deduplicated where platform = ? and item_id = ?", [platform, item_id]
        )


def pairs(settings: Settings) -> list[tuple[str, str, float]]:
    """The pairs that were found, with their weights."""
    with connect(settings.warehouse) as connection:
        return connection.execute(PAIRS).fetchall()


def found(settings: Settings) -> list[tuple[str, str]]:
    """The pairs whose evidence is enough for dbt to choose them."""
    return [(first, second) for first, second, weight in pairs(settings) if weight >= 5]


def test_listings_of_one_thing_are_found_across_platforms(settings: Settings) -> None:
    """A slip, an article and an edition are no difference; another year, sequel or creator is one."""
    deliver(settings, "films", "1", "Matrix, The", released_year="1999", category="Action|Sci-Fi")
    deliver(settings, "video", "a", "The Matirx [Special Edition]", released_year="1999", category="Sci-Fi Action")
    deliver(settings, "films", "2", "Cinderella", released_year="1950", category="Animation")
    deliver(settings, "video", "b", "Cinderella", released_year="1997", category="Animation")
    deliver(settings, "films", "3", "Toy Story", released_year="1995", category="Animation")
    deliver(settings, "video", "c", "Toy Story 2", category="Animation")
    deliver(settings, "films", "4", "Love Story", creator="Erich Segal", category="Drama")
    deliver(settings, "video", "d", "Love Story", creator="Taylor Swift", category="Drama")
    deliver(settings, "films", "5", None)
    deliver(settings, "video", "e", "?!")
    match(settings)
    assert found(settings) == [("films:1", "video:a")]


def test_items_of_one_platform_are_never_compared(settings: Settings) -> None:
    """The same record twice on one platform makes no pair."""
    for item in ("1", "2"):
        deliver(settings, "films", item, "The Third Man", released_year="1949", creator="Carol Reed")
    match(settings)
    assert pairs(settings) == []


def test_other_external_ids_say_that_it_is_another_thing(settings: Settings) -> None:
    """Of three editions of one title and author those with different ISBNs make no pair; a broken ISBN says nothing."""
    same = {"creator": "Franz Kafka", "released_year": "1925"}
    deliver(settings, "books", "1", "The Trial of Josef K", isbn="0306406152", **same)
    deliver(settings, "shop", "a", "The Trial of Josef K", isbn="080442957X", **same)
    deliver(settings, "games", "x", "The Trial of Josef K", isbn="1234567890", **same)
    match(settings)
    assert found(settings) == [("books:1", "games:x"), ("games:x", "shop:a")]


def test_a_title_in_another_language_is_known_by_creator_year_and_meaning(settings: Settings) -> None:
    """The texts' embeddings tell the translation from another book of that author and year."""
    tolstoy = {"creator": "Lew Tolstoi", "released_year": "1869"}
    titles = ("Krieg und Frieden", "War and Peace", "Anna Karenina")
    deliver(settings, "books", "1", titles[0], **tolstoy)
    deliver(settings, "shop", "a", titles[1], **tolstoy)
    deliver(settings, "shop", "b", titles[2], **tolstoy)
    with connect(settings.warehouse) as connection:
        for title, vector in zip(titles, load_text_encoder("use").encode(list(titles)), strict=True):
            connection.execute(
                "insert into features.text_embeddings values (md5(?), 'use', ?)", [title, np.asarray(vector).tolist()]
            )
    match(settings)
    assert found(settings) == [("books:1", "shop:a")]


def test_a_second_night_compares_what_is_new(settings: Settings) -> None:
    """Nothing new, nothing done; a record that changed is compared anew, and one that went takes its pairs along."""
    for number, title in enumerate(("The Third Man", "Casablanca nights", "Vertigo of the sea", "Rear window views")):
        deliver(settings, "films", str(number), title)
        deliver(settings, "video", str(number), title, category="Film")
    assert match(settings).rows == {"links.items": 8, "links.item_candidates": 4}
    assert match(settings).rows == {"links.items": 0, "links.item_candidates": 0}
    deliver(settings, "video", "0", "The Third Man", category="Film", released_year="1949")
    assert match(settings).rows == {"links.items": 1, "links.item_candidates": 1}
    withdraw(settings, "films", "1")
    assert match(settings).rows == {"links.items": 0, "links.item_candidates": 0}
    assert [first for first, _, _ in pairs(settings)] == ["films:0", "films:2", "films:3"]


def test_the_way_to_a_night_leaves_no_trace(settings: Settings, tmp_path: Path) -> None:
    """Items that came, changed, went and made a block too large for a while: the pairs are those of one night."""
    final = [("films", "1", "Dune part one"), ("video", "a", "Dune part one"), ("video", "b", "Dune part oen")]
    deliver(settings, "films", "1", "Something else altogether")
    deliver(settings, "video", "a", "Dune part one")
    match(settings)
    deliver(settings, "films", "1", "Dune part one")
    match(settings)
    with connect(settings.warehouse) as connection:
        connection.execute(
            "insert into intermediate.int_items_deduplicated by name select 'video' as platform, "
            "'many ' || number as item_id, 'Dune part one' as title from range(60) as numbers (number)"
        )
    match(settings)
    crowded = pairs(settings)
    with connect(settings.warehouse) as connection:
        connection.execute("delete from intermediate.int_items_deduplicated where item_id like 'many %'")
    deliver(settings, "video", "b", "Dune part oen")
    match(settings)
    at_once = empty_home(tmp_path / "once")
    for platform, item, title in reversed(final):
        deliver(at_once, platform, item, title)
    match(at_once)
    assert pairs(settings) == pairs(at_once)
    assert crowded == []
    assert [pair[:2] for pair in pairs(at_once)] == [("films:1", "video:a"), ("films:1", "video:b")]
