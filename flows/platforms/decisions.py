"""What is decided for a platform as a whole: words, zone, phone region, lateness, whether things are taken again."""

from collections.abc import Mapping

from flows.contract_field import checked_time_zone
from flows.contract_words import KindName
from flows.platforms.event_words import event_type_of
from flows.platforms.habits import USUAL_LATENESS, lateness, returning, times_of
from flows.platforms.look import Look
from flows.platforms.meanings import Meanings
from flows.platforms.phone_regions import phone_region
from flows.platforms.proposal import Decision, ProposedWord
from flows.platforms.wishes import SAID, Wishes
from flows.warehouse import Connection

MOST_WORDS = 200


def event_words(looked: Look, found: Meanings, wishes: Wishes) -> dict[str, ProposedWord]:
    """Our event type for each word of the sample, the most frequent word first."""
    path = found.path("events", "event_type")
    words: dict[str, ProposedWord] = {}
    if path:
        column = looked.sample.kinds["events"].columns[path]
        for word, count in column.counts.most_common(MOST_WORDS):
            event_type = event_type_of(word)
            words[word] = ProposedWord(event_type, count, "the dictionary" if event_type else "unknown")
    for word, event_type in wishes.words.items():
        count = words[word].events_count if word in words else 0
        words[word] = ProposedWord(event_type, count, SAID)
    return words


def decisions(
    connection: Connection, looked: Look, found: Meanings, wishes: Wishes, words: Mapping[str, ProposedWord]
) -> dict[str, Decision]:
    """Each value of the contract that concerns the platform as a whole."""
    platform = looked.sample.platform
    decided = {
        "title": Decision(platform.replace("_", " ").capitalize(), "the name"),
        "time_zone": time_zone(looked, found),
        "phone_region": region(looked, found),
        **habits(connection, looked, found, words),
    }
    said = {name: getattr(wishes, name) for name in decided}
    if wishes.time_zone:
        checked_time_zone(wishes.time_zone)
    return {name: proposed if said[name] is None else Decision(said[name], SAID) for name, proposed in decided.items()}


def zoneless(found: Meanings) -> list[str]:
    """The fields whose times carry no zone and are told none."""
    return [
        f"{kind}.{path}"
        for kind, types in found.types.items()
        for path, guess in types.items()
        if guess.lacks_zone and guess.zone is None and path in found.chosen[kind]
    ]


def time_zone(looked: Look, found: Meanings) -> Decision:
    """UTC, as no value tells a zone; sure only if no time needs one."""
    fields = zoneless(found)
    if not fields:
        return Decision("UTC", "every time tells its zone itself")
    return Decision("UTC", f"a guess: {', '.join(fields)} tell no zone{other_offsets(looked)}", False)


def other_offsets(looked: Look) -> str:
    """What the times that carry a zone say, for people to judge by."""
    offsets = set()
    for sample in looked.sample.kinds.values():
        for path, column in sample.columns.items():
            guess = looked.types[sample.kind][path]
            if guess.type == "timestamp" and not guess.lacks_zone:
                offsets |= {text.strip()[-6:] for text in column.some(200) if text.strip()[-6:-5] in ("+", "-")}
    return f"; other times say {' and '.join(sorted(offsets))}" if 0 < len(offsets) < 3 else ""


def region(looked: Look, found: Meanings) -> Decision:
    """The region of phone numbers; none is needed if no field holds one."""
    phones = [
        looked.sample.kinds[kind].columns[path]
        for kind, identifiers in found.identifiers.items()
        for path, (identifier, _, _) in identifiers.items()
        if identifier == "phone"
    ]
    if not phones:
        return Decision(None, "no phone numbers")
    path = found.path("accounts", "country")
    told = phone_region(phones, looked.sample.kinds["accounts"].columns[path] if path else None)
    return Decision(told.code, told.reason, told.is_sure and told.code is not None)


def habits(
    connection: Connection, looked: Look, found: Meanings, words: Mapping[str, ProposedWord]
) -> dict[str, Decision]:
    """How late events come, and whether people take a thing again; what is usual without events."""
    needed = ("event_at", "account_id", "item_id", "event_type")
    paths = {means: found.path("events", means) for means in needed}
    kind: KindName = "events"
    usual = {
        "lateness_days": Decision(USUAL_LATENESS, "no events to tell it by; 3 is usual"),
        "consumed_may_return": Decision(False, "no events to tell it by"),
    }
    if not paths["event_at"]:
        return usual
    sample = looked.sample.kinds[kind]
    unit = found.types[kind][paths["event_at"]].unit
    times = times_of(connection, sample.columns[paths["event_at"]], unit.unit if unit else "iso")
    usual["lateness_days"] = lateness(sample, times)
    account, item, word = (sample.columns.get(paths[means] or "") for means in needed[1:])
    if account and item and word:
        known = {text: said.event_type for text, said in words.items() if said.event_type}
        usual["consumed_may_return"] = returning(account, item, word, times, known)
    return usual
