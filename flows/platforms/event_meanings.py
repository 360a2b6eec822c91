"""Which fields of events tell what happened, when, in which session, in answer to which list, and how much."""

from collections.abc import Iterable, Mapping

from flows.platforms.candidates import Candidate, candidate
from flows.platforms.event_words import event_type_of
from flows.platforms.field_meanings import is_other_time, named
from flows.platforms.field_types import TypeGuess, numeric_guess
from flows.platforms.name_evidence import is_id_named
from flows.platforms.sample import Column, KindSample
from flows.platforms.value_evidence import belongs_share, filled_by
from flows.platforms.vocabulary import MEANING_WORDS

Types = Mapping[str, TypeGuess]
WORDS = MEANING_WORDS["events"]
MOST_WORDS = 80


def event_types(column: Column) -> dict[str, str | None]:
    """Our event type for each of the field's words, as far as the dictionary knows them."""
    return {text: event_type_of(text) for text in column.counts}


def word_candidates(sample: KindSample, types: Types) -> Iterable[Candidate]:
    """Fields of few values that may say what happened; words that the dictionary knows speak for themselves."""
    for path, column in sample.columns.items():
        is_few = 0 < len(column.counts) <= MOST_WORDS and (column.distinct_share < 0.2 or column.filled_count < 100)
        if types[path].type not in ("text", "integer") or not is_few or column.natives & {"list", "object"}:
            continue
        known = event_types(column)
        share = sum(count for text, count in column.counts.items() if known[text]) / column.filled_count
        name = named(path, "event_type", WORDS["event_type"]) * (0.6 if is_id_named(path) else 1.0)
        told = (
            f"{len(column.counts)} words, {share:.0%} of the events known" if share else f"{len(column.counts)} words"
        )
        yield candidate(path, "event_type", name, max(min(1.5 * share, 1) * column.filled_share, 0.2), told)


def time_candidates(sample: KindSample, types: Types) -> Iterable[Candidate]:
    """Fields with a time in every record; the earliest of several is when it happened, others when it was noted."""
    times = {path: column for path, column in sample.columns.items() if types[path].type == "timestamp"}
    finest = max((len(column.counts) for column in times.values()), default=1)
    for path, column in times.items():
        is_constant = len(column.counts) == 1 and column.filled_count > 20
        values = 0.6 * min(column.filled_share / 0.95, 1) + 0.4 * len(column.counts) / max(finest, 1)
        name = named(path, "event_at", WORDS["event_at"])
        told = "the same time in all records" if is_constant else types[path].reason
        belief = 0.4 if is_constant or is_other_time(path) else 1.0
        yield candidate(path, "event_at", belief * name, belief * values, told)


def other_candidates(
    sample: KindSample, types: Types, words: Column | None, accounts: Column | None
) -> Iterable[Candidate]:
    """Fields that may be a session, a list's run, a value or a mark of impressions.

    Args:
        words: the field that says what happened.
        accounts: the field of the account.
    """
    known = event_types(words) if words else {}
    for path, column in sample.columns.items():
        guess = types[path]
        if column is words or column is accounts or column.natives & {"list", "object"}:
            continue
        if guess.type in ("text", "integer") and accounts:
            yield from session(path, column, accounts)
        if guess.type == "text" and words and column.counts:
            yield from list_run(path, column, words, known)
        if guess.type == "boolean" and words:
            yield from impression_mark(path, column, words, known)
        if guess.type != "timestamp":
            yield from measured(path, column)


def session(path: str, column: Column, accounts: Column) -> Iterable[Candidate]:
    """A session comes again and belongs to one account."""
    name = named(path, "session_id", WORDS["session_id"])
    if name and column.counts:
        share = belongs_share(column, accounts)
        yield candidate(path, "session_id", name, share, f"{share:.0%} of those that come again stay with one account")


def list_run(path: str, column: Column, words: Column, known: Mapping[str, str | None]) -> Iterable[Candidate]:
    """The list that an event answers stands with impressions, and hardly elsewhere."""
    name = named(path, "recommendation_run_id", WORDS["recommendation_run_id"])
    among, elsewhere = filled_by(column, words, known, "impression")
    is_telling = among > 0.5 and elsewhere < 0.2 and len(column.counts) > 3
    if is_telling or name == 1:
        told = f"filled in {among:.0%} of the impressions and {elsewhere:.0%} of the others"
        yield candidate(path, "recommendation_run_id", name, 1.0 if is_telling else 0.4, told)


def impression_mark(path: str, column: Column, words: Column, known: Mapping[str, str | None]) -> Iterable[Candidate]:
    """True for impressions, and only for them."""
    name = named(path, "is_impression", WORDS["is_impression"])
    pairs = [
        (text.strip().lower() == "true", known.get(word) == "impression")
        for text, word in zip(column.texts, words.texts, strict=True)
        if text is not None and word is not None
    ]
    agreeing = sum(one == other for one, other in pairs) / len(pairs) if pairs else 0.0
    if name and len(column.counts) == 2:
        told = f"agrees with the words in {agreeing:.0%} of the events"
        yield candidate(path, "is_impression", name, 1.0 if agreeing > 0.95 else 0.0, told)


def measured(path: str, column: Column) -> Iterable[Candidate]:
    """Numbers that are named like a price, a rating or a duration."""
    name = named(path, "value", WORDS["value"])
    if name and not is_id_named(path) and numeric_guess(column, tolerated=0.02) is not None and column.counts:
        yield candidate(path, "value", name, 0.6 if len(column.counts) == 1 else 1.0, "numbers")
