"""What a run folder hands to its children, as arrays; and the part of it that was known at an earlier cut."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class Catalogue:
    """Platforms, event types and items; an item's row is its index, and a platform's items stand together."""

    platforms: tuple[str, ...]
    alphas: np.ndarray  # [platforms], NaN where not fixed
    may_return: np.ndarray  # [platforms] bool
    event_types: tuple[str, ...]
    item_ids: np.ndarray  # [items] str
    item_platforms: np.ndarray  # [items] int
    is_available: np.ndarray  # [items] bool
    embeddings: np.ndarray  # [items, size] float32, rows of zeros without text
    has_text: np.ndarray  # [items] bool
    relatives: np.ndarray | None = None  # [items] another listing of the same thing, or of its series; −1 without
    qualities: np.ndarray | None = None  # [platforms] share of their records that can be used, if it was counted
    texts: np.ndarray | None = None  # [items] str, None without text; known only where an encoder learns

    def items_of(self, platform: int) -> slice:
        """Where a platform's items stand."""
        low, high = np.searchsorted(self.item_platforms, [platform, platform + 1])
        return slice(int(low), int(high))


@dataclass(frozen=True)
class Outcomes:
    """Encounters of persons with items and what came of each, parallel arrays `[encounters]`."""

    users: np.ndarray
    items: np.ndarray
    times: np.ndarray  # epoch seconds
    values: np.ndarray

    def only(self, kept: np.ndarray) -> "Outcomes":
        """Some of them, by a mask `[encounters]`."""
        return Outcomes(self.users[kept], self.items[kept], self.times[kept], self.values[kept])


NOTHING = Outcomes(np.zeros(0, int), np.zeros(0, int), np.zeros(0, int), np.zeros(0))


@dataclass(frozen=True)
class Log:
    """What persons did, parallel arrays `[events]` ordered by person and time, and how often items were taken a day."""

    users: np.ndarray
    items: np.ndarray
    event_types: np.ndarray
    times: np.ndarray  # epoch seconds
    is_positive: np.ndarray
    day_items: np.ndarray  # [rows] of (item, day, count)
    days: np.ndarray
    day_counts: np.ndarray
    consumed_users: np.ndarray  # [pairs] of (person, item, first time), where taken items may not return
    consumed_items: np.ndarray
    consumed_times: np.ndarray
    shown: Outcomes = NOTHING  # by the platforms, and 1 where the person took it within a day, else 0
    rated: Outcomes = NOTHING  # by the persons, and their rating

    def until(self, cut: int) -> "Log":
        """The log as it was known at a cut in epoch seconds, a whole day's end.

        What was shown in the last day is left out: what came of it was not known yet.
        """
        known, days, consumed = self.times < cut, self.days < cut // SECONDS_PER_DAY, self.consumed_times < cut
        return replace(
            self,
            **{name: getattr(self, name)[known] for name in ("users", "items", "event_types", "times", "is_positive")},
            **{name: getattr(self, name)[days] for name in ("day_items", "days", "day_counts")},
            **{name: getattr(self, name)[consumed] for name in ("consumed_users", "consumed_items", "consumed_times")},
            shown=self.shown.only(self.shown.times < cut - SECONDS_PER_DAY),
            rated=self.rated.only(self.rated.times < cut),
        )

    def of_items(self, items: slice) -> "Log":
        """What of the events concerns these items, as a platform on its own would see it."""
        known = (self.items >= items.start) & (self.items < items.stop)
        return replace(
            self,
            **{name: getattr(self, name)[known] for name in ("users", "items", "event_types", "times", "is_positive")},
        )


@dataclass(frozen=True)
class Inputs:
    """All of a run folder's inputs."""

    configuration: dict[str, Any]
    catalogue: Catalogue
    log: Log
    users_count: int

    @property
    def cut(self) -> int:
        """The first second that may not be known."""
        return int(self.configuration["cut"])


