"""A proposed contract: every part with the reason for it, and what is missing or unsure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from flows.contract_words import KindName
from flows.platforms.candidates import Candidate
from flows.platforms.field_types import TypeGuess
from flows.platforms.wishes import SAID


@dataclass(frozen=True)
class ProposedField:
    """One field of the contract with its reason; one that is not named stays in `extra`."""

    path: str
    name: str
    guess: TypeGuess
    means: str | None
    identifier: str | None
    reason: str
    is_sure: bool
    samples: tuple[str, ...]
    filled_share: float
    is_named: bool = True

    @property
    def unit(self) -> str | None:
        """The unit, if the field is a timestamp."""
        return self.guess.unit.unit if self.guess.type == "timestamp" and self.guess.unit else None


@dataclass(frozen=True)
class ProposedKind:
    """The files of one kind, and their fields."""

    kind: KindName
    format: str
    delimiter: str
    files_count: int
    records_count: int
    fields: tuple[ProposedField, ...]
    runners_up: Mapping[str, list[Candidate]]
    has_header: bool = True

    def meaning(self, word: str) -> ProposedField | None:
        """The field that means this, if there is one."""
        return next((one for one in self.fields if one.means == word), None)

    @property
    def named(self) -> list[ProposedField]:
        """The fields that the contract names."""
        return [one for one in self.fields if one.is_named]


class Decision(NamedTuple):
    """A value of the platform as a whole, with its reason."""

    value: Any
    reason: str
    is_sure: bool = True


class ProposedWord(NamedTuple):
    """Our event type for a platform's word; null if nobody knows it. `events_count` events of the sample have it."""

    event_type: str | None
    events_count: int
    reason: str


@dataclass(frozen=True)
class Proposal:
    """The contract of a platform as it is proposed.

    `problems` keep it from being written; `notes` have to be read.
    """

    platform: str
    decisions: Mapping[str, Decision]
    words: Mapping[str, ProposedWord]
    kinds: Mapping[KindName, ProposedKind]
    notes: tuple[str, ...]
    problems: tuple[str, ...]

    def value(self, name: str) -> Any:
        """What is decided for the platform as a whole."""
        return self.decisions[name].value

    @property
    def known_words(self) -> dict[str, str]:
        """The words that the contract names."""
        return {word: said.event_type for word, said in self.words.items() if said.event_type}

    @property
    def unknown_words(self) -> list[str]:
        """The words that nobody knows, the most frequent first."""
        return [word for word, said in self.words.items() if not said.event_type and said.reason != SAID]
