"""All of a home's history in one folder, and what of it was known at each of several cuts."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from models.inputs import SECONDS_PER_DAY, Catalogue, Inputs, Log, read_columns, read_inputs

COUNTED_DAYS = 365


@dataclass(frozen=True)
class History:
    """Everything, later events too: whoever learns gets what `as_of` a cut was known, and nothing else."""

    inputs: Inputs
    available_from: np.ndarray  # [items] epoch seconds, NaN where always
    available_until: np.ndarray  # [items] epoch seconds, NaN where for ever
    masked: np.ndarray | None = None  # [users] the platform whose history of a person nobody knows, −1 without

    def as_of(self, cut: int, seed: int) -> Inputs:
        """What a night of this cut would have handed to its children, but that later persons have numbers, too."""
        known = self.inputs.log.until(cut)
        counted = known.days >= cut // SECONDS_PER_DAY - COUNTED_DAYS
        names = ("day_items", "days", "day_counts")
        known = replace(known, **{name: getattr(known, name)[counted] for name in names})
        if self.masked is not None:
            known = masked_log(known, self.inputs.catalogue.item_platforms, self.masked)
        configuration = {**self.inputs.configuration, "cut": cut, "seed": seed}
        return Inputs(configuration, self.catalogue_at(cut), known, self.inputs.users_count)

    def catalogue_at(self, cut: int) -> Catalogue:
        """The items, of which those are available that could be shown at a cut."""
        is_available = ~((self.available_until <= cut) | (self.available_from >= cut))
        # of the records only the newest night's quality was counted
        return replace(self.inputs.catalogue, is_available=is_available, qualities=None)

    @cached_property
    def platforms_count(self) -> int:
        """How many platforms there are."""
        return len(self.inputs.catalogue.platforms)


def read_history(folder: Path) -> History:
    """Read `folder`/inputs, as `models.inputs` does, with the times from and until which items are available."""
    columns = read_columns(folder / "inputs" / "items.parquet", ["available_from", "available_until"])
    from_, until = (columns[name].astype(float) for name in ("available_from", "available_until"))
    return History(read_inputs(folder), from_, until)


def draw_masks(inputs: Inputs, share: float, seed: int) -> np.ndarray:
    """For each person the platform to be masked, −1 for most: one of theirs, for a `share` of those on several.

    So they become new there while they are known elsewhere.
    """
    log, count = inputs.log, len(inputs.catalogue.platforms)
    pairs = np.unique(log.users.astype(np.int64) * count + inputs.catalogue.item_platforms[log.items])
    users, platforms = np.divmod(pairs, count)
    starts = np.flatnonzero(np.diff(users, prepend=-1))
    sizes = np.diff(starts, append=len(users))
    chance = np.random.default_rng(seed)
    chosen = (sizes > 1) & (chance.random(len(starts)) < share)
    places = starts + chance.integers(0, sizes)
    masked = np.full(inputs.users_count, -1)
    masked[users[starts[chosen]]] = platforms[places[chosen]]
    return masked


def masked_log(log: Log, item_platforms: np.ndarray, masked: np.ndarray) -> Log:
    """The log without what the masked persons did there; it is taken off the items' daily counts, too."""
    hidden = masked[log.users] == item_platforms[log.items]
    size = int(log.days.max(initial=0)) + 2
    taken = hidden & log.is_positive
    gone = log.items[taken].astype(np.int64) * size + log.times[taken] // SECONDS_PER_DAY
    rows = log.day_items.astype(np.int64) * size + log.days
    keys, counts = np.unique(gone, return_counts=True)
    places = np.searchsorted(rows, keys)
    inside = (places < len(rows)) & (rows[np.minimum(places, len(rows) - 1)] == keys) if len(rows) else places < 0
    left = log.day_counts.astype(np.int64)
    left[places[inside]] -= counts[inside]
    consumed = masked[log.consumed_users] == item_platforms[log.consumed_items]
    events = ("users", "items", "event_types", "times", "is_positive")
    pairs = ("consumed_users", "consumed_items", "consumed_times")
    shown, rated = (one.only(masked[one.users] != item_platforms[one.items]) for one in (log.shown, log.rated))
    return replace(
        log,
        shown=shown,
        rated=rated,
        **{name: getattr(log, name)[~hidden] for name in events},
        **{name: getattr(log, name)[~consumed] for name in pairs},
        day_items=log.day_items[left > 0],
        days=log.days[left > 0],
        day_counts=left[left > 0],
    )
