"""`python -m models.train_child FOLDER`: learn from FOLDER/inputs, leave the recommender in FOLDER/recommender.

Joint over all platforms, chosen on the window before the cut and refitted up to the cut; a single-platform recommender
of each platform, chosen alike, to compare with.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from models.device import Meter, prepare_device
from models.inputs import Inputs, read_inputs
from models.lifeline import end_with_parent


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
    from models.lineup import metric_rows, uplift_rows
    from models.saved_recommender import save_recommender
    from models.training import Popularity

    meter, inputs = Meter(), read_inputs(folder)
    catalogue, log = inputs.catalogue, inputs.log
    configuration = read_configuration(inputs.configuration["recommender"])
    alphas, seed = loss_weights(inputs, configuration.alpha_exponent), int(inputs.configuration["seed"])
    window = open_window(catalogue, log, inputs.cut, configuration)

    def chosen(name: str, weights: np.ndarray, platform: int | None = None) -> Choice:
        known = window if platform is None else window.of_platform(catalogue, platform)
        return choose(catalogue, known, inputs.users_count, weights, configuration, seed, lambda line: say(name, line))

    joint = chosen("joint", alphas)
    singles = [chosen(f"single {name}", np.eye(len(alphas))[row], row) for row, name in enumerate(catalogue.platforms)]
    single_scores = [choice.scores[number] for number, choice in enumerate(singles)]
    popularity = Popularity.fit(catalogue, log, inputs.cut, window.days)
    network = refit(
        catalogue, log, popularity, alphas, configuration, joint.epochs, seed, lambda line: say("joint", line)
    )
    save_recommender(
        folder / "recommender", network, popularity.priors, joint.blend, catalogue, configuration.as_dict()
    )
    outcome = {
        "metrics": [
            *metric_rows("joint", catalogue.platforms, joint.scores),
            *metric_rows("single", catalogue.platforms, single_scores),
            *metric_rows("popularity", catalogue.platforms, judge_popularity(catalogue, window, inputs.users_count)),
        ],
        "uplift": uplift_rows(catalogue.platforms, single_scores, joint.scores),
        "version": {
            "encoder": inputs.configuration["encoder"],
            "epochs": joint.epochs,
            "device": device,
            "precision": "float32",
            "parameters_count": int(sum(np.prod(weight.shape) for weight in network.trainable_variables)),
            **meter.read(),
        },
    }
    write_json(folder / "recommender" / "metrics.json", outcome)


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
