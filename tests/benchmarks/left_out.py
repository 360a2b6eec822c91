"""Leave-one-out: who foretells best what persons did last, on data sets with published figures.

A network learns from all but the last two items of each person; the epoch is the one that foretells the last but one
best, and there is no refit, as in the papers. When it foretells the last, it is told all that came before.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.configuration import Configuration, read_configuration
from models.contestants import Task, enter, find_contestant, sources_of
from models.inputs import Inputs, Log
from models.popularity import Popularity, daily_counts
from models.popularity_prior import PopularityPrior
from models.text_encoder import load_text_encoder
from tests.benchmarks.left_out_ranks import Judge, Ranks
from tests.benchmarks.left_out_sets import CUT, TEST, TRAIN, VALID, LeftOut
from tests.benchmarks.rectools import NAMES as PEERS
from tests.benchmarks.rectools import enter_left_out

ENCODER = "use"
NETWORKS = ("joint", "single")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Protocol:
    """How networks learn: with hyperparameters other than those of nights, and with or without the popularity prior."""

    overrides: Mapping[str, float]
    has_prior: bool

    @property
    def configuration(self) -> Configuration:
        """All hyperparameters."""
        return read_configuration(self.overrides)

    def popularity(self, left: LeftOut, log: Log) -> Popularity:
        """The prior of all that is known; without it, all items alike."""
        prior = PopularityPrior(7.0, 1.0 if self.has_prior else 0.0)
        counts = daily_counts(left.catalogue, log)
        return Popularity(counts, [prior] * len(counts), CUT // 86_400 - 1)


def ranks_of(left: LeftOut, recommender: str, seed: int, protocol: Protocol, say: Say) -> Ranks:
    """Where a recommender that learned anew ranks what was left out."""
    platforms = range(len(left.catalogue.platforms))
    if recommender == "joint":
        return network_ranks(left, list(platforms), seed, protocol, say)
    if recommender == "single":
        parts = [
            network_ranks(left, [one], seed, protocol, named(say, left.catalogue.platforms[one])) for one in platforms
        ]
        return {name: np.sum([part[name] for part in parts], axis=0) for name in parts[0]}
    judge = Judge(left, TEST)
    if recommender in PEERS:
        length = protocol.configuration.sequence_length
        return judge.ranks(enter_left_out(left, recommender.split(":")[1], seed, length, say).ranker, platforms)
    configuration = {"cut": CUT, "seed": seed, "window_days": 1, "recommender": {}}
    inputs = Inputs(configuration, left.catalogue, left.log(TRAIN, VALID), left.users_count)
    return judge.ranks(enter(recommender, Task(inputs, judge.users, say)).ranker, platforms)


def network_ranks(left: LeftOut, platforms: list[int], seed: int, protocol: Protocol, say: Say) -> Ranks:
    """The same of one network for these platforms: all of them, or one on its own."""
    from models.device import prepare_device
    from models.recommender import Scorer, make_scorer
    from models.training import Trainer, new_network

    prepare_device(seed)
    catalogue, configuration = left.catalogue, protocol.configuration
    trainer = Trainer(new_network(catalogue, configuration, seed), catalogue, configuration)
    is_joint = len(platforms) == len(catalogue.platforms)

    def known(*parts: int) -> Log:
        log = left.log(*parts)
        return log if is_joint else log.of_items(catalogue.items_of(platforms[0]))

    def scorer_after(judge: Judge, log: Log) -> Scorer:
        popularity = protocol.popularity(left, log)
        return make_scorer(
            trainer.network, catalogue, log, popularity, configuration, left.users_count, asked=judge.users
        )

    validation, train = Judge(left, VALID), known(TRAIN)
    alphas = np.isin(range(len(catalogue.platforms)), platforms).astype(float)
    trainer.start(train, protocol.popularity(left, train), alphas, seed)
    best, chosen, weights = -1.0, 0, trainer.network.get_weights()
    for epoch in range(1, configuration.max_epochs + 1):
        losses = trainer.epoch()
        ranks = validation.ranks(scorer_after(validation, train), platforms)
        found = validation.by_platform(next(iter(ranks.values())))
        value = float(np.mean([values.mean() for values in found.values()]))
        if value > best:
            best, chosen, weights = value, epoch, trainer.network.get_weights()
        say(
            f"epoch {epoch} of at most {configuration.max_epochs}: loss {losses.sum():.3f}  "
            f"NDCG@10 {value:.4f}  best {best:.4f} after {chosen}"
        )
        if epoch - chosen >= configuration.patience:
            break
    trainer.network.set_weights(weights)
    test = Judge(left, TEST)
    return test.ranks(scorer_after(test, known(TRAIN, VALID)), platforms)


def named(say: Say, name: str) -> Say:
    """The same with a name before each line."""
    return lambda line: say(f"{name}: {line}")


@dataclass(frozen=True)
class Kept:
    """A folder of text vectors and ranks, each under a name made of the code, the data and the settings."""

    folder: Path

    def encode(self, texts: list[str]) -> np.ndarray:
        """The vectors of texts."""
        content = hashlib.sha256("\n".join([ENCODER, *texts]).encode()).hexdigest()[:16]
        return self._kept(f"texts-{content}", lambda: {"vectors": load_text_encoder(ENCODER).encode(texts)})["vectors"]

    def ranks(self, left: LeftOut, recommender: str, seed: int, protocol: Protocol, say: Say) -> Ranks:
        """See `ranks_of`."""
        settings: list[Any] = [recommender, seed]
        if recommender in NETWORKS:
            settings += [protocol.configuration.as_dict(), protocol.has_prior]
        elif recommender in PEERS:
            settings += [protocol.configuration.sequence_length]
        content = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
        module = "models.training" if recommender in NETWORKS else find_contestant(recommender)[0]
        modules = [module, "models.recommender", "tests.benchmarks.left_out_ranks"]
        for path in sorted(sources_of(modules) | {Path(__file__)}):
            content.update(path.read_bytes())
        for array in (left.users, left.items, left.parts, left.catalogue.embeddings, left.catalogue.item_platforms):
            content.update(np.ascontiguousarray(array).tobytes())
        name = f"{left.name}-{recommender}-seed-{seed}-{content.hexdigest()[:16]}"
        return self._kept(name, lambda: ranks_of(left, recommender, seed, protocol, say))

    def _kept(self, name: str, make: Callable[[], Ranks]) -> Ranks:
        path = self.folder / f"{name}.npz"
        if not path.exists():
            arrays = make()
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial.npz")
            np.savez_compressed(partial, **arrays)
            partial.replace(path)
        with np.load(path) as kept:
            return {name: kept[name] for name in kept.files}
