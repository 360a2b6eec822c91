"""How the processor time of a night's training grows with the events."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from models.device import prepare_device
from models.inputs import Inputs
from models.lesson import Lesson
from models.training import Trainer
from tests.benchmarks.drawn_log import CUT, drawn_catalogue, drawn_log
from tests.benchmarks.measured import Measured, by_turns, processor_seconds_of

PERSONS, ITEMS_A_PLATFORM = 300, 1000
FOLDS = (1, 2, 4, 8)


def bench_training_growth(_folder: Path, scale: float) -> Iterator[Measured]:
    """An epoch up to the window, judged, and one up to the cut, of 1, 2, 4 and 8 times the persons on one catalogue."""
    prepare_device(1)
    nights = [drawn_night(round(PERSONS * scale) * fold) for fold in FOLDS]
    trainer = Lesson(nights[0]).trainer
    train(nights[0], trainer)  # compiles every step
    rounds = by_turns(*(partial(processor_seconds_of, partial(train, night, trainer)) for night in nights))
    events, seconds = [len(night.log.items) for night in nights], np.median(rounds, axis=0)
    exponent, _ = np.polyfit(np.log(events), np.log(seconds), 1)
    yield Measured(
        f"training on {events[0]:,} to {events[-1]:,} events takes their {{}}th power", exponent, at_most=1.1
    )
    # what every night costs, however small, makes the whole look flat
    last = np.log(seconds[-1] / seconds[-2]) / np.log(events[-1] / events[-2])
    yield Measured("  over the last doubling their {}th", last)
    for count, taken in zip(events, seconds, strict=True):
        yield Measured(f"  {count:,} events take {{}} seconds of a processor", taken)


def drawn_night(persons: int) -> Inputs:
    """The inputs of a night; all that is not as usual is that one epoch is learned."""
    configuration = {"cut": CUT, "seed": 1, "encoder": "hashing", "recommender": {"max_epochs": 1}}
    return Inputs(configuration, drawn_catalogue(ITEMS_A_PLATFORM), drawn_log(persons, ITEMS_A_PLATFORM), persons)


def train(night: Inputs, trainer: Trainer) -> None:
    """Choose and refit the network of all platforms, with steps that are compiled already."""
    lesson = Lesson(night)
    lesson.trainer = trainer
    lesson.choose_joint(lambda _line: None)
    lesson.refit_joint(1, lambda _line: None)
