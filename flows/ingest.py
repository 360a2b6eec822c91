"""The only writer of the schema `raw`: every record of every landing file once, or the rule that it breaks.

A file is known by its content. What it brings comes in one transaction with its line of the manifest, so that a killed
ingest is continued by the next.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tqdm import tqdm

from flows.contracts import PlatformContract, load_contracts
from flows.delivery import Delivery, look
from flows.file_loading import ChangedFileError, FileLoader, open_loader
from flows.landing_file import LandingFile, landing_files
from flows.landing_reader import check_extras
from flows.lanes import Ended, Lanes, open_lanes
from flows.manifest import Loaded, Manifest
from flows.places import fetch_places
from flows.raw_writing import in_words
from flows.receipts import IngestReceipt
from flows.retention import drop_old_events
from flows.settings import Settings

LOG = logging.getLogger("crossrec")


class Ingest:
    """One ingest under way: what it has counted."""

    def __init__(self, loader: FileLoader, lanes: Lanes, contracts: tuple[PlatformContract, ...]) -> None:
        self.loader = loader
        self.lanes = lanes
        self.times = loader.manifest.moments()
        self.rows = Counter({f"raw.{contract.platform}_{kind}": 0 for contract in contracts for kind in contract.kinds})
        self.counts: Counter[str] = Counter()

    def take(self, delivery: Delivery) -> None:
        """Load a file: beside others if it is new, else when all before it are loaded."""
        if not self.lanes.takes(delivery):
            if self.lanes.under_way:
                self.finish()
                again = looked_at(delivery.file, self.loader.manifest, self.counts)
                if again is None:
                    return
                delivery = again
            self.load(delivery, next(self.times))
            return
        for ended in self.lanes.put(delivery, next(self.times)):
            self.end(ended)

    def finish(self) -> None:
        """Wait for all files that are under way."""
        for ended in self.lanes.rest():
            self.end(ended)

    def end(self, ended: Ended) -> None:
        """Note a file that is loaded; load one by itself that could not be loaded beside others."""
        if ended.loaded is None:
            self.load(ended.delivery, ended.loaded_at)
            return
        self.loader.manifest.remember(ended.delivery.file, ended.delivery.file_id, ended.loaded)
        self.count(ended.delivery, ended.loaded)

    def load(self, delivery: Delivery, loaded_at: datetime) -> None:
        """Load a file by itself."""
        file = delivery.file
        try:
            loaded = self.loader.load(delivery, loaded_at)
        except ChangedFileError:
            LOG.warning("%s is being written to; it is left to the next ingest", file.name)
            self.counts["skipped_files_count"] += 1
            return
        self.count(delivery, loaded)

    def count(self, delivery: Delivery, loaded: Loaded) -> None:
        """Tell what is remarkable about a file, and count."""
        file = delivery.file
        tell(delivery, loaded)
        self.rows[f"raw.{file.table}"] += loaded.rows_count
        self.counts["rejects_count"] += loaded.rejects_count
        self.counts["retracted_count"] += loaded.retracted_count
        self.counts["new_fields"] += len(loaded.new_fields)
        if loaded.outcome == "known" or (not loaded.rejects_count and loaded.outcome == "refused"):
            self.counts["skipped_files_count"] += 1
            return
        self.counts["files_count"] += 1
        if loaded.outcome != "loaded":
            self.counts[f"{loaded.outcome}_files_count"] += 1


def tell(delivery: Delivery, loaded: Loaded) -> None:
    """Log what a person should hear of a file."""
    file = delivery.file
    if loaded.outcome == "refused" and loaded.rejects_count:
        LOG.warning("%s is refused as a whole; look: crossrec rejects --platform %s", file.name, file.platform)
    elif delivery.is_replaced and loaded.outcome != "refused":
        LOG.info("%s has other content than before; %s records are retracted", file.name, loaded.retracted_count)
    for field in loaded.new_fields:
        LOG.info(
            "%s %s has a field `%s` that its contract does not name; %s",
            file.platform,
            file.kind_name,
            in_words(field),
            "it is kept in extra" if file.kind.allows(field) else "its values are left out (extra: drop)",
        )


def ingest(settings: Settings) -> IngestReceipt:
    """Load what is new in the landing folder, and tell what came of it."""
    contracts = load_contracts(settings.contracts)
    check_extras(contracts)
    fetch_places(settings, contracts)
    with open_loader(settings, contracts) as loader, open_lanes(loader, settings) as lanes:
        files = landing_files(settings.landing, contracts)
        work = Ingest(loader, lanes, contracts)
        total = sum(file.size_bytes for file in files)
        with tqdm(total=total, desc="ingest", unit="B", unit_scale=True, disable=None) as bar:
            for delivery in deliveries(files, loader.manifest, work.counts, bar):
                work.take(delivery)
            work.finish()
        dropped = drop_old_events(loader.warehouse, settings, contracts)
    for place, count in dropped.items():
        LOG.info("%s rows of %s are older than is kept, and dropped", f"{count:,}", place)
    return IngestReceipt("ingest", dict(work.rows), dropped_count=dropped.total(), **work.counts)


def deliveries(
    files: list[LandingFile], manifest: Manifest, counts: Counter[str], bar: "tqdm[Any]"
) -> Iterator[Delivery]:
    """The files that nobody has read as they are now, in their order; last those that replace what they held.

    For what such a file held may have been moved to another name, as logs are that rotate: then it is not retracted.
    """
    replaced = []
    for file in files:
        bar.update(file.size_bytes)
        if manifest.knows_name(file):
            counts["skipped_files_count"] += 1
            continue
        delivery = looked_at(file, manifest, counts)
        if delivery and delivery.left:
            replaced.append(file)
        elif delivery:
            yield delivery
    for file in replaced:
        if delivery := looked_at(file, manifest, counts):
            yield delivery


def looked_at(file: LandingFile, manifest: Manifest, counts: Counter[str]) -> Delivery | None:
    """What a file is; null if it has been taken away meanwhile."""
    try:
        return look(file, manifest)
    except FileNotFoundError:
        LOG.warning("%s was taken out of the landing while it was to be loaded", file.name)
        counts["skipped_files_count"] += 1
        return None
