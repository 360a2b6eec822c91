"""Titles: spellings that mean the same give the same, and what tells variants apart is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.matching.titles import category_words, normal_name, normal_title, normal_year

WORD = st.text("bcdfghjklmnpqrstuvwxyz", min_size=2, max_size=8).filter(lambda word: word not in ("le", "la", "vi"))
WORDS = st.lists(WORD, min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Matrix, The", "The Matrix"),
        ("Appartement, L'", "L’Appartement"),
        ("Die Hard: With a Vengeance", "Hard: With a Vengeance, Die"),
        ("Postino, Il (The Postman)", "Il Postino (The Postman)"),
        ("Amélie", "AMELIE"),
        ("Tom &amp; Jerry", "Tom and Jerry"),
        ("Blade Runner [Special Edition]", "Blade Runner"),
        ("Blade Runner (Director's Cut)", "Blade Runner - Remastered"),
        ("Schindler's List", "Schindlers List"),
        ("ＡＢＣ café", "abc cafe"),
    ],
)
def test_spellings_of_one_title(one: str, other: str) -> None:
    """Case, accents, entities, the place of the article and notes on the edition say nothing."""
    assert normal_title(one).words == normal_title(other).words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Toy Story", "Toy Story 2"),
        ("Rocky II", "Rocky III"),
        ("Green tea, 14oz", "Green tea, 16oz"),
        ("Vitamin B", "Vitamin D"),
    ],
)
def test_variants_are_told_apart_by_their_numbers(one: str, other: str) -> None:
    """A sequel, a size and a variant by a letter differ in what is kept as numbers."""
    assert normal_title(one).numbers != normal_title(other).numbers


def test_a_subtitle_is_no_part_of_the_core() -> None:
    """The core ends at the first colon or dash; another name in brackets is no subtitle."""
    assert normal_title("Alien: Resurrection").core == "alien"
    assert normal_title("Alien - Resurrection").core == "alien"
    assert normal_title("Alien (Resurrection)").core == ""
    assert normal_title("Alien").core == ""


@given(st.text())
def test_any_text_is_a_title(text: str) -> None:
    """Whatever a platform writes, there is an answer, and its words are their own normal form."""
    title = normal_title(text)
    assert all(word for word in title.words)
    assert title.core == "" or title.text.startswith(title.core)
    assert category_words(" ".join(category_words(text))) == category_words(text)
    normal_name(text)
    normal_year(text)


@given(WORDS)
def test_an_article_says_nothing(words: list[str]) -> None:
    """With the article in front, behind or left out, the title is the same."""
    title = " ".join(words)
    assert normal_title(f"The {title}") == normal_title(f"{title}, The") == normal_title(title)


@given(st.lists(WORD, min_size=1, max_size=4), st.randoms())
def test_the_order_of_a_name_says_nothing(words: list[str], chance: object) -> None:
    """Surname first or last, it is one creator."""
    shuffled = list(words)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert normal_name(" ".join(words)) == normal_name(", ".join(shuffled))


@pytest.mark.parametrize(
    ("text", "year"),
    [("1995", 1995), ("1995.0", 1995), ("1995-04-01", 1995), ("95", None), ("", None), (None, None), ("19950", None)],
)
def test_a_year_is_read_where_one_begins(text: str | None, year: int | None) -> None:
    """A number, a decimal and a date say a year; others say none."""
    assert normal_year(text) == year
