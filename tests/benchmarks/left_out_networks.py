"""Networks under leave-one-out: that of all platforms, one for each, and both together as they ship."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.blending import BLENDS
from models.device import prepare_device
from models.inputs import Log
from models.item_knn import learn_neighbours
from models.progress import Say, named
from models.recommender import Scorer, averaged, make_scorer
from models.training import Trainer, new_network
from tests.benchmarks.left_out_protocol import Protocol
from tests.benchmarks.left_out_ranks import Judge, Ranks
from tests.benchmarks.left_out_sets import CUT, TEST, TRAIN, VALID, LeftOut


@dataclass(frozen=True)
class Learned:
    """A network as it was when it foretold the last but one best: before that item, and before the last one."""

    valid: Scorer
    test: Scorer


def network_ranks(
    left: LeftOut, recommenders: Sequence[str], seed: int, protocol: Protocol, say: Say
) -> dict[str, Ranks]:
    """Where each of `NETWORKS` that is named ranks what was left out; what several of them need is learned once."""
    prepare_device(seed)
    catalogue, configuration, asked = left.catalogue, protocol.configuration, set(recommenders)
    trainer = Trainer(new_network(catalogue, configuration, seed), catalogue, configuration)
    every = list(range(len(catalogue.platforms)))
    judge, found, joint, singles = Judge(left, TEST), {}, None, {}
    if asked & {"joint", "shipped"}:
        joint = learned(trainer, left, every, seed, protocol, named(say, "joint"))
        found["joint"] = judge.ranks(joint.test, every)
    if asked & {"single", "shipped"} and len(every) > 1:
        for one in every:
            tell = named(say, f"single {catalogue.platforms[one]}")
            singles[one] = learned(trainer, left, [one], seed, protocol, tell)
        parts = [judge.ranks(singles[one].test, [one]) for one in every]
        found["single"] = {name: np.sum([part[name] for part in parts], axis=0) for name in parts[0]}
    if joint and "shipped" in asked:
        found["shipped"] = shipped_ranks(left, joint, singles, named(say, "shipped"))
    return {name: ranks for name, ranks in found.items() if name in asked}


def learned(trainer: Trainer, left: LeftOut, platforms: list[int], seed: int, protocol: Protocol, say: Say) -> Learned:
    """Teach a network these platforms, all of them or one on its own, until it foretells the last but one no better."""
    catalogue, configuration = left.catalogue, protocol.configuration
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
    best, chosen, scorer, weights = -1.0, 0, None, trainer.network.get_weights()
    for epoch in range(1, configuration.max_epochs + 1):
        losses, after = trainer.epoch(), scorer_after(validation, train)
        value = macro_ndcg(validation, after, platforms)
        if value > best:
            best, chosen, scorer, weights = value, epoch, after, trainer.network.get_weights()
        say(
            f"epoch {epoch} of at most {configuration.max_epochs}: loss {losses.sum():.3f}  "
            f"NDCG@10 {value:.4f}  best {best:.4f} after {chosen}"
        )
        if epoch - chosen >= configuration.patience:
            break
    assert scorer is not None, "no epoch was asked for"
    trainer.network.set_weights(weights)
    return Learned(scorer, scorer_after(Judge(left, TEST), known(TRAIN, VALID)))


def shipped_ranks(left: LeftOut, joint: Learned, singles: Mapping[int, Learned], say: Say) -> Ranks:
    """The mean of both networks, with prior and neighbours in the blend that foretold the last but one best.

    Of `models/shipping.py` without what has no meaning here: no network is refitted, and nothing is in fashion.
    """
    platforms, judges = range(len(left.catalogue.platforms)), {VALID: Judge(left, VALID), TEST: Judge(left, TEST)}
    both = {
        VALID: averaged(joint.valid, {one: single.valid for one, single in singles.items()}),
        TEST: averaged(joint.test, {one: single.test for one, single in singles.items()}),
    }
    for part, scorer in both.items():
        neighbours = learn_neighbours(left.catalogue, left.log(*range(part)), left.users_count, CUT)
        both[part] = replace(scorer, neighbours=neighbours)
    chosen = []
    for one in platforms:
        values = [macro_ndcg(judges[VALID], both[VALID].blended(blend), [one]) for blend in BLENDS]
        chosen.append(BLENDS[int(np.argmax(values))])
        say(f"{left.catalogue.platforms[one]}: {chosen[-1]}, NDCG@10 {max(values):.4f}")
    return judges[TEST].ranks(both[TEST].blended(*chosen), platforms)


def macro_ndcg(judge: Judge, scorer: Scorer, platforms: Sequence[int]) -> float:
    """The mean over these platforms of NDCG@10."""
    ranks = judge.ranks(scorer, platforms)
    found = judge.by_platform(next(iter(ranks.values())))
    return float(np.mean([values.mean() for values in found.values()]))
