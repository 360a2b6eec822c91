"""External ids: every spelling of an id gives one form, and a wrong digit gives none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.matching.external_ids import (
    NORMALISERS,
    check_digit,
    external_ids,
    isbn10_check_digit,
    normal_gtin,
    normal_imdb,
    normal_isbn,
    normal_isrc,
)


def digits(length: int) -> st.SearchStrategy[str]:
    """So many digits that are not all zero."""
    return st.text("0123456789", min_size=length, max_size=length).filter(lambda text: text.strip("0"))


def spelt(text: str, places: list[int]) -> str:
    """The text with hyphens and spaces between some of its characters."""
    parts = [
        character + (" -"[place % 2] if place % 3 == 0 else "") for character, place in zip(text, places, strict=False)
    ]
    return "".join(parts) + text[len(parts) :]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("gtin", "4006381333931", "04006381333931"),
        ("gtin", "036000291452", "00036000291452"),
        ("gtin", "36000291452.0", None),
        ("gtin", "96385074", "00000096385074"),
        ("gtin", "4006381333932", None),
        ("gtin", "0000000000000", None),
        ("gtin", "n/a", None),
        ("isbn", "0-306-40615-2", "09780306406157"),
        ("isbn", "ISBN 978-0-306-40615-7", "09780306406157"),
        ("isbn", "080442957X", "09780804429573"),
        ("isbn", "306406152", "09780306406157"),
        ("isbn", "0306406153", None),
        ("isbn", "4006381333931", None),
        ("imdb", "tt0111161", "tt0111161"),
        ("imdb", "111161", "tt0111161"),
        ("imdb", "https://www.imdb.com/title/tt0111161/", "tt0111161"),
        ("imdb", "nm0000151", None),
        ("imdb", "tt0000000", None),
        ("isrc", "us-rc1-76-07839", "USRC17607839"),
        ("isrc", "USRC1760783", None),
    ],
)
def test_known_ids(kind: str, text: str, expected: str | None) -> None:
    """Published examples, their other spellings, and what is close to them and wrong."""
    assert NORMALISERS[kind](text) == expected


@given(digits(12), st.lists(st.integers(0, 5), max_size=13))
def test_every_spelling_of_a_gtin_is_one(body: str, places: list[int]) -> None:
    """Hyphens, spaces and lost leading zeros change nothing, and the normal form is its own."""
    gtin = body + check_digit(body)
    expected = normal_gtin(gtin)
    assert expected == gtin.zfill(14)
    assert normal_gtin(spelt(gtin, places)) == expected
    assert normal_gtin(expected) == expected
    if len(gtin.lstrip("0")) >= 6:
        assert normal_gtin(str(int(gtin))) == expected


@given(digits(12), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_found(body: str, place: int, shift: int) -> None:
    """No digit of a GTIN can be another."""
    gtin = body + check_digit(body)
    wrong = gtin[:place] + str((int(gtin[place]) + shift) % 10) + gtin[place + 1 :]
    assert normal_gtin(wrong) is None


@given(digits(9))
def test_both_spellings_of_a_book_are_one(body: str) -> None:
    """ISBN-10, its ISBN-13 and that as a GTIN give the same id of the same kind."""
    thirteen = normal_isbn(body + isbn10_check_digit(body))
    assert thirteen is not None
    assert normal_isbn(thirteen[1:]) == thirteen
    assert external_ids({"gtin": thirteen[1:]}) == external_ids({"isbn": body + isbn10_check_digit(body)})


@given(digits(9), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_of_a_book_is_found(body: str, place: int, shift: int) -> None:
    """No digit of an ISBN-10 can be another."""
    wrong = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1 :]
    assert normal_isbn(wrong + isbn10_check_digit(body)) is None


@given(st.text())
def test_any_text_is_an_id_or_none(text: str) -> None:
    """Whatever a platform writes, there is an answer, and a normal form is normal."""
    for normalise in (normal_gtin, normal_isbn, normal_imdb, normal_isrc):
        normal = normalise(text)
        assert normal is None or normalise(normal.removeprefix("0") if normalise is normal_isbn else normal) == normal


def test_fields_without_a_value_give_nothing() -> None:
    """Null, empty and wrong values are no ids, and a GTIN of a record is none of a book."""
    given_ids = {"gtin": "4006381333931", "isbn": None, "imdb": "", "isrc": "unknown"}
    assert external_ids(given_ids) == [("gtin", "04006381333931")]
