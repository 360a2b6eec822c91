"""`python -m models.train_child FOLDER`: learn from FOLDER/inputs, leave the recommender in FOLDER/recommender.

What makes the lists is the configuration's `mode`. `joint`: one network over all platforms, chosen on the window before
the cut and refitted up to the cut; a network for each platform, chosen alike, to compare with. `single`: those of each
platform alone. `popularity`: no network.
"""

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.device import Meter, prepare_device
from models.inputs import read_inputs
from models.lifeline import end_with_parent

if TYPE_CHECKING:
    from models.choosing import Choice
    from models.evaluation import Scores
    from models.lesson import Lesson


def learn_jointly(lesson: "Lesson", folder: Path) -> "Choice":
    """One network over all platforms, refitted and saved: what was chosen, and how it did in the window."""
    from models.saved_recommender import save_network

    say = partial(tell, "joint")
    choice = lesson.choose_joint(say)
    if choice.epochs:
        lesson.refit_joint(choice.epochs, say)
        save_network(folder, lesson.trainer.network)
    return choice


def learn_singly(lesson: "Lesson", folder: Path, is_kept: bool) -> "Choice":
    """A network for each platform on its own, as one choice; refitted and saved where they are to make the lists."""
    from models.choosing import Choice
    from models.evaluation import NOBODY
    from models.recommender import PRIOR_ALONE
    from models.saved_recommender import save_network

    most_epochs, blends, scores = 0, [PRIOR_ALONE] * len(lesson.alphas), [NOBODY] * len(lesson.alphas)
    for number in map(int, np.flatnonzero(lesson.alphas)):
        platform = lesson.catalogue.platforms[number]
        say = partial(tell, f"single {platform}")
        choice = lesson.choose_single(number, say)
        blends[number], scores[number] = choice.blends[number], choice.scores[number]
        if choice.epochs and is_kept:
            lesson.refit_single(number, choice.epochs, say)
            save_network(folder, lesson.trainer.network, platform)
            most_epochs = max(most_epochs, choice.epochs)
    return Choice(most_epochs, blends, scores)


def train(folder: Path, device: str) -> None:
    """Choose, compare, refit and save."""
    from models.card import write_card
    from models.choosing import Choice, judge_popularity
    from models.lesson import Lesson
    from models.recommender import PRIOR_ALONE
    from models.saved_recommender import save_recommender

    meter, inputs = Meter(), read_inputs(folder)
    mode, target = inputs.configuration["mode"], folder / "recommender"
    lesson = Lesson(inputs)
    popular = judge_popularity(lesson.catalogue, lesson.window, inputs.users_count)
    lineup, kept = {"popularity": popular}, Choice(0, [PRIOR_ALONE] * len(lesson.alphas), popular)
    if mode != "popularity":
        kept = learn_singly(lesson, target, is_kept=mode == "single")
        lineup["single"] = kept.scores
    if mode == "joint":
        kept = learn_jointly(lesson, target)
        lineup["joint"] = kept.scores
    priors, configuration = lesson.popularity.priors, lesson.configuration.as_dict()
    save_recommender(target, priors, kept.blends, lesson.catalogue, configuration, mode)
    outcome = {
        **compared(lesson.catalogue.platforms, lineup),
        "version": {
            "encoder": inputs.configuration["encoder"],
            "epochs": kept.epochs,
            "device": device,
            "precision": "float32",
            "parameters_count": lesson.parameters_count if kept.epochs else 0,
            **meter.read(),
        },
    }
    write_json(target / "metrics.json", outcome)
    (target / "card.md").write_text(write_card(inputs, lesson.alphas, kept.blends, outcome))


def compared(platforms: tuple[str, ...], lineup: dict[str, list["Scores"]]) -> dict[str, Any]:
    """The metrics of each recommender of the lineup, and the uplift of joint over single if both are in it."""
    from models.lineup import metric_rows, uplift_rows

    return {
        "metrics": [row for name, scores in lineup.items() for row in metric_rows(name, platforms, scores)],
        "uplift": uplift_rows(platforms, lineup["single"], lineup["joint"]) if "joint" in lineup else [],
    }


def tell(name: str, line: str) -> None:
    """Progress, read by the parent."""
    sys.stdout.write(f"{name}: {line}\n")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write JSON that people can read."""
    path.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    end_with_parent()
    run_folder = Path(sys.argv[1])
    run_seed = int(json.loads((run_folder / "inputs" / "configuration.json").read_text())["seed"])
    train(run_folder, prepare_device(run_seed))
