"""A run folder made by hand: two platforms, texts in four clusters, and persons who keep to one cluster everywhere.

Every third person took things on the platform `loft` alone until the last ten days, so that only a recommender of both
platforms can know their taste on `deli`. Five persons never did anything.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet

PROJECT = Path(__file__).resolve().parents[2]
DAY = 86_400
FIRST_DAY, DAYS = 20_000, 40
CUT = (FIRST_DAY + DAYS) * DAY
CLUSTERS, IN_CLUSTER, PLATFORMS = 4, 9, 2
EACH = CLUSTERS * IN_CLUSTER
ACTIVE, SILENT = 120, 5
# the last items of each cluster: nobody touched COLD, GONE is no longer available; the very first item has no text
COLD, GONE, UNTITLED = IN_CLUSTER - 1, IN_CLUSTER - 2, 0
RECOMMENDER = {
    "max_epochs": 6,
    "embedding_size": 16,
    "text_size": 8,
    "sequence_length": 12,
    "tokens_per_batch": 192,
    "learning_rate": 0.01,
    "blocks": 1,
}


def item(platform: int, cluster: int, number: int) -> int:
    """The index of an item by its platform, its cluster and its number in there."""
    return platform * EACH + cluster * IN_CLUSTER + number


def platform_of(items: np.ndarray) -> np.ndarray:
    """The platform of each item."""
    return items // EACH


def cluster_of(items: np.ndarray) -> np.ndarray:
    """The cluster of each item."""
    return items % EACH // IN_CLUSTER


def taste_of(users: np.ndarray) -> np.ndarray:
    """The cluster that each person keeps to."""
    return users % CLUSTERS


def made_events() -> dict[str, np.ndarray]:
    """A view and a purchase (or a purchase alone) at a time, nine in ten from the person's cluster."""
    chance, rows = np.random.default_rng(5), []
    for user in range(ACTIVE):
        for platform in range(PLATFORMS):
            late = user % 3 == 0 and platform == 0
            days = [*range(31, DAYS, 3)] if late else [*range(int(chance.integers(0, 6)), DAYS, 8)]
            left = {cluster: list(chance.permutation(GONE + 1)) for cluster in range(CLUSTERS)}
            for day in days:
                cluster = user % CLUSTERS if chance.random() < 0.9 else int(chance.integers(CLUSTERS))
                if not left[cluster]:
                    continue
                taken = item(platform, cluster, int(left[cluster].pop()))
                second = (FIRST_DAY + day) * DAY + int(chance.integers(3600, DAY))
                if chance.random() < 0.3:
                    rows.append((user, taken, platform, 0, second - 60, False))
                rows.append((user, taken, platform, 1, second, True))
    rows.sort(key=lambda row: (row[0], row[4]))
    users, items, platforms, types, times, positives = (np.array(column) for column in zip(*rows, strict=True))
    return {
        "user_index": users.astype(np.int32),
        "item_index": items.astype(np.int32),
        "platform_index": platforms.astype(np.int32),
        "event_type_index": types.astype(np.int32),
        "event_at": times.astype(np.int64),
        "is_positive": positives,
    }


def made_items() -> dict[str, Any]:
    """Items whose text embedding is their cluster's direction and a little of their own; both platforms share it."""
    chance = np.random.default_rng(7)
    everything = np.arange(PLATFORMS * EACH)
    centres = 3 * np.eye(CLUSTERS, 12)
    embeddings = [list(centres[cluster_of(one)] + 0.5 * chance.normal(size=12)) for one in everything]
    return {
        "item_index": everything.astype(np.int32),
        "platform_index": platform_of(everything).astype(np.int32),
        "item_id": [f"i{one:03d}" for one in everything],
        "is_available": everything % IN_CLUSTER != GONE,
        "embedding": arrow.array(
            [None if one == UNTITLED else vector for one, vector in enumerate(embeddings)], arrow.list_(arrow.float32())
        ),
    }


