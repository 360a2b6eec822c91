"""`python -m models.recommend_child FOLDER`: score everybody on every platform, into FOLDER/scored.parquet.

One row for each person, platform and rank, in that order, 1 being the best.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet

from models.device import prepare_device
from models.inputs import Inputs, Log, read_inputs
from models.lifeline import end_with_parent

if TYPE_CHECKING:
    from models.heads import HeadsAtWork
    from models.recommender import Scorer

SCHEMA = arrow.schema(
    {
        "user_index": arrow.int32(),
        "platform_index": arrow.int32(),
        "item_rank": arrow.int32(),
        "item_index": arrow.int32(),
        "score": arrow.float32(),
        "source": arrow.string(),
        "is_fallback": arrow.bool_(),
        "reason_item_index": arrow.int32(),
        "probability": arrow.float64(),
        "rating": arrow.float64(),
    }
)


def recommend(folder: Path) -> None:
    """Write the lists, whole or not at all."""
    inputs = read_inputs(folder)
    partial = folder / "scored.partial"
    with parquet.ParquetWriter(partial, SCHEMA) as writer:
        for platform, maker in enumerate(list_makers(inputs, folder / "recommender")):
            for table in platform_lists(inputs, maker, platform):
                writer.write_table(table)
            name = inputs.catalogue.platforms[platform]
            sys.stdout.write(f"{name}: scored for {inputs.users_count:,} persons\n")
    partial.replace(folder / "scored.parquet")


class ListMaker(NamedTuple):
    """What the lists of a platform are made from."""

    log: Log
    scorer: "Scorer"
    vectors: np.ndarray  # [items, size] by which reasons are found
    reason_half_life: float
    source: str
    heads: "HeadsAtWork"


def list_makers(inputs: Inputs, folder: Path) -> Iterator[ListMaker]:
    """For each platform what makes its lists."""
    from models.configuration import Configuration
    from models.heads import HeadsAtWork
    from models.item_knn import learn_neighbours
    from models.popularity import Popularity, daily_counts
    from models.recommender import Scorer, make_scorer
    from models.saved_recommender import load_heads, load_network, load_recommender
    from models.shipping import SINGLE, scorers, source_of

    catalogue, count = inputs.catalogue, inputs.users_count
    priors, blends, facts = load_recommender(folder)
    heads = load_heads(folder)
    configuration, makers = Configuration(**facts["configuration"]), facts["makers"]
    popularity = Popularity(daily_counts(catalogue, inputs.log), priors, inputs.cut // 86_400 - 1)
    has_neighbours = any(blend.neighbours for blend in blends)
    neighbours = learn_neighbours(catalogue, inputs.log, count, inputs.cut) if has_neighbours else None

    def scorer_of(log: Log, platform: str | None) -> Scorer | None:
        network = load_network(folder, platform)
        known = (catalogue, log, popularity, configuration, count)
        return make_scorer(network, *known, neighbours=neighbours) if network else None

    logs = [inputs.log.of_items(catalogue.items_of(platform)) for platform in range(len(makers))]
    shared, singles = scorer_of(inputs.log, None), map(scorer_of, logs, catalogue.platforms)
    learned = {platform: single for platform, single in enumerate(singles) if single}
    prior = make_scorer(None, catalogue, inputs.log, popularity, configuration, count)
    for platform, scorer in enumerate(scorers(makers, shared, learned, replace(prior, neighbours=neighbours))):
        is_single = makers[platform] == SINGLE
        yield ListMaker(
            logs[platform] if is_single else inputs.log,
            scorer.blended(*blends),
            (shared if shared and not is_single else scorer).vectors,
            configuration.reason_half_life,
            source_of(blends[platform], makers[platform]),
            HeadsAtWork.of_night(heads[platform], scorer, platform, inputs.log.rated),
        )


def platform_lists(inputs: Inputs, maker: ListMaker, platform: int) -> Iterator[arrow.Table]:
    """The lists of one platform, a table for each block of persons."""
    from models.ranking import best_items
    from models.reasons import find_reasons

    published, log, scorer = int(inputs.configuration["published_k"]), maker.log, maker.scorer
    order = np.lexsort((log.consumed_items, log.consumed_users))
    consumed_users, consumed_items = log.consumed_users[order], log.consumed_items[order]
    for begin in range(0, inputs.users_count, 4096):
        users = np.arange(begin, min(begin + 4096, inputs.users_count))
        low, high = np.searchsorted(consumed_users, [users[0], users[-1] + 1])
        excluded = consumed_users[low:high] - begin, consumed_items[low:high]
        wanted = int(inputs.configuration["scored_k"])
        best, scores = best_items(scorer, inputs.catalogue, platform, users, excluded, wanted)
        reasons = np.full(best.shape, -1, np.int32)
        is_fallback = scorer.state_rows[users] < 0
        shown = best[:, :published]
        reasons[:, :published] = find_reasons(maker.vectors, log, inputs.cut, users, shown, maker.reason_half_life)
        sources = np.where(is_fallback, "prior", maker.source)
        told = maker.heads.say(users, shown, scores[:, :published])
        yield as_table(users, platform, best, scores, reasons, sources, is_fallback, told)


def as_table(
    users: np.ndarray,
    platform: int,
    best: np.ndarray,
    scores: np.ndarray,
    reasons: np.ndarray,
    sources: np.ndarray,
    is_fallback: np.ndarray,
    told: Mapping[str, np.ndarray],
) -> arrow.Table:
    """Lists `[persons, k]` as rows; places without an item give none. What is `told` may be of the first ranks only."""
    persons, ranks = np.nonzero(best >= 0)
    beside = {name: np.full(best.shape, np.nan) for name in told}
    for name, values in told.items():
        beside[name][:, : values.shape[1]] = values
    reason = reasons[persons, ranks]
    columns = {
        "user_index": users[persons].astype(np.int32),
        "platform_index": np.full(len(persons), platform, np.int32),
        "item_rank": (ranks + 1).astype(np.int32),
        "item_index": best[persons, ranks].astype(np.int32),
        "score": scores[persons, ranks],
        "source": sources[persons],
        "is_fallback": is_fallback[persons],
        "reason_item_index": arrow.array(reason, mask=reason < 0),
        **{name: arrow.array(values[persons, ranks], from_pandas=True) for name, values in beside.items()},
    }
    return arrow.table(columns, schema=SCHEMA)


if __name__ == "__main__":
    end_with_parent()
    run_folder = Path(sys.argv[1])
    prepare_device(int(json.loads((run_folder / "inputs" / "configuration.json").read_text())["seed"]))
    recommend(run_folder)
