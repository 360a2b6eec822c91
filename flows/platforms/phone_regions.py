"""The region in which a platform's phone numbers without a country's code are dialled."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import phonenumbers

from flows.identifiers import normalise_phone
from flows.platforms.sample import Column
from flows.platforms.vocabulary import COUNTRIES_BY_NAME

LOOKED_AT = 300
TRIED = (
    "US",
    "GB",
    "DE",
    "FR",
    "IT",
    "ES",
    "NL",
    "PL",
    "AT",
    "CH",
    "BE",
    "SE",
    "PT",
    "BR",
    "IN",
    "JP",
    "CN",
    "CA",
    "AU",
)


class Region(NamedTuple):
    """The region, null if nothing tells it, with the reason; `is_sure` unless it is one of several that fit."""

    code: str | None
    reason: str
    is_sure: bool = True


def country_code(text: str) -> str | None:
    """The region of a country's code or name."""
    code = text.strip().upper()
    return code if code in phonenumbers.SUPPORTED_REGIONS else COUNTRIES_BY_NAME.get(text.strip().lower())


def by_country(column: Column | None) -> str | None:
    """The region of most accounts."""
    counts: Counter[str] = Counter()
    for text, count in column.counts.items() if column else ():
        if code := country_code(text):
            counts[code] += count
    return counts.most_common(1)[0][0] if counts else None


def by_prefix(texts: Iterable[str]) -> str | None:
    """The region of most numbers that name their country."""
    counts: Counter[str] = Counter()
    for text in texts:
        if re.match(r"\s*(\+|00)", text):
            spelling = re.sub(r"^\s*00", "+", text)
            try:
                number = phonenumbers.parse(spelling, None)
            except phonenumbers.NumberParseException:
                continue
            code = phonenumbers.region_code_for_number(number)
            if code and re.fullmatch("[A-Z]{2}", code):
                counts[code] += 1
    return counts.most_common(1)[0][0] if counts else None


def valid_share(texts: list[str], region: str) -> float:
    """The share of numbers that can exist where this is the region."""
    return sum(1 for text in texts if normalise_phone(text, region)) / len(texts) if texts else 0.0


def phone_region(phones: list[Column], country: Column | None) -> Region:
    """The region under which the most numbers can exist, first of those that the data name."""
    texts = [text for column in phones for text in column.some(LOOKED_AT)]
    named = {"the accounts' country": by_country(country), "the numbers' own country codes": by_prefix(texts)}
    shares = {code: valid_share(texts, code) for code in named.values() if code}
    if not texts:
        code = named["the accounts' country"]
        return Region(code, "the accounts' country" if code else "there is no number to tell it by")
    if shares:
        code = max(shares, key=lambda one: shares[one])
        sources = " and ".join(source for source, found in named.items() if found == code)
        return Region(code, f"{sources}; {shares[code]:.0%} of the numbers can exist there", shares[code] >= 0.5)
    tried = sorted(((valid_share(texts, code), code) for code in TRIED), reverse=True)
    if tried[0][0] >= 0.8 and tried[0][0] - tried[1][0] >= 0.1:
        return Region(tried[0][1], f"{tried[0][0]:.0%} of the numbers can exist there, fewer elsewhere", False)
    fitting = ", ".join(code for share, code in tried[:5] if share >= 0.5)
    return Region(
        None, f"the numbers name no country; they can exist in {fitting}" if fitting else "no number can exist"
    )
