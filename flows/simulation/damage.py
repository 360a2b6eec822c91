"""What is wrong with logs on purpose: doubles, late and unknown records, missing fields, broken lines."""

import numpy as np

from flows.simulation.behaviour import Events

DOUBLED, DOUBLED_LATER, LATE, UNKNOWN, MISSING = 0.01, 0.005, 0.01, 0.003, 0.002
LATEST = 3  # days


class Post:
    """Takes a platform's events in order of their days, and gives out what each day's file holds."""

    def __init__(self) -> None:
        self.waiting: dict[int, list[Events]] = {}

    def deliver(self, day: int, events: Events, chance: np.random.Generator) -> tuple[Events, np.ndarray]:
        """The events of a day's file, and which of them lack their account.

        Some of the day's events come days later, some twice, some again with the next day's file, some name an item
        that does not exist.
        """
        draw = chance.random(len(events.ids))
        late = draw < LATE
        delays = chance.integers(1, LATEST + 1, len(draw))
        for delay in range(1, LATEST + 1):
            self.keep(day + delay, events.take(np.flatnonzero(late & (delays == delay))))
        self.keep(day + 1, events.take(np.flatnonzero((draw >= LATE) & (draw < LATE + DOUBLED_LATER))))
        doubled = chance.random(len(draw)) < DOUBLED
        present = events.take(np.flatnonzero(~late))
        present = present.joined(events.take(np.flatnonzero(doubled & ~late)), *self.waiting.pop(day, []))
        lost = chance.random(len(present.ids))
        # what an id stands for never changes between its deliveries, so the unknown ones are chosen by their id
        unknown = present.ids % np.uint64(1000) < np.uint64(int(UNKNOWN * 1000))
        present.items[unknown] = -1
        return present, lost < MISSING

    def keep(self, day: int, events: Events) -> None:
        """Hold events back for the file of a later day."""
        if len(events.ids):
            self.waiting.setdefault(day, []).append(events)
