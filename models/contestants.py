"""Who can be compared with whom: recommenders and baselines by name, each imported when it is asked for."""

import ast
import hashlib
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from models.inputs import Inputs
from models.progress import Say
from models.ranking import Ranker


@dataclass(frozen=True)
class Task:
    """What a contestant gets: all that was known at a cut, the persons it will rank for, and who takes its progress."""

    inputs: Inputs
    asked: np.ndarray  # ascending
    say: Say


@dataclass(frozen=True)
class Entry:
    """A contestant that has learned, and what of its choices is worth knowing."""

    ranker: Ranker
    facts: Mapping[str, Any] = field(default_factory=dict)


WINDOWS, HALF_LIVES = (3, 7, 15, 30, 60), (3, 7, 14, 30)

CONTESTANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "popularity": ("models.baselines.popular", {}),
    **{f"popular-last-{days}": ("models.baselines.popular", {"last_days": days}) for days in WINDOWS},
    **{f"popular-half-life-{days}": ("models.baselines.popular", {"half_life": days}) for days in HALF_LIVES},
    "item-knn": ("models.baselines.item_knn", {}),
    "item-knn-joint": ("models.baselines.item_knn", {"is_joint": True}),
    "ease": ("models.baselines.ease", {}),
    "ials": ("models.baselines.ials", {}),
    "ials-joint": ("models.baselines.ials", {"is_joint": True}),
    "item2vec": ("models.baselines.item2vec", {}),
    "item2vec-joint": ("models.baselines.item2vec", {"is_joint": True}),
    "text-knn": ("models.baselines.text_knn", {}),
    "text-knn-joint": ("models.baselines.text_knn", {"is_joint": True}),
    "two-encoder": ("models.baselines.two_encoder", {}),
    "joint": ("models.networks_entered", {"mode": "joint"}),
    "single": ("models.networks_entered", {"mode": "single"}),
    "shipped": ("models.networks_entered", {"mode": "shipped"}),
    "warm": ("models.warm_entered", {"nights": 7}),
}
"""By name a module and options; each module has `enter(task, **options)`, which learns and returns an `Entry`."""


def find_contestant(name: str) -> tuple[str, dict[str, Any]]:
    """The module and options of one of `CONTESTANTS`, or of MODULE:NAME, one from outside that is told its name.

    Raises:
        ValueError: if there is none.
    """
    if name in CONTESTANTS:
        return CONTESTANTS[name]
    module, _, own = name.partition(":")
    if own and file_of(module):
        return module, {"name": own}
    known = ", ".join(CONTESTANTS)
    raise ValueError(f"A recommender to compare is one of {known}, or MODULE:NAME of your own; found {name!r}.")


def file_of(module: str) -> Path | None:
    """Where a module's code stands; None if there is none."""
    try:
        found = importlib.util.find_spec(module)
    except ModuleNotFoundError:  # of the package that it should be in
        return None
    return Path(found.origin) if found and found.origin else None


def check_contestants(names: list[str]) -> None:
    """See that all are known.

    Raises:
        ValueError: if one is not.
    """
    for name in names:
        find_contestant(name)


def enter(name: str, task: Task) -> Entry:
    """Have a contestant learn."""
    module, options = find_contestant(name)
    entry: Entry = importlib.import_module(module).enter(task, **options)
    return entry


def fingerprint(name: str, settings: Mapping[str, Any]) -> str:
    """What a contestant's lists depend on beside the data, as a short hash: its code, options and settings."""
    module, options = find_contestant(name)
    content = hashlib.sha256(json.dumps([options, settings], sort_keys=True).encode())
    outside = file_of(module)
    for path in sorted(sources_of([module, "models.history", "models.cold_items"]) | ({outside} if outside else set())):
        content.update(path.read_bytes())
    return content.hexdigest()[:16]


def sources_of(modules: list[str]) -> set[Path]:
    """The files of these modules of ours and of all that they import, in functions too."""
    found: set[Path] = set()
    left = list(modules)
    while left:
        path = Path(__file__).parents[1].joinpath(*left.pop().split(".")).with_suffix(".py")
        if path in found or not path.exists():
            continue
        found.add(path)
        imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
        left += [node.module for node in imports if node.module]
    # who is in the lists of contestants changes nothing of what each of them does
    return found - {Path(__file__)}
