"""Judges the lists that were published 1 to 30 days ago by what their persons took since, up to the cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from flows.ledger import record_realised
from flows.receipts import Receipt
from flows.settings import Settings
from flows.warehouse import connect
from models.bootstrap import bootstrap_means, interval
from models.ndcg import ndcg
from models.recall import recall

WINDOW_DAYS = 30
K = 10
METRICS = {f"ndcg@{K}": ndcg, f"recall@{K}": recall}

# An item counts for every list published before the person took it; where a platform forbids that a taken item
# returns, only the first taking counts, so nothing consumed before a list's night is relevant to that list.
HITS = """
    with taken as (
        select
            interactions.platform,
            accounts.user_id,
            interactions.item_id,
            case
                when platforms.consumed_may_return then max(interactions.event_at) else min(interactions.event_at)
            end as taken_at
        from marts.fct_interactions as interactions
        inner join marts.dim_accounts as accounts
            on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
        inner join marts.dim_platforms as platforms on interactions.platform = platforms.platform
        where interactions.is_positive and interactions.event_at < $cut
        group by interactions.platform, accounts.user_id, interactions.item_id, platforms.consumed_may_return
        having taken_at >= $first_cut
    ),
    lists as (
        select logical_date as list_logical_date, run_id, platform, user_id, item_id, item_rank
        from read_parquet($files, hive_partitioning = true, hive_types = {'logical_date': date})
        where item_rank <= $k
    ),
    listed as (
        select distinct list_logical_date, run_id, platform, user_id from lists
    ),
    relevant as (
        select listed.*, taken.item_id
        from listed
        inner join taken on listed.platform = taken.platform and listed.user_id = taken.user_id
        where taken.taken_at >= listed.list_logical_date + interval 1 day
    )
    select
        list_logical_date::varchar as list_logical_date,
        run_id as list_run_id,
        platform,
        user_id,
        count(*) as relevant_count,
        -- the ranks that hit, one bit each
        coalesce(bit_or(1::bigint << (lists.item_rank - 1)), 0) as hit_bits
    from relevant
    left join lists using (list_logical_date, run_id, platform, user_id, item_id)
    group by all
    order by all
"""


@dataclass(frozen=True)
class Judged:
    """The persons judged on one platform by one night's lists: what each list hit, and how much it could have hit."""

    platform: str
    persons: np.ndarray  # [persons] of str
    hits: np.ndarray  # [persons, K] of bool
    relevant_counts: np.ndarray  # [persons] of int


def realise(settings: Settings, run_id: str, logical_date: date) -> Receipt:
    """Note in the ledger how earlier nights' lists did up to this night, by platform and in the mean over platforms.

    Judged is who had a list and took something that it could have held. Lists of this night and of later ones are
    left out, and so is everything that happened at or after the cut.
    """
    files = _history_files(settings, logical_date)
    rows: list[dict[str, Any]] = []
    if files:
        for (list_date, list_run_id), judged in _read_judged(settings, files, logical_date).items():
            days_count = (logical_date - list_date).days
            common = {"list_run_id": list_run_id, "list_logical_date": list_date, "days_count": days_count}
            rows += [{**common, **figure} for figure in figures(judged, settings.seed)]
    record_realised(settings, run_id, rows)
    return Receipt(stage="realise", rows={"ops.realised": len(rows)})


def figures(judged: Sequence[Judged], seed: int) -> list[dict[str, Any]]:
    """NDCG@10 and recall@10 by platform and for `macro`, with 95 % bootstrap intervals over persons."""
    values = {metric: [of(part.hits, part.relevant_counts) for part in judged] for metric, of in METRICS.items()}
    persons = [part.persons for part in judged]
    draws = bootstrap_means(
        [value for metric in METRICS for value in values[metric]], persons * len(METRICS), seed=seed
    )
    everybody = len(set().union(*persons))
    rows = []
    for number, metric in enumerate(METRICS):
        means = [float(value.mean()) for value in values[metric]]
        drawn = draws[number * len(judged) : (number + 1) * len(judged)]
        for part, mean, draw in zip(judged, means, drawn, strict=True):
            rows.append(_figure(part.platform, metric, mean, draw, len(part.persons)))
        rows.append(_figure("macro", metric, sum(means) / len(means), drawn.mean(axis=0), everybody))
    return rows


def _figure(platform: str, metric: str, value: float, draws: np.ndarray, persons_count: int) -> dict[str, Any]:
    low, high = interval(draws)
    return {
        "platform": platform,
        "metric": metric,
        "value": value,
        "low": low,
        "high": high,
        "persons_count": persons_count,
    }


def _history_files(settings: Settings, logical_date: date) -> list[Path]:
    """The lists of the thirty nights before this one, as far as they were published."""
    nights = [logical_date - timedelta(days=days) for days in range(WINDOW_DAYS, 0, -1)]
    folders = [settings.history / f"logical_date={night.isoformat()}" for night in nights]
    return [file for folder in folders for file in sorted(folder.glob("*.parquet"))]


def _read_judged(settings: Settings, files: Sequence[Path], logical_date: date) -> dict[tuple[date, str], list[Judged]]:
    """By list night and run, the platforms on which somebody is judged."""
    cut = datetime.combine(logical_date, time()) + timedelta(days=1)
    values = {
        "cut": cut,
        "first_cut": cut - timedelta(days=WINDOW_DAYS),
        "files": [str(file) for file in files],
        "k": K,
    }
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        frame = connection.execute(HITS, values).df()
    judged: dict[tuple[date, str], list[Judged]] = {}
    for (night, list_run_id, platform), group in frame.groupby(["list_logical_date", "list_run_id", "platform"]):
        hits = (group["hit_bits"].to_numpy(np.int64)[:, None] >> np.arange(K)) % 2 == 1
        part = Judged(str(platform), group["user_id"].to_numpy(str), hits, group["relevant_count"].to_numpy(int))
        judged.setdefault((date.fromisoformat(str(night)), str(list_run_id)), []).append(part)
    return judged
