"""Persons' sequences, cut to length and batched with others of about their length."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from models.inputs import SECONDS_PER_DAY, Log

LENGTHS = (4, 8, 12, 16, 24, 32, 48, 64, 80)


@dataclass(frozen=True)
class Batch:
    """Sequences of one length; all arrays `[batch, length]`, padded at the end, where `mask` is false.

    `targets` is the item that follows a token, −1 where there is none to be learned from; `target_days` its day.
    """

    items: np.ndarray
    event_types: np.ndarray
    gaps: np.ndarray
    mask: np.ndarray
    targets: np.ndarray
    target_days: np.ndarray


@dataclass(frozen=True)
class Sequences:
    """The newest events of each person: where they begin and end in the log, `[persons]`, and whose they are."""

    log: Log
    users: np.ndarray
    starts: np.ndarray
    ends: np.ndarray

    def padded(self, rows: np.ndarray, length: int, first_target_day: int, has_targets: bool) -> Batch:
        """The given sequences as one batch of that length; with targets, each last event is target only."""
        starts, ends = self.starts[rows], self.ends[rows] - int(has_targets)
        places = starts[:, None] + np.arange(length)
        mask = places < ends[:, None]
        places = np.where(mask, places, 0)
        following = np.where(mask & has_targets, places + 1, 0)
        log = self.log
        before = np.maximum(places - 1, starts[:, None])
        hours = np.where(mask, log.times[places] - log.times[before], 0) / 3600
        days = log.times[following] // SECONDS_PER_DAY
        is_target = mask & has_targets & log.is_positive[following] & (days >= first_target_day)
        return Batch(
            items=np.where(mask, log.items[places], 0).astype(np.int32),
            event_types=np.where(mask, log.event_types[places], 0).astype(np.int32),
            gaps=np.log1p(hours).astype(np.float32),
            mask=mask,
            targets=np.where(is_target, log.items[following], -1).astype(np.int32),
            target_days=np.where(is_target, days, first_target_day).astype(np.int32),
        )

    def with_targets(self, first_target_day: int) -> "Sequences":
        """Only those that have anything to be learned from."""
        is_target = self.log.is_positive & (self.log.times // SECONDS_PER_DAY >= first_target_day)
        before = np.concatenate([[0], np.cumsum(is_target)])
        return self._only(before[self.ends] > before[self.starts + 1])

    def of_users(self, users: np.ndarray) -> "Sequences":
        """Only those of the given persons."""
        return self._only(np.isin(self.users, users))

    def _only(self, kept: np.ndarray) -> "Sequences":
        return Sequences(self.log, self.users[kept], self.starts[kept], self.ends[kept])

    def batches(
        self,
        tokens: int,
        longest: int,
        first_target_day: int = 0,
        has_targets: bool = False,
        chance: np.random.Generator | None = None,
    ) -> Iterator[tuple[np.ndarray, Batch]]:
        """The sequences in batches of at most `tokens` tokens, each with the rows that it holds; shuffled by `chance`.

        Sequences of about one length stand together, so that little is padded.
        """
        lengths = self.ends - self.starts - int(has_targets)
        plan = []
        steps = [*(length for length in LENGTHS if length < longest), longest]
        for shortest, length in pairwise([0, *steps]):
            inside = np.flatnonzero((lengths > shortest) & (lengths <= length))
            if chance is not None:
                inside = chance.permutation(inside)
            size = max(1, tokens // length)
            plan += [(length, inside[begin : begin + size]) for begin in range(0, len(inside), size)]
        order = chance.permutation(len(plan)) if chance is not None else np.arange(len(plan))
        for number in order:
            length, rows = plan[number]
            yield rows, self.padded(rows, length, first_target_day, has_targets)


def newest_sequences(log: Log, longest: int) -> Sequences:
    """The newest `longest` events of each person who has any."""
    users, starts, counts = np.unique(log.users, return_index=True, return_counts=True)
    ends = starts + counts
    return Sequences(log, users, np.maximum(starts, ends - longest), ends)
