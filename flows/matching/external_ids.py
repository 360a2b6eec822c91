"""Ids that the world gives to things, in one spelling each; what is no such id by its own check digit is none."""

import re
from collections.abc import Callable, Mapping

GTIN_LENGTHS = (8, 12, 13, 14)
BOOK_PREFIXES = ("0978", "0979")
SHEET_MUSIC_PREFIX = "09790"


def check_digit(digits: str) -> str:
    """The digit that closes a GTIN: from the right, weights 3 and 1 in turn, up to the next ten."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def isbn10_check_digit(digits: str) -> str:
    """The character that closes the nine digits of an ISBN-10: weights 10 to 2, up to the next eleven; X is ten."""
    remainder = -sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return "X" if remainder == 10 else str(remainder)


def normal_gtin(text: str) -> str | None:
    """A GTIN-8, -12 (UPC), -13 (EAN) or -14 as fourteen digits; leading zeros may have been lost."""
    digits = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch(r"[0-9]{6,14}", digits) or not digits.strip("0"):
        return None
    digits = digits.zfill(14)
    return digits if check_digit(digits[:-1]) == digits[-1] else None


def normal_isbn(text: str) -> str | None:
    """An ISBN-10 or ISBN-13 as the fourteen digits of its GTIN, so that both spellings of a book are one."""
    digits = re.sub(r"[\s.-]", "", text).upper().removeprefix("ISBN").lstrip(":")
    if re.fullmatch(r"[0-9]{8,9}[0-9X]", digits):
        digits = digits.zfill(10)
        if isbn10_check_digit(digits[:-1]) != digits[-1] or not digits.strip("0"):
            return None
        return f"0978{digits[:-1]}{check_digit('0978' + digits[:-1])}"
    gtin = normal_gtin(digits) if len(digits) == 13 else None
    return gtin if gtin and is_book(gtin) else None


def is_book(gtin: str) -> bool:
    """Whether a GTIN is an ISBN."""
    return gtin.startswith(BOOK_PREFIXES) and not gtin.startswith(SHEET_MUSIC_PREFIX)


def normal_imdb(text: str) -> str | None:
    """An id of IMDb's titles, `tt` and at least seven digits; from an address too, or the number alone."""
    found = re.fullmatch(r"(?:.*/title/)?(?:tt)?([0-9]{1,10})/?", text.strip(), re.IGNORECASE)
    number = int(found[1]) if found else 0
    return f"tt{number:07d}" if number else None


def normal_isrc(text: str) -> str | None:
    """An ISRC of a recording: country, registrant, year and number, twelve characters."""
    code = re.sub(r"[\s.-]", "", text).upper().removeprefix("ISRC").lstrip(":")
    return code if re.fullmatch(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", code) else None


NORMALISERS: Mapping[str, Callable[[str], str | None]] = {
    "gtin": normal_gtin,
    "isbn": normal_isbn,
    "imdb": normal_imdb,
    "isrc": normal_isrc,
}
"""How to read each kind; a contract calls a field by the kind that it holds."""


def external_ids(given: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """Kind and normal form of each id that is one, ordered; a GTIN of a book is its ISBN."""
    found = set()
    for kind, text in given.items():
        value = NORMALISERS[kind](text) if text else None
        if value:
            found.add(("isbn" if kind == "gtin" and is_book(value) else kind, value))
    return sorted(found)
