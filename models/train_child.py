"""`python -m models.train_child FOLDER`: learn from FOLDER/inputs, leave the recommender in FOLDER/recommender.

What makes the lists is the configuration's `mode`. `joint`: one network over all platforms and one for each of them,
chosen on the window before the cut; what the ship rule takes of them is refitted up to the cut. `single`: those of each
platform alone. `popularity`: no network. A night that was handed an earlier recommender, FOLDER/inputs/parent, goes on
from it unless too much has changed, and has no figures of its own.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.configuration import read_configuration
from models.device import Meter, prepare_device
from models.inputs import read_inputs
from models.lifeline import end_with_parent

if TYPE_CHECKING:
    from models.board import Note
    from models.evaluation import Scores
    from models.heads import Heads


def train(folder: Path, device: str) -> None:
    """Choose, compare, decide what ships, refit and save."""
    from models.board import Board
    from models.card import write_card
    from models.choosing import judge_popularity
    from models.encoder_weights import version_of
    from models.lesson import Lesson
    from models.shipping import choose_shipped, learn_shipped_heads, save_shipped
    from models.warm_start import find_parent

    meter, inputs = Meter(), read_inputs(folder)
    mode, target = inputs.configuration["mode"], folder / "recommender"
    board = Board(folder / "tensorboard", *also_noted(folder, inputs.configuration))
    lesson, platforms = Lesson(inputs, board), inputs.catalogue.platforms
    lesson.parent, origin = find_parent(folder / "inputs" / "parent", inputs, lesson.alphas)
    tell(origin)
    chosen = choose_shipped(lesson, mode, tell)
    heads = learn_shipped_heads(lesson, chosen)
    lineup: dict[str, list[Scores]] = {}
    if lesson.parent is None:
        popular = judge_popularity(lesson.catalogue, lesson.window, inputs.users_count)
        lineup = {"popularity": popular, **chosen.scores()}
    save_shipped(target, lesson, chosen, heads, tell)
    of_lists = compared(platforms, lineup)
    of_heads = told_of_heads(platforms, heads)
    outcome = {
        "metrics": of_lists["metrics"] + of_heads["metrics"],
        "uplift": of_lists["uplift"],
        "reliability": of_heads["reliability"],
        "shipped": chosen.shipped(platforms),
        "version": {
            "encoder": version_of(inputs.configuration["encoder"], target),
            "parent": lesson.parent.version if lesson.parent else None,
            "origin": origin,
            "epochs": max(chosen.epochs),
            "device": device,
            "precision": lesson.configuration.precision,
            "parameters_count": lesson.parameters_count if max(chosen.epochs) else 0,
            **meter.read(),
        },
    }
    write_json(target / "metrics.json", outcome)
    (target / "card.md").write_text(write_card(inputs, lesson.weights, chosen, outcome))


def also_noted(folder: Path, configuration: dict[str, Any]) -> "list[Callable[[str], Note]]":
    """Where curves go beside TensorBoard, if somebody asked for it; a night does not fail for that."""
    if not configuration.get("wandb"):
        return []
    from models.configuration import read_configuration
    from models.wandb_run import WandbRun

    hyperparameters = read_configuration(configuration["recommender"]).as_dict()
    try:
        return [WandbRun(folder, folder.name, hyperparameters).curves]
    except ConnectionError as error:
        tell(str(error))
        return []


def compared(platforms: tuple[str, ...], lineup: dict[str, list["Scores"]]) -> dict[str, Any]:
    """The metrics of each recommender of the lineup, and the uplift of joint over single if both are in it."""
    from models.lineup import metric_rows, uplift_rows

    return {
        "metrics": [row for name, scores in lineup.items() for row in metric_rows(name, platforms, scores)],
        "uplift": uplift_rows(platforms, lineup["single"], lineup["joint"]) if "joint" in lineup else [],
    }


def told_of_heads(platforms: tuple[str, ...], heads: list["Heads"]) -> dict[str, list[dict[str, Any]]]:
    """What the heads of each platform are worth, `metrics` and `reliability`, as rows."""
    named = list(zip(platforms, heads, strict=True))
    return {
        "metrics": [{"platform": name, **row} for name, one in named for row in one.metrics],
        "reliability": [{"platform": name, **row} for name, one in named for row in one.reliability],
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
    run = json.loads((run_folder / "inputs" / "configuration.json").read_text())
    train(run_folder, prepare_device(int(run["seed"]), read_configuration(run["recommender"]).strategy))
