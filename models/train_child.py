"""`python -m models.train_child FOLDER`: learn from FOLDER/inputs, leave the recommender in FOLDER/recommender.

Joint over all platforms, chosen on the window before the cut and refitted up to the cut; a single-platform recommender
of each platform, chosen alike, to compare with.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.device import Meter, prepare_device
from models.inputs import Inputs, read_inputs
from models.lifeline import end_with_parent

if TYPE_CHECKING:
    from models.choosing import Window
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


def train(folder: Path, device: str) -> None:
    """Choose, compare, refit and save."""
    from models.choosing import Choice, choose, judge_popularity, open_window, refit
    from models.configuration import read_configuration
    from models.evaluation import NOBODY
    from models.popularity import Popularity
    from models.saved_recommender import save_recommender
    from models.training import Trainer, new_network

    meter, inputs = Meter(), read_inputs(folder)
    catalogue, log, seed = inputs.catalogue, inputs.log, int(inputs.configuration["seed"])
    configuration = read_configuration(inputs.configuration["recommender"])
    trainer = Trainer(new_network(catalogue, configuration, seed), catalogue, configuration)
    alphas = loss_weights(inputs, configuration.alpha_exponent)
    window = open_window(catalogue, log, inputs.cut, configuration)

    def chosen(name: str, weights: np.ndarray, known: "Window") -> Choice:
        return choose(trainer, known, inputs.users_count, weights, seed, lambda line: say(name, line))

    joint = chosen("joint", alphas, window)
    single_scores = [NOBODY] * len(alphas)
    for number in map(int, np.flatnonzero(alphas)):
        known, weights = window.of_platform(catalogue, number), np.eye(len(alphas))[number]
        single_scores[number] = chosen(f"single {catalogue.platforms[number]}", weights, known).scores[number]
    popularity = Popularity.fit(catalogue, log, inputs.cut, window.days)
    refit(trainer, log, popularity, alphas, joint.epochs, seed, lambda line: say("joint", line))
    network = trainer.network if joint.epochs else None
    save_recommender(
        folder / "recommender", network, popularity.priors, joint.blend, catalogue, configuration.as_dict()
    )
    popular = judge_popularity(catalogue, window, inputs.users_count)
    outcome = {
        **compared(catalogue.platforms, {"joint": joint.scores, "single": single_scores, "popularity": popular}),
        "version": {
            "encoder": inputs.configuration["encoder"],
            "epochs": joint.epochs,
            "device": device,
            "precision": "float32",
            "parameters_count": sum(int(np.prod(weight.shape)) for weight in trainer.network.trainable_variables),
            **meter.read(),
        },
    }
    write_json(folder / "recommender" / "metrics.json", outcome)


def compared(platforms: tuple[str, ...], lineup: dict[str, list["Scores"]]) -> dict[str, Any]:
    """The metrics of each recommender of the lineup, and the uplift of joint over single."""
    from models.lineup import metric_rows, uplift_rows

    return {
        "metrics": [row for name, scores in lineup.items() for row in metric_rows(name, platforms, scores)],
        "uplift": uplift_rows(platforms, lineup["single"], lineup["joint"]),
    }


def say(name: str, line: str) -> None:
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