def _counted(events: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The daily counts and, on the platform where nothing taken may return, the consumptions of these events."""
    taken = events["is_positive"]
    users, items, times = (events[name][taken] for name in ("user_index", "item_index", "event_at"))
    pairs, counts = np.unique(np.stack([items, times // DAY]), axis=1, return_counts=True)
    days = {
        "item_index": pairs[0].astype(np.int32),
        "day": pairs[1].astype(np.int32),
        "positives_count": counts.astype(np.int32),
    }
    kept = platform_of(items) == 0
    names = ("user_index", "item_index", "first_at")
    return days, dict(zip(names, (users[kept], items[kept], times[kept]), strict=True))


def _met(events: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Each item taken on `deli` was shown an hour before, beside another one; on `loft` persons rate by taste."""
    chance, taken = np.random.default_rng(6), events["is_positive"]
    users, items, times = (events[name][taken] for name in ("user_index", "item_index", "event_at"))
    on_deli = (platform_of(items) == 0) & (times - 3600 < CUT - DAY)
    count = int(on_deli.sum())
    shown = {
        "user_index": np.tile(users[on_deli], 2),
        "item_index": np.concatenate([items[on_deli], chance.integers(0, EACH, count)]).astype(np.int32),
        "shown_at": np.tile(times[on_deli], 2) - 3600,
        "is_taken": np.arange(2 * count) < count,
    }
    on_loft = platform_of(items) == 1
    ratings = np.where(cluster_of(items) == taste_of(users), 4.0, 2.0) + chance.integers(0, 2, len(items))
    rated = {"user_index": users, "item_index": items, "rated_at": times, "rating": ratings}
    return {"impressions": shown, "ratings": {name: column[on_loft] for name, column in rated.items()}}


def write_run(folder: Path, seed: int = 3, mode: str = "joint", **more: Any) -> Path:
    """Write `folder`/inputs as a night's export would, with `more` configured."""
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    events = made_events()
    item_days, consumed = _counted(events)
    tables = {
        "platforms": {
            "platform_index": [0, 1],
            "platform": ["deli", "loft"],
            "alpha": arrow.array([None, None], arrow.float64()),
            "consumed_may_return": [False, True],
            "positives_count": np.bincount(events["platform_index"][events["is_positive"]]),
        },
        "event_types": {"event_type_index": [0, 1], "event_type": ["view", "purchase"]},
        "items": made_items(),
        "users": {
            "user_index": np.arange(ACTIVE + SILENT, dtype=np.int32),
            "user_id": [f"u{user:03d}" for user in range(ACTIVE + SILENT)],
        },
        "events": events,
        "item_days": item_days,
        "consumed": consumed,
        **_met(events),
    }
    for name, columns in tables.items():
        parquet.write_table(arrow.table(columns), inputs / f"{name}.parquet")
    configuration = {
        "logical_date": "2024-11-11",
        "cut": CUT,
        "seed": seed,
        "scored_k": 100,
        "published_k": 10,
        "encoder": "none",
        "mode": mode,
        "recommender": RECOMMENDER,
        **more,
    }
    (inputs / "configuration.json").write_text(json.dumps(configuration))
    return folder


def start_child(name: str, folder: Path) -> "subprocess.Popen[str]":
    """Start a child of the night, whose life hangs on our end of its standard input."""
    return subprocess.Popen(
        [sys.executable, "-m", f"models.{name}", str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=(folder / f"{name}.log").open("w"),
        stderr=subprocess.STDOUT,
        text=True,
    )


def run_children(name: str, folders: list[Path]) -> None:
    """Run the same child in several folders at once, each to its end."""
    children = [start_child(name, folder) for folder in folders]
    codes = [child.wait() for child in children]
    for code, child, folder in zip(codes, children, folders, strict=True):
        assert child.stdin is not None
        child.stdin.close()
        assert code == 0, (folder / f"{name}.log").read_text()


@dataclass(frozen=True)
class FinishedRun:
    """What a run left behind: its folder and that of a second run on the same inputs, its lists and its metrics."""

    folder: Path
    again: Path
    scored: dict[str, np.ndarray]
    metrics: dict[str, Any]


def read_finished(folder: Path, again: Path) -> FinishedRun:
    """Read what the children wrote; a reason that is absent is −1."""
    table = parquet.read_table(folder / "scored.parquet")
    columns = {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}
    columns["reason_item_index"] = np.nan_to_num(columns["reason_item_index"].astype(float), nan=-1).astype(int)
    return FinishedRun(folder, again, columns, json.loads((folder / "recommender" / "metrics.json").read_text()))
