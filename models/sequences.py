"""Persons' sequences, cut to length and batched with others of about their length."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from models.inputs import SECONDS_PER_DAY, Log

Plan: TypeAlias = list[tuple[int, np.ndarray]]
"""The length and the rows of each batch."""

LENGTHS = (4, 8, 12, 16, 24, 32, 48, 64, 80)


@dataclass(frozen=True)
class Batch:
    """Sequences of one length; all arrays `[batch, length]`, padded at the end, where `mask` is false.

    `targets` is the item that follows a token, −1 where there is none to be learned from; `target_days` its day.
    `places` is where a token stands in the log.
    """

    items: np.ndarray
    event_types: np.ndarray
    gaps: np.ndarray
    mask: np.ndarray
    targets: np.ndarray
    target_days: np.ndarray
    places: np.ndarray


@dataclass(frozen=True)
class Sequences:
    """The newest events of each person: where they begin and end in the log, `[persons]`, and whose they are.

    Where some of the log's events are targets, each last event of a sequence is a target at most, and no token.
    """

    log: Log
    users: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    is_target: np.ndarray | None = None  # [events] bool

    def padded(self, rows: np.ndarray, length: int) -> Batch:
        """The given sequences as one batch of that length."""
        log, starts, ends = self.log, self.starts[rows], self._token_ends()[rows]
        places = starts[:, None] + np.arange(length)
        mask = places < ends[:, None]
        places = np.where(mask, places, 0)
        following = places + int(self.is_target is not None)
        is_target = np.zeros_like(mask) if self.is_target is None else mask & self.is_target[following]
        hours = np.where(mask, log.times[places] - log.times[np.maximum(places - 1, starts[:, None])], 0) / 3600
        return Batch(
            items=np.where(mask, log.items[places], 0).astype(np.int32),
            event_types=np.where(mask, log.event_types[places], 0).astype(np.int32),
            gaps=np.log1p(hours).astype(np.float32),
            mask=mask,
            targets=np.where(is_target, log.items[following], -1).astype(np.int32),
            target_days=np.where(is_target, log.times[following] // SECONDS_PER_DAY, 0).astype(np.int32),
            places=places,
        )

    def targeted(self, is_target: np.ndarray) -> "Sequences":
        """Those that have a target after their first event, of the events that `is_target` `[events]` names."""
        before = np.concatenate([[0], np.cumsum(is_target)])
        kept = before[self.ends] > before[np.minimum(self.starts + 1, self.ends)]
        return replace(self._only(kept), is_target=is_target)

    def targets(self) -> np.ndarray:
        """The places in the log of what is to be learned from; empty where nothing is."""
        if self.is_target is None:
            return np.zeros(0, np.int64)
        return np.flatnonzero(self._between(self.starts + 1) & self.is_target)

    def events(self) -> np.ndarray:
        """Which of the log's events stand in a sequence `[events]` bool."""
        return self._between(self.starts)

    def _between(self, starts: np.ndarray) -> np.ndarray:
        """Which of the log's events stand between there and the ends `[events]` bool."""
        steps = np.zeros(len(self.log.items) + 1, np.int64)
        np.add.at(steps, starts, 1)
        np.add.at(steps, self.ends, -1)
        return np.cumsum(steps)[:-1] > 0

    def of_users(self, users: np.ndarray) -> "Sequences":
        """Only those of the given persons."""
        return self._only(np.isin(self.users, users))

    def _only(self, kept: np.ndarray) -> "Sequences":
        return replace(self, users=self.users[kept], starts=self.starts[kept], ends=self.ends[kept])

    def _token_ends(self) -> np.ndarray:
        return self.ends - int(self.is_target is not None)

    def plan(self, tokens: int, longest: int, chance: np.random.Generator | None = None) -> Plan:
        """The length and the rows of each batch of at most `tokens` tokens; shuffled by `chance`.

        Sequences of about one length stand together, so that little is padded.
        """
        lengths = self._token_ends() - self.starts
        plan = []
        steps = [*(length for length in LENGTHS if length < longest), longest]
        for shortest, length in pairwise([0, *steps]):
            inside = np.flatnonzero((lengths > shortest) & (lengths <= length))
            if chance is not None:
                inside = chance.permutation(inside)
            size = max(1, tokens // length)
            plan += [(length, inside[begin : begin + size]) for begin in range(0, len(inside), size)]
        order = chance.permutation(len(plan)) if chance is not None else np.arange(len(plan))
        return [plan[number] for number in order]


def newest_sequences(log: Log, longest: int) -> Sequences:
    """The newest `longest` events of each person who has any."""
    users, starts, counts = np.unique(log.users, return_index=True, return_counts=True)
    ends = starts + counts
    return Sequences(log, users, np.maximum(starts, ends - longest), ends)
