"""Exports the training schema as Parquet into the run's folder and has a child process learn from it."""

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.children import run_child
from flows.ledger import record_recommender
from flows.parent import Origin
from flows.receipts import TrainReceipt
from flows.settings import Settings
from flows.warehouse import Connection, connect
from models.configuration import read_configuration

EXPORTS = {
    "platforms": """
        select
            platform_index, platform, consumed_may_return, platforms.positives_count,
            coalesce(($alphas::json ->> ('$.' || platform))::double, alpha) as alpha,
            (1 - coalesce(facts.reject_share, 0)) * (1 - coalesce(facts.duplicate_share, 0))
            * (1 - coalesce(facts.unknown_item_share, 0)) * (1 - coalesce(facts.unknown_event_type_share, 0)) as quality
        from training.platforms as platforms
        left join quality.platform_facts as facts using (platform)
        order by platform_index""",
    "event_types": "select event_type_index, event_type from training.event_types order by event_type_index",
    "items": """
        select items.item_index, items.platform_index, items.item_id, items.is_available,
            items.relative_index, embeddings.embedding
        from training.items as items
        left join features.text_embeddings as embeddings
            on items.text_hash = embeddings.text_hash and embeddings.encoder = $encoder
        order by items.item_index""",
    "users": "select user_index, user_id from training.users order by user_index",
    "events": """
        select
            user_index, item_index, platform_index, event_type_index, epoch(event_at)::bigint as event_at, is_positive
        from training.sequence_events
        order by user_index, event_at, tie_break""",
    "item_days": """
        select item_index, (event_date - date '1970-01-01')::integer as day, positives_count::integer as positives_count
        from training.item_days order by item_index, day""",
    "consumed": """
        select user_index, item_index, epoch(first_at)::bigint as first_at
        from training.consumed order by user_index, item_index""",
    "impressions": """
        select user_index, item_index, epoch(shown_at)::bigint as shown_at, is_taken
        from training.impressions order by user_index, shown_at, item_index""",
    "ratings": """
        select user_index, item_index, epoch(rated_at)::bigint as rated_at, rating
        from training.ratings order by user_index, rated_at, item_index, rating""",
}

TEXTS = """
    select items.item_index, texts.text
    from training.items as items
    inner join intermediate.int_item_texts as texts
        on items.platform = texts.platform and items.item_id = texts.item_id
    where texts.text is not null
    order by items.item_index"""
"""What a text encoder reads that learns with the recommender; where it is frozen its vectors are enough."""


def end_of_day(logical_date: date) -> datetime:
    """The cut of a night: the first moment that may not be known."""
    return datetime.combine(logical_date + timedelta(days=1), datetime.min.time(), tzinfo=UTC)


def export_inputs(settings: Settings, folder: Path, logical_date: date, origin: Origin) -> dict[str, int]:
    """Write what a night's children read into `folder`/inputs, with the recommender it goes on from; rows by file."""
    configuration = {
        "logical_date": logical_date.isoformat(),
        "cut": int(end_of_day(logical_date).timestamp()),
        "seed": settings.seed,
        "scored_k": settings.scored_k,
        "published_k": settings.published_k,
        "encoder": settings.encoder,
        "mode": settings.mode,
        "wandb": settings.wandb,
        "recommender": settings.recommender,
        "parent": origin.parent,
        "why": origin.why,
    }
    rows = write_inputs(settings, folder, EXPORTS, configuration)
    if origin.parent is not None:
        shutil.copytree(settings.recommenders / origin.parent, folder / "inputs" / "parent")
    return rows


def write_inputs(
    settings: Settings, folder: Path, exports: Mapping[str, str], configuration: Mapping[str, Any]
) -> dict[str, int]:
    """Write the rows of each query and the configuration into `folder`/inputs, whole or not at all; rows by file."""
    if read_configuration(configuration["recommender"]).encoder_training != "frozen":
        exports = {**exports, "texts": TEXTS}
    target, partial = folder / "inputs", folder / "inputs.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        rows = {
            name: _export(connection, query, partial / f"{name}.parquet", settings) for name, query in exports.items()
        }
    (partial / "configuration.json").write_text(json.dumps(configuration, indent=2, sort_keys=True) + "\n")
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    return rows


def _export(connection: Connection, query: str, path: Path, settings: Settings) -> int:
    """Write one query's rows, in its order, as Parquet; how many there were."""
    values = {"encoder": settings.encoder, "alphas": json.dumps(settings.alphas)}
    parameters = {name: value for name, value in values.items() if f"${name}" in query}
    table = connection.execute(query, parameters).to_arrow_table()
    from pyarrow import parquet

    parquet.write_table(table, path)
    return int(table.num_rows)


def train(
    settings: Settings,
    run_id: str,
    logical_date: date,
    recommender_version: str,
    origin: Origin,
    log: Callable[[str], None] = print,
) -> TrainReceipt:
    """Train tonight's recommender as the settings' mode says, refitted up to the cut, and record what it is worth."""
    folder = settings.run_folder(run_id)
    rows = export_inputs(settings, folder, logical_date, origin)
    shutil.rmtree(folder / "recommender", ignore_errors=True)
    run_child("models.train_child", folder, log)
    outcome = json.loads((folder / "recommender" / "metrics.json").read_text())
    kept = settings.recommenders / recommender_version
    partial = kept.with_name(kept.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(folder / "recommender", partial)
    shutil.rmtree(kept, ignore_errors=True)
    partial.rename(kept)
    outcome["version"]["folder"] = str(kept.relative_to(settings.home))
    record_recommender(settings, run_id, recommender_version, outcome)
    version = outcome["version"]
    return TrainReceipt(
        stage="train",
        rows=rows,
        recommender_version=recommender_version,
        epochs=version["epochs"],
        device=version["device"],
        peak_memory_mb=version["peak_memory_mb"],
    )
