"""The joint network as it is on the last night of a week that began with a full training, as a contestant."""

from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from models.configuration import read_configuration
from models.contestants import Entry, Task
from models.device import prepare_device
from models.heads import NO_HEADS
from models.inputs import SECONDS_PER_DAY, Inputs
from models.lesson import Lesson
from models.shipping import JOINT, Chosen, Verdict, save_shipped
from models.warm_start import find_parent


def enter(task: Task, nights: int) -> Entry:
    """Learn from nothing so many nights ago, less one, and go on night by night, as a home does; rank by the last.

    Args:
        task: what is known, and who is asked about.
        nights: from one full training to the next.
    """
    with TemporaryDirectory() as name:
        parent = Path(name)
        trained: list[int] = []
        for days in reversed(range(nights)):
            inputs = known_before(task.inputs, days, f"{days + 1} nights ago" if trained else None)
            # before each, as each night has a process of its own
            configuration = inputs.configuration
            prepare_device(int(configuration["seed"]), read_configuration(configuration["recommender"]).strategy)
            lesson = Lesson(inputs)
            lesson.parent, origin = find_parent(parent, inputs, lesson.alphas)
            task.say(origin)
            chosen = choose(lesson, task)
            parent = Path(name) / str(days)
            save_shipped(parent, lesson, chosen, [NO_HEADS] * len(lesson.alphas), task.say)
            trained.append(max(chosen.epochs))
    scorer = lesson.scorer(task.inputs.log, task.asked, has_network=bool(trained[-1])).blended(*chosen.blends)
    return Entry(scorer, {"epochs": trained, "blends": [*map(asdict, chosen.blends)]})


def choose(lesson: Lesson, task: Task) -> Chosen:
    """The network of all platforms everywhere, with the choices of the parent or its own."""
    verdicts = [Verdict(JOINT, "it was asked for")] * len(lesson.alphas)
    return Chosen(verdicts, lesson.parent.choice if lesson.parent else lesson.choose_joint(task.say))


def known_before(inputs: Inputs, days: int, parent: str | None) -> Inputs:
    """What was known so many days before the cut, to a night that goes on from this parent."""
    cut = inputs.cut - days * SECONDS_PER_DAY
    facts = {"cut": cut, "parent": parent, "why": "as every night of the week but the first" if parent else "it is due"}
    return replace(inputs, configuration={**inputs.configuration, **facts}, log=inputs.log.until(cut))
