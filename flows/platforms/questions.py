"""What a person is asked: only what is missing in a proposal, or unsure."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from flows.contract_field import checked_time_zone
from flows.contract_words import EVENT_TYPES, IDENTIFIER_KINDS, MEANINGS, REQUIRED_MEANINGS, KindName
from flows.platforms.masking import shown
from flows.platforms.proposal import Proposal, ProposedField, ProposedKind
from flows.platforms.time_formats import month_first
from flows.platforms.wishes import WantedType, Wishes, region_of

Answer = Callable[[Wishes, str], Wishes]


class Question(NamedTuple):
    """A question with the answers that it takes; any text where there are none listed. Enter takes the default."""

    key: str
    text: str
    choices: tuple[str, ...]
    default: str
    take: Answer


def questions(proposal: Proposal) -> Iterator[Question]:
    """The questions that a proposal leaves open, the most important first."""
    for kind in proposal.kinds.values():
        yield from missing(kind)
        for one in kind.fields:
            if not one.is_sure and one.is_named:
                yield unsure(kind.kind, one)
    for word in proposal.unknown_words:
        yield unknown_word(word, proposal.words[word].events_count)
    zone, region = proposal.decisions["time_zone"], proposal.decisions["phone_region"]
    if not zone.is_sure:
        text = f"Which time zone do times without one have ({zone.reason})? A name such as Europe/Berlin"
        yield Question(
            "time_zone", text, (), "UTC", lambda said, zone: replace(said, time_zone=checked_time_zone(zone))
        )
    if not region.is_sure:
        text = f"In which region are phone numbers without a country's code dialled ({region.reason})? Such as DE"
        yield Question(
            "phone_region", text, (), region.value or "", lambda said, code: replace(said, phone_region=region_of(code))
        )


def missing(kind: ProposedKind) -> Iterator[Question]:
    """Which field has a meaning that the kind needs."""
    for means in MEANINGS[kind.kind]:
        if means in REQUIRED_MEANINGS and not kind.meaning(means):
            paths = tuple(one.path for one in kind.fields)
            likely = kind.runners_up[means]
            yield Question(
                f"{kind.kind}={means}", f"Which field of {kind.kind} means {means}?", paths,
                likely[0].path if likely else "", with_field(kind.kind, means),
            )  # fmt: skip


def with_field(kind: KindName, means: str) -> Answer:
    """Takes the name of a field that means this."""
    return lambda said, path: said.with_meaning(kind, path, means)


def unsure(kind: KindName, one: ProposedField) -> Question:
    """Whether a field means what is proposed, or which of two units its times have."""
    examples = f" For example {', '.join(one.samples)}." if one.samples else ""
    unit = one.guess.unit
    if unit and unit.question:
        other = month_first(unit.unit)
        text = f"{kind}.{one.path}: {unit.question}.{examples} Which unit?"
        units = (unit.unit, other) if other else ()

        def take_unit(said: Wishes, answer: str) -> Wishes:
            return said.with_type(kind, one.path, WantedType("timestamp", answer))

        return Question(f"{kind}.{one.path}:unit", text, units, unit.unit, take_unit)
    proposed = one.identifier or one.means or "none"
    text = f"{kind}.{one.path} may mean {proposed} ({one.reason}).{examples} What does it mean?"
    choices = (*MEANINGS[kind], *IDENTIFIER_KINDS, "none")
    return Question(
        f"{kind}.{one.path}", text, choices, proposed, lambda said, answer: said.with_meaning(kind, one.path, answer)
    )


def unknown_word(word: str, count: int) -> Question:
    """What a word of the platform stands for."""
    text = f"{count} events of the sample are {shown(word)!r}. Which type of ours is that?"

    def take_word(said: Wishes, answer: str) -> Wishes:
        return said.with_word(word, None if answer == "none" else answer)

    return Question(f"word {word}", text, (*EVENT_TYPES, "none"), "none", take_word)


def asked(question: Question, wishes: Wishes, ask: Callable[[str], str], say: Callable[[str], None]) -> Wishes:
    """The wishes with a person's answer; one that is none of the choices is asked again."""
    listed = f"\n  one of {', '.join(question.choices)}" if question.choices else ""
    while True:
        answer = ask(f"{question.text}{listed}\n  [{question.default}] ").strip() or question.default
        if question.choices and answer not in question.choices:
            say(f"  The answer is {', '.join(question.choices)}; found {answer!r}.")
            continue
        try:
            return question.take(wishes, answer)
        except ValueError as error:
            say(f"  {error}")
