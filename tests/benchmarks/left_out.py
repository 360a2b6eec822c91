"""Leave-one-out: who foretells best what persons did last, on data sets with published figures.

A network learns from all but the last two items of each person; the epoch is the one that foretells the last but one
best, and there is no refit, as in the papers. When it foretells the last, it is told all that came before.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.contestants import Task, enter, find_contestant, sources_of
from models.inputs import Inputs
from models.progress import Say, named
from models.text_encoder import load_text_encoder
from tests.benchmarks.left_out_protocol import NETWORKS, Protocol
from tests.benchmarks.left_out_ranks import Judge, Ranks
from tests.benchmarks.left_out_sets import CUT, TEST, TRAIN, VALID, LeftOut
from tests.benchmarks.rectools import LEFT_OUT_NAMES as PEERS
from tests.benchmarks.rectools import enter_left_out

ENCODER = "use"


def ranks_of(left: LeftOut, recommender: str, seed: int, protocol: Protocol, say: Say) -> Ranks:
    """Where a recommender other than the networks, which learned anew, ranks what was left out."""
    judge, platforms = Judge(left, TEST), range(len(left.catalogue.platforms))
    if recommender in PEERS:
        length = protocol.configuration.sequence_length
        return judge.ranks(enter_left_out(left, recommender.split(":")[1], seed, length, say).ranker, platforms)
    configuration = {"cut": CUT, "seed": seed, "window_days": 1, "recommender": {}}
    inputs = Inputs(configuration, left.catalogue, left.log(TRAIN, VALID), left.users_count)
    return judge.ranks(enter(recommender, Task(inputs, judge.users, say)).ranker, platforms)


@dataclass(frozen=True)
class Kept:
    """A folder of text vectors and ranks, each under a name made of the code, the data and the settings."""

    folder: Path

    def encode(self, texts: list[str]) -> np.ndarray:
        """The vectors of texts."""
        content = hashlib.sha256("\n".join([ENCODER, *texts]).encode()).hexdigest()[:16]
        path = self.folder / f"texts-{content}.npz"
        if not path.exists():
            self._keep(path, {"vectors": load_text_encoder(ENCODER).encode(texts)})
        return self._read(path)["vectors"]

    def ranks(
        self, left: LeftOut, recommenders: Sequence[str], seed: int, protocol: Protocol, say: Say
    ) -> dict[str, Ranks]:
        """Where each recommender ranks what was left out; see `network_ranks` and `ranks_of`."""
        paths = {name: self.folder / f"{self._name(left, name, seed, protocol)}.npz" for name in recommenders}
        missing = [name for name, path in paths.items() if not path.exists()]
        if networks := [name for name in missing if name in NETWORKS]:
            from tests.benchmarks.left_out_networks import network_ranks  # it loads TensorFlow

            for name, ranks in network_ranks(left, networks, seed, protocol, say).items():
                self._keep(paths[name], ranks)
        for name in missing:
            if name not in NETWORKS:
                self._keep(paths[name], ranks_of(left, name, seed, protocol, named(say, name)))
        return {name: self._read(path) for name, path in paths.items()}

    def _name(self, left: LeftOut, recommender: str, seed: int, protocol: Protocol) -> str:
        settings: list[Any] = [recommender, seed]
        if recommender in NETWORKS:
            settings += [protocol.configuration.as_dict(), protocol.has_prior]
        elif recommender in PEERS:
            settings += [protocol.configuration.sequence_length]
        content = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
        of_networks = "tests.benchmarks.left_out_networks"
        module = of_networks if recommender in NETWORKS else find_contestant(recommender)[0]
        for path in sorted(sources_of([module, "tests.benchmarks.left_out_ranks"])):
            content.update(path.read_bytes())
        for array in (left.users, left.items, left.parts, left.catalogue.embeddings, left.catalogue.item_platforms):
            content.update(np.ascontiguousarray(array).tobytes())
        return f"{left.name}-{recommender}-seed-{seed}-{content.hexdigest()[:16]}"

    def _keep(self, path: Path, arrays: Ranks) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez_compressed(partial, **arrays)
        partial.replace(path)

    def _read(self, path: Path) -> Ranks:
        with np.load(path) as kept:
            return {name: kept[name] for name in kept.files}
