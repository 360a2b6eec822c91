"""Which fields identify a person: e-mail, phone, login, device; by their values, and by their names."""

import re
from typing import NamedTuple

from flows.contract_words import KindName
from flows.identifiers import normalise_email
from flows.platforms.field_types import TypeGuess
from flows.platforms.name_evidence import name_score
from flows.platforms.sample import Column
from flows.platforms.vocabulary import IDENTIFIERS

LOOKED_AT = 500
PHONE = re.compile(r"\s*(\+|00)?\(?\d[\d ()/.\u2010-\u2015-]{5,22}\d\s*")
DIALLED = re.compile(r"\s*(\+|00[1-9]|\(?0[1-9])")


class Identity(NamedTuple):
    """The identifier that a field holds, with the reason."""

    kind: str
    reason: str
    is_sure: bool = True


def identity_of(kind: KindName, column: Column, guess: TypeGuess) -> Identity | None:
    """The identifier that a field holds; null if it holds none."""
    if guess.type not in ("text", "integer") or column.natives & {"list", "object", "boolean"}:
        return None
    found = email(column) or phone(column, guess)
    if found is None and kind in ("accounts", "events") and guess.type == "text":
        found = device(column) or (login(column) if kind == "accounts" else None)
    return found


def named(column: Column, identifier: str) -> float:
    """What the name says."""
    return name_score(column.path, IDENTIFIERS[identifier])


def share_of(column: Column, test: re.Pattern[str]) -> float:
    """The share of values that are of this form."""
    values = column.some(LOOKED_AT)
    return sum(1 for text in values if test.fullmatch(text)) / len(values) if values else 0.0


def is_email(text: str) -> bool:
    """Whether a value is an e-mail address."""
    return len(text) < 320 and "." in text.rpartition("@")[2] and normalise_email(text) is not None


def email(column: Column) -> Identity | None:
    """An e-mail address: the values tell."""
    values = column.some(LOOKED_AT)
    share = sum(map(is_email, values)) / len(values) if values else 0.0
    name = named(column, "email")
    if share >= 0.8 or (share >= 0.3 and name):
        return Identity("email", f"{share:.0%} are e-mail addresses")
    return Identity("email", "so named, no value in the sample", False) if name == 1 and not values else None


def phone(column: Column, guess: TypeGuess) -> Identity | None:
    """A phone number: the values are of that form, and the name or their first digits tell."""
    name = named(column, "phone")
    if not column.counts:
        return Identity("phone", "so named, no value in the sample", False) if name == 1 else None
    share = share_of(column, PHONE)
    dialled = [text for text in column.some(LOOKED_AT) if DIALLED.match(text)]
    dialled_share = len(dialled) / min(len(column.counts), LOOKED_AT)
    if name >= 0.9 and share >= 0.5:
        return Identity("phone", f"{share:.0%} have the form of phone numbers")
    if guess.type == "text" and share >= 0.9 and dialled_share >= 0.8 and column.distinct_share > 0.3:
        # plain digits after a zero may be any id
        has_signs = sum(1 for text in dialled if re.search(r"[+ ()/-]", text.strip())) > 0.5 * len(dialled)
        return Identity("phone", f"{share:.0%} have the form of phone numbers", bool(name)) if has_signs else None
    return None


def device(column: Column) -> Identity | None:
    """The id of a device, not its sort: many different values with digits."""
    values = column.some(LOOKED_AT)
    name = named(column, "device")
    if name < 0.8 or not values:
        return None
    has_digits = sum(1 for text in values if re.search(r"\d", text)) > 0.8 * len(values)
    is_id = has_digits and len(column.counts) >= 5 and min(map(len, values)) >= 5
    return Identity("device", f"so named, {len(column.counts)} different ids") if is_id else None


def login(column: Column) -> Identity | None:
    """A login name that hardly two accounts share."""
    name = max(named(column, "login"), 0.9 if column.path.lower().endswith(("user_name", "login_name")) else 0.0)
    if name < 0.9 or column.distinct_share < 0.8:
        return None
    return Identity("login", f"so named, {column.distinct_share:.0%} distinct")
