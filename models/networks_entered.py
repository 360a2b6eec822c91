"""The recommenders of a night as contestants: one network over all platforms, or one for each platform on its own."""

from dataclasses import asdict
from functools import partial

from models.contestants import Entry, Say, Task
from models.device import prepare_device
from models.lesson import Lesson
from models.ranking import ByPlatform, Ranker


def enter(task: Task, mode: str) -> Entry:
    """Choose on the window before the cut, refit up to the cut, and rank by what was learned."""
    inputs, asked, say = task.inputs, task.asked, task.say
    # before each, so that what was done in this process before changes nothing
    prepare_device(int(inputs.configuration["seed"]))
    lesson = Lesson(inputs)
    if mode == "joint":
        choice = lesson.choose_joint(say)
        if choice.epochs:
            lesson.refit_joint(choice.epochs, say)
        scorer = lesson.scorer(inputs.log, asked, has_network=bool(choice.epochs))
        return Entry(scorer.blended(*choice.blends), {"epochs": choice.epochs, "blends": [*map(asdict, choice.blends)]})
    rankers: list[Ranker] = []
    epochs, blends = [], []
    for number, name in enumerate(inputs.catalogue.platforms):
        tell = partial(_named, say, name)
        choice = lesson.choose_single(number, tell)
        if choice.epochs:
            lesson.refit_single(number, choice.epochs, tell)
        scorer = lesson.scorer(lesson.log_of(number), asked, has_network=bool(choice.epochs))
        rankers.append(scorer.blended(*choice.blends))
        epochs.append(choice.epochs)
        blends.append(asdict(choice.blends[number]))
    return Entry(ByPlatform(rankers), {"epochs": epochs, "blends": blends})


def _named(say: Say, name: str, line: str) -> None:
    say(f"{name}: {line}")
