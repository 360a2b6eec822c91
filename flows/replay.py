"""Reads rejected records again from their landing files, after a contract was changed: those that now pass are loaded.

One transaction a file, so that a replay can be killed and repeated.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import numpy
import pyarrow
import pyarrow.compute

from flows.contracts import load_contracts
from flows.delivery import look
from flows.file_loading import FileLoader, Read, open_loader
from flows.landing_file import LandingFile, UnreadableFileError
from flows.landing_reader import RefusedError, by_records, check_extras, quickly
from flows.manifest import Key
from flows.night_lock import night_lock
from flows.raw_writing import RawWriter
from flows.receipts import ReplayReceipt
from flows.record_keying import divided, keyed, rejects_of
from flows.settings import Settings
from flows.warehouse import transaction

LOG = logging.getLogger("crossrec")

WHOSE = "platform = ? and kind = ? and file_id = ?"

MOVED = f"""
    update raw.files
    set rows_count = rows_count + ?, rejects_count = rejects_count - ?, skipped_count = skipped_count + ?
    where {WHOSE} and outcome in ('loaded', 'grown', 'replaced')
"""


def replay(settings: Settings, platform: str | None = None) -> ReplayReceipt:
    """Read again what was rejected, of one platform or of all.

    Files that were refused as a whole are loaded as if they had just come. A file that is gone or has other content now
    is told, and its rejects stay.

    Raises:
        LookupError: if there is no such platform.
        HomeBusyError: if somebody works in this home.
    """
    contracts = load_contracts(settings.contracts)
    names = [contract.platform for contract in contracts]
    if platform is not None and platform not in names:
        raise LookupError(f"A platform is one of {', '.join(names)}; found {platform!r}.")
    keys = [
        (contract.platform, kind)
        for contract in contracts
        for kind in contract.kinds
        if platform in (None, contract.platform)
    ]
    check_extras(contracts)
    with night_lock(settings, doing="replay"), open_loader(settings, contracts) as loader:
        work = Replay(loader)
        for key in keys:
            work.replay_refused(key)
            work.replay_rejected(key)
        return ReplayReceipt("replay", dict(work.rows), work.rejects_left(platform), tuple(work.missing))


class Replay:
    """One replay under way: what it has loaded, and which files it did not find."""

    def __init__(self, loader: FileLoader) -> None:
        self.loader = loader
        self.times = loader.manifest.moments()
        self.rows: Counter[str] = Counter()
        self.missing: list[str] = []

    def replay_refused(self, key: Key) -> None:
        """Load the files that were refused as a whole, as far as they are not refused again."""
        manifest = self.loader.manifest
        for name, file_id in sorted(manifest.refused.get(key, {}).items()):
            file = self.loader.landing.named(key, name)
            delivery = look(file, manifest) if file else None
            if delivery is None or delivery.file_id != file_id:
                self.miss(name)
                continue
            loaded = self.loader.load(delivery, next(self.times), is_retried=True)
            self.rows[f"raw.{delivery.file.table}"] += loaded.rows_count

    def replay_rejected(self, key: Key) -> None:
        """Read the rejected records of files that were loaded again, each file once."""
        done: set[str] = set()
        for file, owners in list(self.files_of(key)):
            chosen = {owner: lines for owner, lines in owners.items() if owner not in done}
            if not chosen:
                continue
            done.update(chosen)
            try:
                self.read_again(file, chosen, next(self.times))
            except UnreadableFileError as error:
                LOG.warning("%s cannot be read again, its rejects stay: %s", file.name, error)
        for owner in self.rejected_lines(key):
            if owner not in done:
                self.miss(self.name_of(key, owner))

    def rejects_left(self, platform: str | None) -> int:
        """How many records are in quarantine now."""
        query = "select coalesce(sum(records_count), 0) from raw.rejects where platform = coalesce(?, platform)"
        row = self.loader.warehouse.execute(query, [platform]).fetchone()
        return int(row[0]) if row else 0

    def since(self, writer: RawWriter) -> datetime:
        """Since when the content has been in quarantine."""
        query = f"select min(loaded_at) from raw.files where {WHOSE}"
        key = [writer.file.platform, writer.file.kind_name, writer.file_id]
        row = self.loader.warehouse.execute(query, key).fetchone()
        return row[0] if row else writer.loaded_at

    def miss(self, name: str) -> None:
        """Tell that a file is not to be had."""
        LOG.warning("%s is gone from the landing or has other content now; its rejects stay", name)
        self.missing.append(name)

    def name_of(self, key: Key, file_id: str) -> str:
        """The name under which a content was loaded."""
        query = f"select min_by(path, loaded_at) from raw.files where {WHOSE}"
        row = self.loader.warehouse.execute(query, [*key, file_id]).fetchone()
        return str(row[0]) if row else file_id

    def rejected_lines(self, key: Key) -> dict[str, numpy.ndarray]:
        """The numbers of the rejected records, in their order, by content."""
        query = (
            "select file_id, line from raw.rejects where platform = ? and kind = ? and line is not null order by line"
        )
        table = self.loader.warehouse.execute(query, [*key]).to_arrow_table()
        contents = pyarrow.compute.unique(table["file_id"]).to_pylist()
        return {
            content: table.filter(pyarrow.compute.equal(table["file_id"], content))["line"].to_numpy()
            for content in contents
        }

    def files_of(self, key: Key) -> Iterator[tuple[LandingFile, dict[str, numpy.ndarray]]]:
        """The landing files with rejected records, and their numbers by the content that has them.

        A file that grew has the records of its earlier contents too, under the same numbers.
        """
        manifest, rejected = self.loader.manifest, self.rejected_lines(key)
        for held in sorted(set(manifest.held.get(key, {}).values())):
            owners = {
                one.file_id: rejected[one.file_id] for one in manifest.chain(key, held) if one.file_id in rejected
            }
            file = next(self.loader.landing.holding(manifest, key, held), None) if owners else None
            if file is not None:
                yield file, owners

    def read_again(self, file: LandingFile, owners: dict[str, numpy.ndarray], moment: datetime) -> None:
        """Move what now passes, and tell the rules that the others break now."""
        read: Read = quickly
        while True:
            try:
                moved = self.attempt(read, file, owners, moment)
                break
            except RefusedError:
                if read is by_records:
                    raise
                read = by_records
        self.rows[f"raw.{file.table}"] += moved

    def attempt(self, read: Read, file: LandingFile, owners: dict[str, numpy.ndarray], moment: datetime) -> int:
        """Read a file again in one transaction; how many records moved."""
        loader, key = self.loader, (file.platform, file.kind_name)
        writers = {owner: RawWriter(loader.warehouse, loader.fields, file, owner, moment) for owner in owners}
        moved: Counter[str] = Counter()
        erased: Counter[str] = Counter()
        with transaction(loader.warehouse):
            for batch in read(loader.reading, file.contract, file.kind, file.path):
                for owner, lines in owners.items():
                    chosen = batch.filter(is_among(batch["line"], lines))
                    if chosen.num_rows:
                        passed_count, erased_count = self.judge_again(writers[owner], chosen)
                        moved[owner] += passed_count
                        erased[owner] += erased_count
            for owner, count in moved.items():
                gone = erased[owner]
                loader.warehouse.execute(MOVED, [count, count + gone, gone, *key, owner])
        for writer in writers.values():
            loader.fields.remember(key, writer.new_fields)
        return moved.total()

    def judge_again(self, writer: RawWriter, records: pyarrow.Table) -> tuple[int, int]:
        """Load those of these rejected records that pass; the others get their rule of now.

        How many passed, and how many would have, but are of erased accounts.
        """
        good, bad = divided(records)
        erased, file = self.loader.erased, writer.file
        writer.forget_rejects(records)
        if bad.num_rows:
            replace(writer, loaded_at=self.since(writer)).rejects(list(rejects_of(bad, file, erased)))
        kept = erased.kept(good, file)
        if kept.records.num_rows:
            writer.records(keyed(kept.records, file, erased))
            writer.returned(kept.returned)
        return kept.records.num_rows, kept.erased_count


def is_among(lines: pyarrow.ChunkedArray, chosen: numpy.ndarray) -> pyarrow.Array:
    """Which of these numbers are among the chosen ones, which are in order."""
    numbers = lines.to_numpy()
    places = numpy.searchsorted(chosen, numbers).clip(max=len(chosen) - 1)
    return pyarrow.array(chosen[places] == numbers)
