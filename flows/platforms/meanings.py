"""Which field means what: all candidates of a platform's fields weighed together, and types that fit the meanings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flows.contract_words import IDENTIFIER_KINDS, MEANINGS, KindName
from flows.platforms.candidates import PROPOSED, Candidate, choose
from flows.platforms.event_meanings import other_candidates, time_candidates, word_candidates
from flows.platforms.field_meanings import described_meanings
from flows.platforms.field_types import TypeGuess, as_text, fitted, time_guess
from flows.platforms.id_fields import event_id_candidates, id_candidates, id_columns, link_candidates
from flows.platforms.look import Look
from flows.platforms.name_evidence import is_id_named
from flows.platforms.sample import Column, KindSample
from flows.platforms.wishes import SAID, Wishes, path_of
from flows.warehouse import Connection

Chosen = dict[str, Candidate]
SAME_IDS: tuple[tuple[tuple[KindName, str], ...], ...] = (
    (("events", "account_id"), ("accounts", "account_id"), ("links", "account_id"), ("links", "linked_account_id")),
    (("events", "item_id"), ("items", "item_id")),
)
"""Meanings whose values are compared with one another."""


@dataclass
class Meanings:
    """The chosen meanings and identifiers by kind and path, the types that go with them, and what did not fit."""

    chosen: dict[KindName, Chosen]
    candidates: dict[KindName, list[Candidate]]
    types: dict[KindName, dict[str, TypeGuess]]
    identifiers: dict[KindName, dict[str, tuple[str, str, bool]]]
    problems: list[str]

    def path(self, kind: KindName, means: str) -> str | None:
        """The field of this meaning."""
        return next((path for path, one in self.chosen.get(kind, {}).items() if one.means == means), None)


def find_meanings(connection: Connection, looked: Look, wishes: Wishes) -> Meanings:
    """The likeliest meaning of each field, after what somebody has said."""
    fixed, identifiers = said(looked, wishes)
    samples = looked.sample.kinds
    candidates = {kind: list(found) for kind, found in id_candidates(samples, looked.types).items()}
    chosen: dict[KindName, Chosen] = {}
    for kind, sample in samples.items():
        candidates[kind] += kind_candidates(kind, sample, looked, candidates[kind], fixed.get(kind, {}))
        free = without_persons(candidates[kind], identifiers[kind])
        chosen[kind] = choose(free, fixed.get(kind, {}))
        if kind == "events":
            by_elimination(sample, looked, chosen[kind], set(identifiers[kind]), fixed.get(kind, {}))
    types = {kind: dict(guesses) for kind, guesses in looked.types.items()}
    found = Meanings(chosen, candidates, types, identifiers, [])
    fit_types(connection, looked, found)
    align_ids(found)
    return found


def said(
    looked: Look, wishes: Wishes
) -> tuple[dict[KindName, dict[str, str | None]], dict[KindName, dict[str, tuple[str, str, bool]]]]:
    """Meanings by kind and path as somebody has said them, and the identifiers, said or found."""
    fixed: dict[KindName, dict[str, str | None]] = {}
    identifiers = {kind: {path: tuple(one) for path, one in found.items()} for kind, found in looked.identities.items()}
    for place, meaning in wishes.meanings.items():
        sample = looked.sample.kinds.get(place.kind)
        path = path_of(place, sample.columns if sample else ())
        if meaning in IDENTIFIER_KINDS:
            fixed.setdefault(place.kind, {})[path] = None
            identifiers[place.kind][path] = (meaning, SAID, True)
            continue
        fixed.setdefault(place.kind, {})[path] = None if meaning == "none" else meaning
        if meaning not in ("account_id", "linked_account_id"):
            identifiers[place.kind].pop(path, None)
    return fixed, identifiers  # type: ignore[return-value]  # an Identity is such a tuple


def without_persons(candidates: Iterable[Candidate], identifiers: Mapping[str, object]) -> list[Candidate]:
    """The candidates without fields that identify a person, except as the id of an account."""
    return [
        one for one in candidates if one.path not in identifiers or one.means in ("account_id", "linked_account_id")
    ]


def kind_candidates(
    kind: KindName, sample: KindSample, looked: Look, ids: list[Candidate], fixed: Mapping[str, str | None]
) -> list[Candidate]:
    """The candidates of a kind that are not the ids of accounts and items."""
    types = looked.types[kind]
    if kind == "links":
        accounts = account_column(looked)
        return [*link_candidates(sample, types, accounts), *described_meanings(kind, sample, types)]
    if kind != "events":
        return list(described_meanings(kind, sample, types))
    found = [*event_id_candidates(sample, types), *word_candidates(sample, types), *time_candidates(sample, types)]
    first = choose([*ids, *found], fixed)
    columns: dict[str, Column] = {one.means: sample.columns[path] for path, one in first.items()}
    return [*found, *other_candidates(sample, types, columns.get("event_type"), columns.get("account_id"))]


def by_elimination(
    sample: KindSample, looked: Look, chosen: Chosen, persons: set[str], fixed: Mapping[str, str | None]
) -> None:
    """Where the account or the item is missing, take the only field that can be it."""
    means_found = {one.means for one in chosen.values()}
    free = [
        column
        for column in id_columns(sample, looked.types["events"])
        if column.path not in chosen and column.path not in fixed and column.counts
    ]
    ids = [column for column in free if is_id_named(column.path) and column.path not in persons]
    told_apart = [column for column in free if column.path in persons]
    for means, choices in (("account_id", ids or told_apart), ("item_id", ids)):
        if means not in means_found and len(choices) == 1:
            path = choices[0].path
            chosen[path] = Candidate(path, means, PROPOSED, "nothing else can be it")
            ids = []


def account_column(looked: Look) -> Column | None:
    """The ids of accounts, from the accounts or else from the events."""
    ids = id_candidates(looked.sample.kinds, looked.types)
    kinds: tuple[KindName, ...] = ("accounts", "events")
    for kind in kinds:
        chosen = choose([one for one in ids.get(kind, []) if one.means == "account_id"], {})
        if chosen:
            return looked.sample.kinds[kind].columns[next(iter(chosen))]
    return None


def fit_types(connection: Connection, looked: Look, found: Meanings) -> None:
    """Give each chosen field a type that its meaning may have; drop the meaning where the values have none."""
    for kind, chosen in found.chosen.items():
        sample, types = looked.sample.kinds[kind], found.types[kind]
        for path, one in list(chosen.items()):
            allowed = MEANINGS[kind][one.means]
            guess = types[path] if types[path].type in allowed else None
            if types[path].reason != SAID:
                guess = fitted(connection, sample, sample.columns[path], types[path], allowed)
            if guess is None and "timestamp" in allowed and not sample.columns[path].counts:
                guess = like_others(types)
            if guess is not None:
                types[path] = guess
                continue
            del chosen[path]
            if one.reason == SAID:
                found.problems.append(
                    f"{kind}.{path}: what means {one.means} has type {' or '.join(allowed)}; its values are not read "
                    f"as that ({types[path].reason}). Name another field, or say how: --type {kind}.{path}=TYPE[:UNIT]"
                )
        if kind == "events" and not any(one.means == "event_at" for one in chosen.values()):
            unnamed_time(connection, sample, found)
        for path, (_, reason, _) in found.identifiers[kind].items():
            types[path] = as_text(types[path], reason)


def like_others(types: Mapping[str, TypeGuess]) -> TypeGuess | None:
    """The time unit of the kind's other times, for a field that has no value yet."""
    times = [guess for guess in types.values() if guess.type == "timestamp" and guess.unit]
    return replace(times[0], reason="no value in the sample; read like the other times", misfits=0) if times else None


def unnamed_time(connection: Connection, sample: KindSample, found: Meanings) -> None:
    """Take for the time of events, if nothing else is, a number that no name calls a time but that reads as one."""
    chosen = found.chosen["events"]
    for path, column in sample.columns.items():
        if path in chosen or found.types["events"][path].type not in ("integer", "number"):
            continue
        guess = time_guess(connection, sample, column, is_time=True)
        if guess and guess.unit and guess.unit.read_share > 0.99:
            chosen[path] = Candidate(path, "event_at", 0.45, f"nothing else is a time; {guess.reason}")
            found.types["events"][path] = guess
            return


def align_ids(found: Meanings) -> None:
    """Make ids that are compared with one another texts, if they are texts in one kind."""
    for places in SAME_IDS:
        there = [(kind, path) for kind, means in places if (path := found.path(kind, means))]
        if len({found.types[kind][path].type for kind, path in there}) > 1:
            for kind, path in there:
                guess = found.types[kind][path]
                if guess.type != "text":
                    found.types[kind][path] = as_text(guess, "a text, as in another kind")
