"""Proposes a platform's contract from a sample of its files, and what somebody has said."""

from collections.abc import Iterable, Mapping

from flows.contract_words import MEANINGS, REQUIRED_MEANINGS, KindName
from flows.platforms.candidates import runners_up
from flows.platforms.decisions import decisions, event_words, zoneless
from flows.platforms.field_names import contract_names
from flows.platforms.field_types import TypeGuess, as_text
from flows.platforms.look import Look, with_wishes
from flows.platforms.masking import SAMPLES, looks_private, shown
from flows.platforms.meanings import Meanings, find_meanings
from flows.platforms.proposal import Decision, Proposal, ProposedField, ProposedKind, ProposedWord
from flows.platforms.sample import Column, KindSample
from flows.platforms.wishes import SAID, Wishes
from flows.warehouse import Connection

NO_WORD = " (a log of one sort of events names it in each record too: a contract can't add a field)"
OPEN_ACCOUNT_FIELDS = ("account_id", "language", "country", "created_at")
"""Meanings of the accounts' fields that name nobody."""


def propose(connection: Connection, looked: Look, wishes: Wishes) -> Proposal:
    """The contract that fits the sample best.

    Raises:
        ValueError: if somebody has named a field or a unit that does not exist.
    """
    looked = with_wishes(connection, looked, wishes)
    found = find_meanings(connection, looked, wishes)
    kinds = {kind: proposed_kind(sample, found) for kind, sample in looked.sample.kinds.items()}
    words = event_words(looked, found, wishes)
    decided = decisions(connection, looked, found, wishes, words)
    problems = [*unread_events(looked), *found.problems, *missing_meanings(kinds), *unknown_only(words, kinds)]
    problems += no_region(decided, kinds)
    notes = [*kind_notes(looked), *proposal_notes(kinds, words, decided, zoneless(found))]
    return Proposal(looked.sample.platform, decided, words, kinds, tuple(notes), tuple(problems))


def proposed_kind(sample: KindSample, found: Meanings) -> ProposedKind:
    """The fields of one kind in the order of its files."""
    names = contract_names(sample.columns)
    fields = [proposed_field(sample, column, names[path], found) for path, column in sample.columns.items()]
    likely = {means: runners_up(found.candidates[sample.kind], means)[:4] for means in MEANINGS[sample.kind]}
    return ProposedKind(
        sample.kind,
        sample.format,
        sample.delimiter,
        sample.files_count,
        sample.records_count,
        tuple(fields),
        likely,
        sample.has_header,
    )


def proposed_field(sample: KindSample, column: Column, name: str, found: Meanings) -> ProposedField:
    """One field with its reasons and samples."""
    kind, path = sample.kind, column.path
    chosen = found.chosen[kind].get(path)
    identifier, identity_reason, identity_sure = found.identifiers[kind].get(path, (None, "", True))
    guess = found.types[kind][path]
    is_told = chosen is not None or identifier is not None
    if guess.misfits and not is_told:
        guess = as_text(guess, "text, as some values are no " + guess.type)
    if guess.unit and guess.unit.question and not is_told:
        guess = as_text(guess, "text, as its times can be read in two ways")
    is_named = is_told or guess.type != "text" or not holds_persons(column)
    told = f"{chosen.reason if chosen else ''} {identity_reason}"
    is_plain = is_told and guess.reason in ("text", "numbers", "whole numbers", "true and false")
    reasons = [
        chosen.reason if chosen else "",
        identity_reason,
        "" if is_plain or guess.reason in told else guess.reason,
    ]
    is_sure = identity_sure and (chosen is None or chosen.is_sure) and not (guess.unit and guess.unit.question)
    return ProposedField(
        path, name, guess, chosen.means if chosen else None, identifier,
        "; ".join(dict.fromkeys(reason for reason in reasons if reason)), is_sure,
        samples_of(kind, column, guess, chosen.means if chosen else None, identifier), column.filled_share, is_named,
    )  # fmt: skip


def holds_persons(column: Column) -> bool:
    """Whether e-mail addresses or phone numbers stand in a field that is not said to hold them."""
    return any(looks_private(text) for text in column.some(2_000))


def samples_of(
    kind: KindName, column: Column, guess: TypeGuess, means: str | None, identifier: str | None
) -> tuple[str, ...]:
    """Some values as they may be shown."""
    values = [text for text, _ in column.counts.most_common(SAMPLES)]
    if guess.type in ("timestamp", "number", "boolean") and not identifier:
        return tuple(" ".join(value.split())[:40] for value in values)
    is_private = identifier is not None or (kind == "accounts" and means not in OPEN_ACCOUNT_FIELDS)
    return tuple(shown(value, is_private) for value in values)


