"""A control for what is shipped: the mean of two networks of a platform's own, that differ in their seed alone.

The mean of any two networks may rank better than one. Shipped is the mean of the network of all platforms and a
platform's own; what the others teach is what it is ahead of this by. Named `tests.benchmarks.two_singles:two-singles`.
"""

from dataclasses import asdict, replace

from models.choosing import choose_averaged
from models.contestants import Entry, Task
from models.device import prepare_device
from models.lesson import Lesson
from models.progress import named
from models.ranking import ByPlatform
from models.recommender import Scorer, averaged

NAME = f"{__name__}:two-singles"


def enter(task: Task, name: str) -> Entry:
    """Have both of each platform learn, as those do that ship: chosen on the window, judged together, refitted.

    The second seed is the one after the first.

    Raises:
        ValueError: if another name than `NAME` has is asked for.
    """
    if not NAME.endswith(f":{name}"):
        raise ValueError(f"The control is named {NAME}; found {name!r}.")
    seed = int(task.inputs.configuration["seed"])
    first, second = Alone(task, seed), Alone(task, seed + 1)
    scorers, blends = [], []
    for platform, judged in enumerate(first.lesson.window.judged):
        others = {platform: second.choices[platform]}
        both = choose_averaged(first.choices[platform], others, task.inputs.catalogue, {platform: judged})
        blends.append(both.blends[platform])
        scorer = first.refitted[platform]
        if platform in first.known and platform in second.known:
            scorer = averaged(scorer, {platform: second.refitted[platform]})
        scorers.append(scorer.blended(blends[-1]))
    return Entry(ByPlatform(scorers), {"blends": [*map(asdict, blends)]})


class Alone:
    """The networks of single platforms with one seed: how they did in the window, and as they were refitted."""

    def __init__(self, task: Task, seed: int) -> None:
        prepare_device(seed)
        self.lesson = Lesson(replace(task.inputs, configuration={**task.inputs.configuration, "seed": seed}))
        self.says = [named(task.say, f"single {name}, seed {seed}") for name in self.lesson.catalogue.platforms]
        self.choices = [self.lesson.choose_single(number, say) for number, say in enumerate(self.says)]
        self.known = {number for number, choice in enumerate(self.choices) if choice.epochs}
        self.refitted = [self._refitted(number, task) for number in range(len(self.choices))]

    def _refitted(self, platform: int, task: Task) -> Scorer:
        if platform in self.known:
            self.lesson.refit_single(platform, self.choices[platform].epochs, self.says[platform])
        return self.lesson.scorer(self.lesson.log_of(platform), task.asked, has_network=platform in self.known)
