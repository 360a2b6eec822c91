"""The recommenders of a night as contestants: joint, single, or what the ship rule takes of both."""

from dataclasses import asdict

from models.contestants import Entry, Task
from models.device import prepare_device
from models.lesson import Lesson
from models.ranking import ByPlatform, Ranker
from models.shipping import Chosen, Verdict, choose_shipped, refit_shipped


def enter(task: Task, mode: str) -> Entry:
    """Choose on the window before the cut, refit up to the cut, and rank by what was learned.

    Args:
        task: what is known, and who is asked about.
        mode: `single`; `joint`: the network of all platforms everywhere; `shipped`: as a night of mode joint does.
    """
    inputs = task.inputs
    # before each, so that what was done in this process before changes nothing
    prepare_device(int(inputs.configuration["seed"]))
    lesson = Lesson(inputs)
    if mode == "joint":
        chosen = Chosen([Verdict("joint", "it was asked for")] * len(lesson.alphas), lesson.choose_joint(task.say))
    else:
        chosen = choose_shipped(lesson, "joint" if mode == "shipped" else mode, task.say)
    rankers: list[Ranker] = [lesson.scorer(inputs.log, task.asked, has_network=False)] * len(chosen.makers)
    for number in refit_shipped(lesson, chosen, task.say):
        log = inputs.log if number is None else lesson.log_of(number)
        scorer = lesson.scorer(log, task.asked).blended(*chosen.blends)
        everywhere = [platform for platform, maker in enumerate(chosen.makers) if maker == "joint"]
        its = everywhere if number is None else [number]
        for platform in its:
            rankers[platform] = scorer
    facts = {"makers": chosen.makers, "epochs": chosen.epochs, "blends": [*map(asdict, chosen.blends)]}
    return Entry(ByPlatform(rankers), facts)
