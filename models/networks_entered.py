"""The recommenders of a night as contestants: joint, single, or what the ship rule takes of both."""

from dataclasses import asdict

from models.contestants import Entry, Task
from models.device import prepare_device
from models.lesson import Lesson
from models.ranking import ByPlatform
from models.recommender import Scorer
from models.shipping import JOINT, Chosen, Verdict, choose_shipped, refit_shipped, scorers


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
        chosen = Chosen([Verdict(JOINT, "it was asked for")] * len(lesson.alphas), lesson.choose_joint(task.say))
    else:
        chosen = choose_shipped(lesson, "joint" if mode == "shipped" else mode, task.say)
    shared, singles = None, dict[int, Scorer]()
    for number in refit_shipped(lesson, chosen, task.say):
        if number is None:
            shared = lesson.scorer(inputs.log, task.asked)
        else:
            singles[number] = lesson.scorer(lesson.log_of(number), task.asked)
    prior = lesson.scorer(inputs.log, task.asked, has_network=False)
    made = scorers(chosen.makers, shared, singles, prior)
    rankers = [scorer.blended(*chosen.blends) for scorer in made]
    facts = {"makers": chosen.makers, "epochs": chosen.epochs, "blends": [*map(asdict, chosen.blends)]}
    return Entry(ByPlatform(rankers), facts)
