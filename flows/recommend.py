"""Has a child process score every person on every platform, and loads what it proposes into `scored`."""

from collections.abc import Callable

from flows.children import run_child
from flows.receipts import Receipt
from flows.settings import Settings
from flows.warehouse import connect, transaction

LOAD = """
    create or replace table scored.recommendations as
    select
        users.user_id,
        platforms.platform,
        items.item_id,
        scores.item_rank::integer as item_rank,
        scores.score::double as score,
        scores.source,
        scores.is_fallback,
        reason_platforms.platform as reason_platform,
        reasons.item_id as reason_item_id,
        scores.probability,
        scores.rating,
        $run_id as run_id
    from read_parquet($scores) as scores
    inner join read_parquet($users) as users on scores.user_index = users.user_index
    inner join read_parquet($platforms) as platforms on scores.platform_index = platforms.platform_index
    inner join read_parquet($items) as items on scores.item_index = items.item_index
    left join read_parquet($items) as reasons on scores.reason_item_index = reasons.item_index
    left join read_parquet($platforms) as reason_platforms on reasons.platform_index = reason_platforms.platform_index
"""


def recommend(settings: Settings, run_id: str, log: Callable[[str], None] = print) -> Receipt:
    """Write the best items of each person on each platform to `scored.recommendations`."""
    folder = settings.run_folder(run_id)
    run_child("models.recommend_child", folder, log)
    inputs = {name: str(folder / "inputs" / f"{name}.parquet") for name in ("users", "platforms", "items")}
    parameters = {"scores": str(folder / "scored.parquet"), "run_id": run_id, **inputs}
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        connection.execute("create schema if not exists scored")
        with transaction(connection):
            connection.execute(LOAD, parameters)
        row = connection.execute("select count(*) from scored.recommendations").fetchone()
    return Receipt(stage="recommend", rows={"scored.recommendations": int(row[0]) if row else 0})
