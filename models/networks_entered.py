"""The recommenders of a night as contestants: joint, single, or what the ship rule takes of both.

They are made of the same networks, so what one of them has learned of a night the next one need not learn again.
"""

from dataclasses import asdict, dataclass, field

from models.configuration import read_configuration
from models.contestants import Entry, Task
from models.device import prepare_device
from models.inputs import Inputs
from models.lesson import Lesson
from models.ranking import ByPlatform
from models.recommender import Scorer
from models.shipping import JOINT, Chosen, Verdict, choose_shipped, refit_shipped, scorers


@dataclass
class Learned:
    """The networks of one night as far as they were asked for, and how they score."""

    lesson: Lesson
    scorers: dict[int | None, Scorer] = field(default_factory=dict)  # None: of all platforms


class Newest:
    """What was learned of the newest inputs that came."""

    learned: Learned | None = None

    @classmethod
    def of(cls, inputs: Inputs) -> Learned:
        """What was learned of these inputs so far."""
        if cls.learned is None or cls.learned.lesson.inputs is not inputs:
            # before each night, so that what was done in this process before changes nothing
            configuration = inputs.configuration
            prepare_device(int(configuration["seed"]), read_configuration(configuration["recommender"]).strategy)
            cls.learned = Learned(Lesson(inputs))
        return cls.learned


def enter(task: Task, mode: str) -> Entry:
    """Choose on the window before the cut, refit up to the cut, and rank by what was learned.

    Args:
        task: what is known, and who is asked about.
        mode: `single`; `joint`: the network of all platforms everywhere; `shipped`: as a night of mode joint does.
    """
    learned = Newest.of(task.inputs)
    lesson = learned.lesson
    if mode == "joint":
        chosen = Chosen([Verdict(JOINT, "it was asked for")] * len(lesson.alphas), lesson.choose_joint(task.say))
    else:
        chosen = choose_shipped(lesson, "joint" if mode == "shipped" else mode, task.say)
    for number in refit_shipped(lesson, chosen, task.say, learned.scorers):
        log = task.inputs.log if number is None else lesson.log_of(number)
        learned.scorers[number] = lesson.scorer(log, task.asked)
    singles = {number: scorer for number, scorer in learned.scorers.items() if number is not None}
    prior = lesson.scorer(task.inputs.log, task.asked, has_network=False)
    made = scorers(chosen.makers, learned.scorers.get(None), singles, prior)
    rankers = [scorer.blended(*chosen.blends) for scorer in made]
    facts = {
        "makers": chosen.makers,
        "epochs": chosen.epochs,
        "blends": [*map(asdict, chosen.blends)],
        "parameters_count": lesson.parameters_count if max(chosen.epochs) else 0,
    }
    return Entry(ByPlatform(rankers), facts)
