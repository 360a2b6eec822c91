"""Which fields may mean what, ids aside: by their names and by their values."""

from collections.abc import Callable, Iterable, Mapping

from flows.contract_words import MEANINGS, KindName
from flows.platforms.candidates import Candidate, candidate
from flows.platforms.field_types import TypeGuess, numeric_guess
from flows.platforms.name_evidence import is_id_named, name_score, steps_of
from flows.platforms.sample import Column, KindSample
from flows.platforms.value_evidence import mean_length, prose_share, several_share, share_in
from flows.platforms.vocabulary import COUNTRIES_BY_NAME, LANGUAGES, MEANING_WORDS, OTHER_TIMES

Types = Mapping[str, TypeGuess]
Evidence = tuple[float, str]
"""How well the values fit, and what they tell."""


def described_meanings(kind: KindName, sample: KindSample, types: Types) -> Iterable[Candidate]:
    """Candidates for the meanings of items, accounts and links that are no ids."""
    for means, words in MEANING_WORDS[kind].items():
        for path, column in sample.columns.items():
            name = named(path, means, words)
            if means == "title":
                evidence = title(column, types[path], sample.unique_share(column))
            else:
                evidence = VALUES.get(means, other_text)(column, types[path])
            if evidence is not None and (name or means == "title"):
                yield candidate(path, means, name, *evidence)


def named(path: str, means: str, words: Mapping[str, float]) -> float:
    """What the name says; the time of a change and the name of something else say little."""
    name = name_score(path, words)
    if "timestamp" in next((kind[means] for kind in MEANINGS.values() if means in kind), ()) and is_other_time(path):
        return 0.1 * name
    if (
        means == "title"
        and max(name_score(path, MEANING_WORDS["items"][other]) for other in ("creator", "category")) > 0.5
    ):
        return 0.3 * name
    if means in ("title", "category", "creator", "description") and is_id_named(path):
        return 0.5 * name
    return name


def is_other_time(path: str) -> bool:
    """Whether a name speaks of a change or of a delivery rather than of what happened."""
    return any(word in OTHER_TIMES for step in steps_of(path) for word in step)


def is_prose(column: Column, guess: TypeGuess) -> bool:
    """Whether the field holds plain text."""
    return guess.type == "text" and not column.natives & {"object"}


def title(column: Column, guess: TypeGuess, unique_share: float) -> Evidence | None:
    """Words, mostly different, and not too many of them."""
    if not is_prose(column, guess) or not column.counts or "list" in column.natives:
        return None
    length = mean_length(column)
    words = prose_share(column)
    fits = 0.55 * words + 0.45 * unique_share if 2 <= length <= 250 else 0.2
    return (fits, f"{words:.0%} are several words") if words > 0.2 else (0.2 * fits, "")


def description(column: Column, guess: TypeGuess) -> Evidence | None:
    """Long text."""
    if not is_prose(column, guess):
        return None
    length = mean_length(column)
    return min(length / 40, 1.0) * prose_share(column), f"{length:.0f} characters on average"


def group(column: Column, guess: TypeGuess) -> Evidence | None:
    """A text that many records share, or a list of such."""
    if guess.type != "text":
        return None
    if "list" in column.natives or several_share(column) > 0.5:
        return 1.0, "lists"
    is_shared = column.distinct_share < 0.5 or column.filled_count < 20
    return (1.0 if is_shared else 0.3), f"{len(column.counts)} different values"


def price(column: Column, guess: TypeGuess) -> Evidence | None:
    """Numbers, none below zero."""
    if numeric_guess(column, tolerated=0.02) is None or guess.type == "timestamp":
        return None
    is_negative = any(text.strip().startswith("-") for text in column.some(1000))
    return 0.3 if is_negative else 1.0, "numbers"


def language(column: Column, guess: TypeGuess) -> Evidence | None:
    """Codes or names of languages."""
    if guess.type != "text":
        return None
    known = {text.lower() for text in column.counts if text.strip().lower()[:2] in LANGUAGES and len(text.strip()) == 5}
    share = share_in(column, LANGUAGES | known)
    return share, f"{share:.0%} are languages" if column.counts else "no value"


def country(column: Column, guess: TypeGuess) -> Evidence | None:
    """Codes or names of countries."""
    if guess.type != "text":
        return None
    from phonenumbers import SUPPORTED_REGIONS

    share = share_in(column, {region.lower() for region in SUPPORTED_REGIONS} | set(COUNTRIES_BY_NAME))
    return share, f"{share:.0%} are countries" if column.counts else "no value"


def beginning(column: Column, guess: TypeGuess) -> Evidence | None:
    """A time that most records have."""
    return (0.4 + 0.6 * column.filled_share, "times") if guess.type == "timestamp" else None


def ending(column: Column, guess: TypeGuess) -> Evidence | None:
    """A time, which may be missing as long as nothing has ended."""
    if guess.type == "timestamp":
        return 1.0, "times"
    return (0.6, "no value in the sample") if not column.counts and guess.type == "text" else None


def other_text(column: Column, guess: TypeGuess) -> Evidence | None:
    """Any text."""
    return (1.0 if column.distinct_share < 0.5 else 0.4, "") if guess.type == "text" else None


VALUES: Mapping[str, Callable[[Column, TypeGuess], Evidence | None]] = {
    "description": description,
    "category": group,
    "creator": group,
    "price": price,
    "language": language,
    "country": country,
    "available_from": beginning,
    "available_until": ending,
    "created_at": beginning,
    "linked_at": beginning,
}
