"""`python -m models.train_child FOLDER`: learn from FOLDER/inputs, leave the recommender in FOLDER/recommender.

What makes the lists is the configuration's `mode`. `joint`: one network over all platforms and one for each of them,
chosen on the window before the cut; what the ship rule takes of them is refitted up to the cut. `single`: those of each
platform alone. `popularity`: no network.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.device import Meter, prepare_device
from models.inputs import read_inputs
from models.lifeline import end_with_parent

if TYPE_CHECKING:
    from models.evaluation import Scores


def train(folder: Path, device: str) -> None:
    """Choose, compare, decide what ships, refit and save."""
    from models.board import Board
    from models.card import write_card
    from models.choosing import judge_popularity
    from models.lesson import Lesson
    from models.saved_recommender import save_network, save_recommender
    from models.shipping import choose_shipped, refit_shipped

    meter, inputs = Meter(), read_inputs(folder)
    mode, target = inputs.configuration["mode"], folder / "recommender"
    lesson = Lesson(inputs, Board(folder / "tensorboard"))
    platforms = lesson.catalogue.platforms
    popular = judge_popularity(lesson.catalogue, lesson.window, inputs.users_count)
    chosen = choose_shipped(lesson, mode, tell)
    for number in refit_shipped(lesson, chosen, tell):
        save_network(target, lesson.trainer.network, None if number is None else platforms[number])
    priors, configuration = lesson.popularity.priors, lesson.configuration.as_dict()
    save_recommender(target, priors, chosen.blends, lesson.catalogue, configuration, chosen.makers)
    outcome = {
        **compared(platforms, {"popularity": popular, **chosen.scores()}),
        "shipped": chosen.shipped(platforms),
        "version": {
            "encoder": inputs.configuration["encoder"],
            "epochs": max(chosen.epochs),
            "device": device,
            "precision": "float32",
            "parameters_count": lesson.parameters_count if max(chosen.epochs) else 0,
            **meter.read(),
        },
    }
    write_json(target / "metrics.json", outcome)
    (target / "card.md").write_text(write_card(inputs, lesson.weights, chosen, outcome))


def compared(platforms: tuple[str, ...], lineup: dict[str, list["Scores"]]) -> dict[str, Any]:
    """The metrics of each recommender of the lineup, and the uplift of joint over single if both are in it."""
    from models.lineup import metric_rows, uplift_rows

    return {
        "metrics": [row for name, scores in lineup.items() for row in metric_rows(name, platforms, scores)],
        "uplift": uplift_rows(platforms, lineup["single"], lineup["joint"]) if "joint" in lineup else [],
    }


def tell(line: str) -> None:
    """Progress, read by the parent."""
    sys.stdout.write(f"{line}\n")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write JSON that people can read."""
    path.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    end_with_parent()
    run_folder = Path(sys.argv[1])
    run_seed = int(json.loads((run_folder / "inputs" / "configuration.json").read_text())["seed"])
    train(run_folder, prepare_device(run_seed))
