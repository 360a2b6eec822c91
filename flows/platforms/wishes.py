"""What somebody has said about a platform, by options or by answers; it goes before all that is proposed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, get_args

from flows.contract_words import EVENT_TYPES, IDENTIFIER_KINDS, MEANINGS, KindName
from flows.platforms.field_names import contract_names

SAID = "as you said"
"""The reason for what a person has said."""

TYPES = ("text", "integer", "number", "boolean", "timestamp")
KIND_NAMES: tuple[KindName, ...] = get_args(KindName)


class Place(NamedTuple):
    """A field as somebody named it: its kind, and its path or its name in the contract."""

    kind: KindName
    field: str


class WantedType(NamedTuple):
    """A type, and the unit of a timestamp if it was said."""

    type: str
    unit: str | None = None


@dataclass(frozen=True)
class Wishes:
    """All that has been said; null and empty where nothing was."""

    meanings: Mapping[Place, str] = field(default_factory=dict)
    types: Mapping[Place, WantedType] = field(default_factory=dict)
    words: Mapping[str, str | None] = field(default_factory=dict)
    title: str | None = None
    time_zone: str | None = None
    phone_region: str | None = None
    lateness_days: int | None = None
    consumed_may_return: bool | None = None

    def with_meaning(self, kind: KindName, path: str, meaning: str) -> "Wishes":
        """These, and what one field more means."""
        return replace(self, meanings={**self.meanings, Place(kind, path): meaning})

    def with_type(self, kind: KindName, path: str, wanted: WantedType) -> "Wishes":
        """These, and the type of one field more."""
        return replace(self, types={**self.types, Place(kind, path): wanted})

    def with_word(self, word: str, event_type: str | None) -> "Wishes":
        """These, and the event type of one word more."""
        return replace(self, words={**self.words, word: event_type})


def place_of(text: str, option: str) -> Place:
    """KIND.FIELD, taken apart."""
    kind, _, name = text.partition(".")
    if kind not in KIND_NAMES or not name:
        raise ValueError(
            f"{option} begins with KIND.FIELD, where KIND is one of {', '.join(KIND_NAMES)}; found {text!r}. "
            f"Write for example {option} events.ts=…"
        )
    return Place(kind, name)  # type: ignore[arg-type]  # one of the names


def meaning_of(text: str) -> tuple[Place, str]:
    """KIND.FIELD=MEANING, taken apart and checked."""
    left, equals, meaning = text.rpartition("=")
    place = place_of(left or text, "--map")
    allowed = (*MEANINGS[place.kind], *IDENTIFIER_KINDS, "none")
    if not equals or meaning not in allowed:
        raise ValueError(f"--map: a field of {place.kind} means one of {', '.join(allowed)}; found {meaning!r}.")
    return place, meaning


def type_wish_of(text: str) -> tuple[Place, WantedType]:
    """KIND.FIELD=TYPE[:UNIT], taken apart and checked."""
    left, _, wanted = text.partition("=")
    place = place_of(left, "--type")
    kind, _, unit = wanted.partition(":")
    if kind not in TYPES:
        raise ValueError(f"--type: a type is one of {', '.join(TYPES)}; found {kind!r}.")
    if unit and (kind != "timestamp" or (unit not in ("iso", "s", "ms", "us") and "%" not in unit)):
        raise ValueError(
            f"--type: a timestamp has a unit: iso, s, ms, us or a format such as %d.%m.%Y; found {kind}:{unit}."
        )
    return place, WantedType(kind, unit or None)


def word_of(text: str) -> tuple[str, str | None]:
    """WORD=EVENT_TYPE, taken apart and checked; null for `none`."""
    word, equals, event_type = text.rpartition("=")
    if not equals or not word or event_type not in (*EVENT_TYPES, "none"):
        raise ValueError(f"--word: an event type is one of {', '.join(EVENT_TYPES)}, or none; found {text!r}.")
    return word, None if event_type == "none" else event_type


def region_of(text: str) -> str:
    """A region of phone numbers such as DE."""
    if not re.fullmatch("[A-Z]{2}", text.upper()):
        raise ValueError(f"--phone-region: a region has two letters, such as DE; found {text!r}.")
    return text.upper()


def path_of(place: Place, paths: Iterable[str]) -> str:
    """The path of the field that somebody named by its path, its name in the contract, or in other capitals.

    Raises:
        ValueError: if the kind has no such field, or several.
    """
    known = list(paths)
    names = contract_names(known)
    if place.field in known:
        return place.field
    wanted = place.field.casefold()
    found = [path for path in known if wanted in (path.casefold(), names[path])]
    if len(found) == 1:
        return found[0]
    raise ValueError(
        f"A field of {place.kind} is one of {', '.join(known) or 'none, as that kind has not landed'}; "
        f"found {place.field!r}. Name one of them."
    )
