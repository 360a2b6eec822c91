"""`quality SET` under leave-one-out: runs what is not kept, and prints the table with published figures in it.

Networks have the popularity prior, of all that is left in, unless it is taken from them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.bootstrap import bootstrap_means, interval
from models.progress import Say, named
from tests.benchmarks.left_out import Kept
from tests.benchmarks.left_out_protocol import NETWORKS, Protocol
from tests.benchmarks.left_out_ranks import Judge, Ranks, ndcg_of, recall_of
from tests.benchmarks.left_out_sets import TEST, Encode, LeftOut, amazon4_loo, amazon_bst, ml_1m

Figures = dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Set:
    """Where a set comes from, which hyperparameters differ from those of nights, and what was published on it.

    Published are NDCG@10 and, where it is told, Recall@10 by platform; preprocessing and what is filtered differ.
    """

    load: Callable[[Encode], Iterator[LeftOut]]
    overrides: dict[str, float]
    published: dict[str, Figures]


SETS = {
    "amazon4-loo": Set(
        amazon4_loo,
        {"max_epochs": 20, "sequence_length": 50},
        {
            "ABXI, mean of 5 seeds (its README)": {
                "food": (0.1971, 0.3243), "kitchen": (0.1427, 0.2438),
                "beauty": (0.2200, 0.3778), "electronics": (0.1340, 0.2328),
            },
        },
    ),
    "amazon-bst": Set(
        amazon_bst,
        {"max_epochs": 30, "sequence_length": 20},
        {
            "GRAM": {"Beauty": (0.0531, 0.0890), "Sports": (0.0314, 0.0554), "Toys": (0.0603, 0.0987)},
            "eSASRec (its own preprocessing)": {
                "Beauty": (0.0523, 0.0928), "Sports": (0.0323, 0.0560), "Toys": (0.0538, 0.0939),
            },
            "SASRec, sampled softmax (the same)": {
                "Beauty": (0.0531, 0.0921), "Sports": (0.0314, 0.0569), "Toys": (0.0580, 0.0970),
            },
            "TIGER (the same)": {"Beauty": (0.0384, 0.0648), "Sports": (0.0225, 0.0400), "Toys": (0.0432, 0.0712)},
        },
    ),
    "ml-1m": Set(
        ml_1m,
        {"max_epochs": 20, "sequence_length": 200},
        {
            "SASRec, full cross-entropy": {"films": (0.1821,)},
            "RecTools' SASRec (bert4rec_repro)": {"films": (0.1779, 0.3058)},
            "eSASRec": {"films": (0.1772, 0.3133)},
            "gSASRec": {"films": (0.1726, 0.3003)},
            "HSTU": {"films": (0.1719, 0.3037)},
        },
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """What is compared: who, with which seeds, under which protocol, and of how many persons if not of all."""

    recommenders: Sequence[str]
    seeds: Sequence[int]
    has_prior: bool
    overrides: dict[str, float]
    persons: int | None


def compare(name: str, home: Path, chosen: Chosen, say: Say) -> None:
    """Rank with every recommender and seed, and print a table for each part of the set."""
    known, kept = SETS[name], Kept(home / "kept")
    protocol = Protocol({**known.overrides, **chosen.overrides}, chosen.has_prior)
    prior = "on" if chosen.has_prior else "off"
    say(f"popularity prior of the networks: {prior}; hyperparameters unlike those of nights: {protocol.overrides}")
    for whole in known.load(kept.encode):
        left = whole if chosen.persons is None else whole.first(chosen.persons)
        say(f"{left.name}: {left.users_count:,} persons, {len(left.items):,} events")
        found = {}
        is_one = len(left.catalogue.platforms) == 1
        asked = [name for name in chosen.recommenders if name != "single" or not is_one]  # then it is joint
        of_seeds = [
            kept.ranks(left, asked, seed, protocol, named(say, f"{left.name} seed {seed}")) for seed in chosen.seeds
        ]
        found = {name: [ranks[name] for ranks in of_seeds] for name in asked}
        say("\n".join(table(left, found, known.published)))


def table(left: LeftOut, found: dict[str, list[Ranks]], published: dict[str, Figures]) -> Iterator[str]:
    """Lines: for each way of ranking the recommenders by platform, NDCG@10 (Recall@10), then joint minus single."""
    judge, platforms = Judge(left, TEST), left.catalogue.platforms
    of_segments = {name: [judge.segments(ranks) for ranks in several] for name, several in found.items()}
    for number, segment in enumerate(next(iter(of_segments.values()))[0]):
        yield f"\n{left.name}, {segment}: NDCG@10 (Recall@10), mean over seeds ± their standard deviation"
        ranks = {name: np.stack([one[segment] for one in several]) for name, several in of_segments.items()}
        rows = {name: [cell(judge, of_seeds, one) for one in range(len(platforms))] for name, of_seeds in ranks.items()}
        if not number:  # published figures are of the protocol itself
            rows |= {name: [told(figures.get(one)) for one in platforms] for name, figures in published.items()}
        yield from aligned([["", *platforms], *([name, *cells] for name, cells in rows.items())])
        for name in NETWORKS:
            if name != "single" and {name, "single"} <= ranks.keys():
                yield from uplift(judge, name, ranks, platforms)


def cell(judge: Judge, ranks: np.ndarray, platform: int) -> str:
    """The figures of one recommender `[seeds, persons]` on one platform."""
    own = ranks[:, (judge.platforms == platform) & (ranks[0] > 0)]
    if not own.size:
        return "–"
    of_seeds = ndcg_of(own).mean(axis=1)
    spread = f" ± {of_seeds.std(ddof=1):.4f}" if len(of_seeds) > 1 else ""
    return f"{of_seeds.mean():.4f}{spread} ({recall_of(own).mean():.4f})"


def told(figures: tuple[float, ...] | None) -> str:
    """A published figure."""
    if figures is None:
        return "–"
    return f"{figures[0]:.4f}" + "".join(f" ({one:.4f})" for one in figures[1:])


def uplift(judge: Judge, name: str, ranks: dict[str, np.ndarray], platforms: Sequence[str]) -> Iterator[str]:
    """A line for each platform: NDCG@10 of `name` minus single's over the same persons, with a paired 95 % interval."""
    gains = (ndcg_of(ranks[name]) - ndcg_of(ranks["single"])).mean(axis=0)
    for number, platform in enumerate(platforms):
        own = np.flatnonzero((judge.platforms == number) & (ranks[name][0] > 0))
        if len(own):
            low, high = interval(bootstrap_means([gains[own]], [own])[0])
            yield f"{name} − single on {platform}: {gains[own].mean():+.4f} [{low:+.4f}, {high:+.4f}]"


def aligned(rows: list[list[str]]) -> Iterator[str]:
    """Rows of equal length as lines."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(part.ljust(width) for part, width in zip(row, widths, strict=True)).rstrip()