def unread_events(looked: Look) -> list[str]:
    """Events that have landed have to be readable; so has something, if none have."""
    unreadable = looked.sample.unreadable
    needed = (
        unreadable if not looked.sample.kinds else {kind: why for kind, why in unreadable.items() if kind == "events"}
    )
    return [f"{kind}: a platform's files can be read; {why}. Have them written anew" for kind, why in needed.items()]


def missing_meanings(kinds: Mapping[KindName, ProposedKind]) -> list[str]:
    """What each kind has to say and does not, with the fields that come nearest."""
    problems = []
    for kind, proposed in kinds.items():
        for means in (word for word in MEANINGS[kind] if word in REQUIRED_MEANINGS and not proposed.meaning(word)):
            near = [f"{one.path} ({one.score:.2f})" for one in proposed.runners_up[means] if one.score > 0]
            others = [one.path for one in proposed.fields if one.means is None and not one.identifier]
            problems.append(
                f"{kind}: a field has to mean {means}; none is likely enough. "
                f"Candidates: {', '.join(near or others) or 'none'}. Say which: --map {kind}.FIELD={means}"
                f"{NO_WORD if means == 'event_type' else ''}"
            )
    return problems


def unknown_only(words: Mapping[str, ProposedWord], kinds: Mapping[KindName, ProposedKind]) -> list[str]:
    """A platform of whose events no word is known can't be used."""
    has_words = "events" in kinds and kinds["events"].meaning("event_type")
    if not has_words or any(said.event_type for said in words.values()):
        return []
    listed = ", ".join(f"{shown(word)} ({said.events_count})" for word, said in list(words.items())[:20])
    return [
        "event_words: a platform with events says what its words mean; the dictionary knows none of "
        f"{listed or 'no words'}. Say it: --word WORD=EVENT_TYPE"
    ]


def no_region(decided: Mapping[str, Decision], kinds: Mapping[KindName, ProposedKind]) -> list[str]:
    """Phone numbers that name no country need a region."""
    phones = [f"{kind}.{one.path}" for kind, seen in kinds.items() for one in seen.fields if one.identifier == "phone"]
    if not phones or decided["phone_region"].value:
        return []
    return [
        f"phone_region: phone numbers need a default region such as DE; {decided['phone_region'].reason}. "
        f"Say it: --phone-region DE, or that it is none: --map {phones[0]}=none"
    ]


def kind_notes(looked: Look) -> list[str]:
    """What was remarkable about the files."""
    notes = [f"{kind}: left out, {why}" for kind, why in looked.sample.unreadable.items() if kind != "events"]
    for kind, sample in looked.sample.kinds.items():
        notes += [f"{kind}: {note}" for note in sample.notes]
        if sample.broken_count:
            total = sample.broken_count + sample.records_count
            notes.append(f"{kind}: {sample.broken_count} of {total} records of the sample are broken")
        if not sample.records_count:
            notes.append(f"{kind}: the files name fields and hold no record; types are guesses")
    if "events" not in {*looked.sample.kinds, *looked.sample.unreadable}:
        notes.append("no events have landed: a platform without events gets no lists that learn from it")
    return notes


def proposal_notes(
    kinds: Mapping[KindName, ProposedKind],
    words: Mapping[str, ProposedWord],
    decided: Mapping[str, Decision],
    without_zone: list[str],
) -> list[str]:
    """What somebody has to know who takes the proposal as it is."""
    notes = [note for kind, seen in kinds.items() for one in seen.fields for note in field_notes(kind, one)]
    unknown = [word for word, said in words.items() if said.event_type is None and said.reason != SAID]
    if unknown and any(said.event_type for said in words.values()):
        listed = ", ".join(f"{shown(word)} ({words[word].events_count})" for word in unknown[:20])
        notes.append(f"event words left out, THEIR EVENTS ARE NOT USED: {listed}. Say it: --word WORD=EVENT_TYPE")
    if without_zone and not decided["time_zone"].is_sure:
        notes.append(f"TIMES WITHOUT A ZONE ARE TAKEN FOR UTC: {', '.join(without_zone)}. Say it: --time-zone ZONE")
    return notes


def field_notes(kind: KindName, one: ProposedField) -> Iterable[str]:
    """What somebody has to know of a field."""
    place, guess = f"{kind}.{one.path}", one.guess
    if guess.type == "timestamp" and guess.unit and guess.unit.question:
        yield f"{place}: {guess.unit.question}. Say it: --type {place}=timestamp:UNIT"
    if guess.note:
        yield f"{place}: {guess.note}"
    if guess.misfits and one.is_named:
        yield f"{place}: {guess.misfits} of {guess.count} values are no {guess.type}; a night rejects their records"
    if not one.is_named:
        yield f"{place}: e-mails or phones stand in it; it stays in `extra`, where they are keyed"
