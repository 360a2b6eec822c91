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
from models.inputs import Inputs, read_inputs
from models.lifeline import end_with_parent

if TYPE_CHECKING:
    from models.evaluation import Scores


def loss_weights(inputs: Inputs, exponent: float) -> np.ndarray:
    """α `[platforms]`: as fixed by the platform's contract, else its positives to the power `exponent`; mean 1.

    A platform nobody has taken anything on weighs 0.
    """
    items = inputs.log.items[inputs.log.is_positive]
    positives = np.bincount(inputs.catalogue.item_platforms[items], minlength=len(inputs.catalogue.platforms))
    balanced = np.where(positives > 0, np.maximum(positives, 1.0) ** exponent, 0.0)
    if balanced.any():
        balanced = balanced / balanced[balanced > 0].mean()
    fixed = inputs.catalogue.alphas
    return np.where(np.isnan(fixed) | (positives == 0), balanced, fixed)


class Lesson:
    """What the recommenders of a night have in common: inputs, window, trainer, and the folder they are left in."""

    def __init__(self, folder: Path, inputs: Inputs) -> None:
        from models.choosing import open_window
        from models.configuration import read_configuration
        from models.evaluation import NOBODY
        from models.popularity import Popularity
        from models.training import Trainer, new_network

        self.folder, self.inputs, self.seed = folder, inputs, int(inputs.configuration["seed"])
        self.catalogue, self.log = inputs.catalogue, inputs.log
        self.configuration = read_configuration(inputs.configuration["recommender"])
        self.window = open_window(self.catalogue, self.log, inputs.cut, self.configuration)
        self.popularity = Popularity.fit(self.catalogue, self.log, inputs.cut, self.window.days)
        self.alphas = loss_weights(inputs, self.configuration.alpha_exponent)
        self.nobody = [NOBODY] * len(self.alphas)
        network = new_network(self.catalogue, self.configuration, self.seed)
        self.trainer = Trainer(network, self.catalogue, self.configuration)

    @property
    def parameters_count(self) -> int:
        """How many numbers a network learns."""
        return sum(int(np.prod(variable.shape)) for variable in self.trainer.network.trainable_variables)

    def learn_jointly(self) -> tuple[int, list[float], list["Scores"]]:
        """One network over all platforms, refitted and saved: its epochs, its blend and how it did in the window."""
        from models.choosing import choose, refit
        from models.saved_recommender import save_network

        say = partial(tell, "joint")
        choice = choose(self.trainer, self.window, self.inputs.users_count, self.alphas, self.seed, say)
        if choice.epochs:
            refit(self.trainer, self.log, self.popularity, self.alphas, choice.epochs, self.seed, say)
            save_network(self.folder, self.trainer.network)
        return choice.epochs, choice.blend, choice.scores

    def learn_singly(self, is_kept: bool) -> tuple[int, list[float], list["Scores"]]:
        """A network for each platform on its own; refitted and saved where they are to make the lists."""
        from models.choosing import choose, refit
        from models.saved_recommender import save_network

        most_epochs, blend, scores = 0, [0.0] * len(self.alphas), list(self.nobody)
        for number in map(int, np.flatnonzero(self.alphas)):
            platform, weights = self.catalogue.platforms[number], np.eye(len(self.alphas))[number]
            say, known = partial(tell, f"single {platform}"), self.window.of_platform(self.catalogue, number)
            choice = choose(self.trainer, known, self.inputs.users_count, weights, self.seed, say)
            blend[number], scores[number] = choice.blend[number], choice.scores[number]
            if choice.epochs and is_kept:
                own = self.log.of_items(self.catalogue.items_of(number))
                refit(self.trainer, own, self.popularity, weights, choice.epochs, self.seed, say)
                save_network(self.folder, self.trainer.network, platform)
                most_epochs = max(most_epochs, choice.epochs)
        return most_epochs, blend, scores


def train(folder: Path, device: str) -> None:
    """Choose, compare, refit and save."""
    from models.choosing import judge_popularity
    from models.saved_recommender import save_recommender

    meter, inputs = Meter(), read_inputs(folder)
    mode = inputs.configuration["mode"]
    lesson = Lesson(folder / "recommender", inputs)
    epochs, blend = 0, [0.0] * len(lesson.alphas)
    lineup = {"popularity": judge_popularity(lesson.catalogue, lesson.window, inputs.users_count)}
    if mode != "popularity":
        epochs, blend, lineup["single"] = lesson.learn_singly(is_kept=mode == "single")
    if mode == "joint":
        epochs, blend, lineup["joint"] = lesson.learn_jointly()
    save_recommender(
        lesson.folder, lesson.popularity.priors, blend, lesson.catalogue, lesson.configuration.as_dict(), mode
    )
    outcome = {
        **compared(lesson.catalogue.platforms, lineup),
        "version": {
            "encoder": inputs.configuration["encoder"],
            "epochs": epochs,
            "device": device,
            "precision": "float32",
            "parameters_count": lesson.parameters_count if epochs else 0,
            **meter.read(),
        },
    }
    write_json(lesson.folder / "metrics.json", outcome)


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