def read_inputs(folder: Path) -> Inputs:
    """Read `folder`/inputs.

    Raises:
        ValueError: if anything that has a time, outcomes and ratings too, is not earlier than the cut.
    """
    folder = folder / "inputs"
    configuration = json.loads((folder / "configuration.json").read_text())
    users_count = parquet.read_metadata(folder / "users.parquet").num_rows
    log = _read_log(folder)
    days, outcomes = log.days * SECONDS_PER_DAY, log.shown.times + SECONDS_PER_DAY
    all_times = (log.times, log.consumed_times, log.rated.times, days, outcomes)
    latest = max(int(times.max(initial=0)) for times in all_times)
    if latest >= configuration["cut"]:
        raise ValueError(
            f"Nothing at or after the cut {configuration['cut']} may reach training; found {latest}. "
            "Correct the query that exports what has that time."
        )
    return Inputs(configuration, _read_catalogue(folder), log, users_count)


def read_columns(path: Path, names: list[str] | None = None) -> dict[str, np.ndarray]:
    """The columns of a Parquet file, all or some, of plain values."""
    table = parquet.read_table(path, columns=names)
    return {name: table.column(name).to_numpy() for name in table.column_names}


def _read_catalogue(folder: Path) -> Catalogue:
    """Platforms, event types and items with their text embeddings."""
    platforms, types = read_columns(folder / "platforms.parquet"), read_columns(folder / "event_types.parquet")
    names = parquet.read_schema(folder / "items.parquet").names
    items = read_columns(folder / "items.parquet", [name for name in names if name != "embedding"])
    embeddings, has_text = _read_embeddings(folder / "items.parquet")
    return Catalogue(
        platforms=tuple(platforms["platform"]),
        alphas=platforms["alpha"].astype(float),
        may_return=platforms["consumed_may_return"].astype(bool),
        event_types=tuple(types["event_type"]),
        item_ids=items["item_id"],
        item_platforms=items["platform_index"],
        is_available=items["is_available"].astype(bool),
        embeddings=embeddings,
        has_text=has_text,
        relatives=np.nan_to_num(items["relative_index"].astype(float), nan=-1).astype(int)
        if "relative_index" in items
        else None,
        qualities=platforms["quality"].astype(float) if "quality" in platforms else None,
        texts=_read_texts(folder / "texts.parquet", len(has_text)),
    )


def _read_texts(path: Path, count: int) -> np.ndarray | None:
    """The items' texts, if they were exported."""
    if not path.exists():
        return None
    known, texts = read_columns(path), np.full(count, None, object)
    texts[known["item_index"]] = known["text"]
    return texts


def _read_embeddings(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The items' text embeddings, and which items have one; read in parts, as a whole they are held several times."""
    parts, found = [], []
    for batch in parquet.ParquetFile(path).iter_batches(8192, columns=["embedding"]):
        column = batch.column(0)
        has_text = np.asarray(column.is_valid())
        flat = np.asarray(column.flatten(), np.float32)
        parts.append(flat.reshape(int(has_text.sum()), -1) if has_text.any() else flat.reshape(0, 0))
        found.append(has_text)
    has_text = np.concatenate(found) if found else np.zeros(0, bool)
    embeddings = np.zeros((len(has_text), max((part.shape[1] for part in parts), default=0)), np.float32)
    texts = [part for part in parts if len(part)]
    if texts:
        embeddings[has_text] = np.concatenate(texts)
    return embeddings, has_text


def _read_log(folder: Path) -> Log:
    """Events, daily counts, consumptions, impressions and ratings."""
    events, days = read_columns(folder / "events.parquet"), read_columns(folder / "item_days.parquet")
    consumed = read_columns(folder / "consumed.parquet")
    shown, rated = read_columns(folder / "impressions.parquet"), read_columns(folder / "ratings.parquet")
    return Log(
        users=events["user_index"],
        items=events["item_index"],
        event_types=events["event_type_index"],
        times=events["event_at"],
        is_positive=events["is_positive"].astype(bool),
        day_items=days["item_index"],
        days=days["day"].astype(np.int64),
        day_counts=days["positives_count"],
        consumed_users=consumed["user_index"],
        consumed_items=consumed["item_index"],
        consumed_times=consumed["first_at"],
        shown=Outcomes(shown["user_index"], shown["item_index"], shown["shown_at"], shown["is_taken"].astype(float)),
        rated=Outcomes(rated["user_index"], rated["item_index"], rated["rated_at"], rated["rating"]),
    )
