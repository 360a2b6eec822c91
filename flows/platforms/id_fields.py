"""Which fields hold the ids of accounts, items and events: by names, and by values that stand in two kinds."""

from collections.abc import Iterable, Mapping

from flows.contract_words import KindName
from flows.platforms.candidates import Candidate, candidate
from flows.platforms.field_types import TypeGuess, is_whole
from flows.platforms.name_evidence import id_score, is_id_named, steps_of
from flows.platforms.sample import Column, KindSample
from flows.platforms.value_evidence import overlap, prose_share
from flows.platforms.vocabulary import ACCOUNTS, EVENTS, ITEMS, LINKED, LINKING

Types = Mapping[str, TypeGuess]
Samples = Mapping[KindName, KindSample]

ENTITIES: tuple[tuple[str, KindName, Mapping[str, float]], ...] = (
    ("item_id", "items", ITEMS),
    ("account_id", "accounts", ACCOUNTS),
)


def id_columns(sample: KindSample, types: Types) -> list[Column]:
    """The fields whose values can be ids: no times, fractions, truths or lists."""
    return [
        column
        for path, column in sample.columns.items()
        if (types[path].type in ("text", "integer") or (types[path].type == "number" and is_whole(column)))
        and not column.natives & {"list", "object"}
        and not types[path].note
    ]


def found_share(one: Column, other: Column) -> float:
    """The overlap of two fields' values; a handful of values is found among many by chance."""
    is_few = len(one.counts) < 20 and len(one.counts) < 0.3 * len(other.counts)
    return overlap(one, other) * (0.3 if is_few else 1.0)


def id_candidates(samples: Samples, types: Mapping[KindName, Types]) -> dict[KindName, list[Candidate]]:
    """Fields of events, items and accounts that may be item or account ids."""
    found: dict[KindName, list[Candidate]] = {kind: [] for kind in samples}
    events = id_columns(samples["events"], types["events"]) if "events" in samples else []
    for means, kind, entities in ENTITIES:
        described = id_columns(samples[kind], types[kind]) if kind in samples else []
        if described:
            unique = {column.path: samples[kind].unique_share(column) for column in described}
            found[kind] += described_ids(means, entities, described, events, unique)
            keys = [column for column in described if unique[column.path] >= 0.6]
        else:
            keys = []
        if events:
            found["events"] += list(event_side_ids(means, entities, events, keys, kind if keys else ""))
    return found


def described_ids(
    means: str, entities: Mapping[str, float], columns: list[Column], events: list[Column], unique: Mapping[str, float]
) -> list[Candidate]:
    """Fields of items or accounts that may be their id: unique, and found in the events."""
    found = []
    shares = {column.path: max((found_share(event, column) for event in events), default=0.0) for column in columns}
    best = max(shares.values())
    for column in columns:
        share = shares[column.path]
        name = id_score(column.path, entities)
        told = f"{unique[column.path]:.0%} distinct"
        if share:
            told += f", {share:.0%} found in events"
        values = 0.4 * unique[column.path] * column.filled_share + 0.6 * (min(1.25 * share, 1) if events else 1.0)
        if best > 0.5 and share < 0.05:
            # the events know these things by another field
            values *= 0.3
        found.append(candidate(column.path, means, name, values, told))
    return found


def event_side_ids(
    means: str, entities: Mapping[str, float], columns: list[Column], keys: list[Column], kind: str
) -> Iterable[Candidate]:
    """Fields of events that may hold this id: they come again, and are found among the things described."""
    for column in columns:
        name = id_score(column.path, entities)
        if not kind:
            comes_again = 0.9 if 1 < len(column.counts) < 0.9 * column.filled_count else 0.3
            yield candidate(column.path, means, name, comes_again if name else 0.0, "")
            continue
        share = max(found_share(column, key) for key in keys)
        told = f"{share:.0%} of its values are ids of {kind}" if share else f"none of its values is an id of {kind}"
        yield candidate(column.path, means, name, min(1.25 * share, 1), told)


def event_id_candidates(sample: KindSample, types: Types) -> Iterable[Candidate]:
    """Fields whose values (nearly) never come twice, as logs repeat a record now and then."""
    for column in id_columns(sample, types):
        if column.filled_share < 0.9 or column.distinct_share < 0.8 or prose_share(column) > 0.1:
            continue
        values = 1.0 if column.distinct_share >= 0.95 else 0.6
        told = f"{column.distinct_share:.0%} distinct"
        yield candidate(column.path, "event_id", id_score(column.path, EVENTS), values, told)


def link_candidates(sample: KindSample, types: Types, accounts: Column | None) -> list[Candidate]:
    """The two fields of a link that hold accounts: who links, and whom."""
    scored = []
    for column in id_columns(sample, types):
        words = {word for step in steps_of(column.path) for word in step}
        direction = bool(words & LINKED) - bool(words & LINKING)
        name = max(id_score(column.path, ACCOUNTS), 0.8 * bool(direction), 0.5 * is_id_named(column.path))
        share = found_share(column, accounts) if accounts else 0.5
        scored.append((column, direction, name, share))
    best = sorted(scored, key=lambda entry: -(entry[2] + 2 * entry[3]))[:2]
    order = list(sample.columns)
    best.sort(key=lambda entry: (entry[1], order.index(entry[0].path)))
    found = []
    for means, (column, _, name, share) in zip(("account_id", "linked_account_id"), best, strict=False):
        is_told = best[0][1] != best[-1][1]
        told = f"{share:.0%} of its values are accounts" + ("" if is_told else ", by the order of the fields")
        found.append(candidate(column.path, means, name if is_told else name / 2, min(1.25 * share, 1), told))
    return found
