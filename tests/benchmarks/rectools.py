"""RecTools' SASRec and eSASRec in our tables: learned in an environment of their own, judged as ours.

They are named `tests.benchmarks.rectools:sasrec` and `…:esasrec`. One network learns from all platforms; what it may
choose, it chooses on the same window before the cut as ours, and then it is refitted up to the cut. Under leave-one-out
`…:sasrec-single` and `…:esasrec-single` learn each platform by itself, as papers do where platforms share no persons.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.contestants import Entry, Task
from models.evaluation import judge_window
from models.inputs import SECONDS_PER_DAY, Catalogue, Log
from models.progress import Say, named
from models.ranking import ByPlatform
from tests.benchmarks.left_out_sets import TEST, TRAIN, VALID, LeftOut
from tests.benchmarks.peers.rectools_child import PEERS

PROJECT = Path(__file__).resolve().parents[2]
REQUIREMENTS = PROJECT / "tests" / "benchmarks" / "peers" / "requirements.txt"
ENVIRONMENT = PROJECT / "build" / "peers"
SINGLE = "-single"
NAMES = [f"{__name__}:{name}" for name in PEERS]
LEFT_OUT_NAMES = [*NAMES, *(name + SINGLE for name in NAMES)]
NIGHT = {"half_lives": (60.0, 180.0), "epochs": 15, "patience": 3, "is_refitted": True, "sequence_length": 50}
LEFT_OUT = {"half_lives": (0.0,), "epochs": 30, "patience": 5, "is_refitted": False}


@dataclass(frozen=True)
class Vectors:
    """score(u, i) = ⟨u, v_i⟩; who or what the peer does not know is not listed."""

    catalogue: Catalogue
    user_rows: np.ndarray  # [users] row among the vectors, −1 without one
    user_vectors: np.ndarray
    item_vectors: np.ndarray  # [items, size], NaN of those without one

    def scores(self, platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        table = self.user_vectors[self.user_rows[users]] @ self.item_vectors[self.catalogue.items_of(platform)].T
        table[self.user_rows[users] < 0] = np.nan
        return np.nan_to_num(table, copy=False, nan=-np.inf).astype(np.float32)


def enter(task: Task, name: str) -> Entry:
    """Have a peer choose on the window before the cut, and learn up to the cut."""
    inputs = task.inputs
    # not by models.choosing: the lists of peers would be made anew, for hours, whenever our own code changes
    days = int(inputs.configuration["window_days"])
    begin = inputs.cut - days * SECONDS_PER_DAY
    window = judge_window(inputs.catalogue, inputs.log, begin, days)
    targets = np.concatenate(
        [np.stack([judged.users[judged.relevant_rows], judged.relevant_items]) for judged in window], axis=1
    )
    is_train = inputs.log.times[inputs.log.is_positive] < begin
    seed = int(inputs.configuration["seed"])
    arrays = {"is_train": is_train, "asked": task.asked, "seed": seed, **NIGHT}
    return learn(inputs.catalogue, inputs.log, inputs.users_count, name, task.say, *targets, **arrays)


def enter_left_out(left: LeftOut, name: str, seed: int, sequence_length: int, say: Say) -> Entry:
    """Have a peer learn from what is left in, and choose by the last item but one of each person."""
    if name.endswith(SINGLE):
        own, peer = enumerate(left.catalogue.platforms), name.removesuffix(SINGLE)
        alone = [
            enter_left_out(left.of_platform(number), peer, seed, sequence_length, named(say, platform))
            for number, platform in own
        ]
        return Entry(ByPlatform([entry.ranker for entry in alone]))
    known = left.log(TRAIN, VALID)
    is_train = left.parts[left.parts != TEST] == TRAIN
    arrays = {
        "is_train": is_train,
        "asked": left.targets(TEST)[0],
        "seed": seed,
        "sequence_length": sequence_length,
        **LEFT_OUT,
    }
    return learn(left.catalogue, known, left.users_count, name, say, *left.targets(VALID), **arrays)


def learn(
    catalogue: Catalogue,
    log: Log,
    users_count: int,
    name: str,
    say: Say,
    target_users: np.ndarray,
    target_items: np.ndarray,
    **arrays: Any,
) -> Entry:
    """Have a peer learn in its environment; `arrays` are what else its task consists of."""
    taken = log.is_positive
    task = {
        "users": log.users[taken], "items": log.items[taken], "times": log.times[taken], "target_users": target_users,
        "target_items": target_items, "item_platforms": catalogue.item_platforms, "may_return": catalogue.may_return,
        **arrays,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        np.savez(Path(place) / "task.npz", **task)
        run([str(python()), "-m", "tests.benchmarks.peers.rectools_child", place, name], say)
        with np.load(Path(place) / "learned.npz") as learned:
            rows, vectors = np.full(users_count, -1), learned["item_vectors"]
            rows[learned["users"]] = np.arange(len(learned["users"]))
            items = np.full((len(catalogue.item_ids), vectors.shape[1]), np.nan, np.float32)
            items[learned["items"]] = vectors
            facts = json.loads((Path(place) / "facts.json").read_text())
            return Entry(Vectors(catalogue, rows, learned["user_vectors"], items), facts)


def run(command: list[str], say: Say) -> None:
    """Run a child of another environment to its end, and hand on what it says; it ends with this process."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        for line in child.stdout or ():
            say(line.rstrip())
        if code := child.wait():
            raise RuntimeError(f"{' '.join(command)} has to end with 0, it ended with {code}.")


def python() -> Path:
    """The Python of the peers' environment, which is made anew when what it needs has changed."""
    found, made = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "requirements.txt"
    if not made.exists() or made.read_text() != REQUIREMENTS.read_text():
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(ENVIRONMENT)], check=True)
        # wheels that pip is told of, a smaller torch for one, are uv's, too
        links = {"UV_FIND_LINKS": os.environ["PIP_FIND_LINKS"]} if "PIP_FIND_LINKS" in os.environ else {}
        install = [*uv, "pip", "install", "--quiet", "--python", str(found), "--requirement", str(REQUIREMENTS)]
        subprocess.run(install, check=True, env={**os.environ, **links})
        made.write_text(REQUIREMENTS.read_text())
    return found
