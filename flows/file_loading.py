"""Loads one landing file, in one transaction: its records, its rejects and its line of the manifest.

Of a file that grew only what is new is loaded; what a file replaces goes in the same transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow

from flows.contracts import PlatformContract
from flows.delivery import KEPT, Delivery
from flows.erased_records import ErasedRecords
from flows.keys import check_keys, read_keyring
from flows.landing_file import LandingFile, UnreadableFileError
from flows.landing_reader import Batches, RefusedError, by_records, plainly, quickly
from flows.landing_search import Landing
from flows.line_reader import Start
from flows.manifest import Loaded, Manifest
from flows.raw_tables import create_tables
from flows.raw_writing import ExtraFields, RawWriter
from flows.record_keying import divided, keyed, missing_in_all, rejects_of
from flows.resumption import Resumption, resumption
from flows.settings import Settings
from flows.settlement import settle
from flows.suppression import read_suppressions
from flows.warehouse import Connection, connect, reader, transaction

Read = Callable[..., Batches]


class ChangedFileError(Exception):
    """Somebody wrote to a file while it was read; nothing of it is loaded now."""


class MixedError(Exception):
    """Records without a required field are followed by others, so each of them has to be told."""


class MissingFieldError(UnreadableFileError):
    """Every record of a file lacks the same required field."""

    def __init__(self, field: str, records_count: int, text: str) -> None:
        super().__init__(f"{field} is required and missing in every record of the file", records_count)
        self.field = field
        self.text = text


@contextmanager
def open_loader(settings: Settings, contracts: tuple[PlatformContract, ...]) -> Iterator["FileLoader"]:
    """What loads files into this home; the tables of these contracts are there."""
    settings.home.mkdir(parents=True, exist_ok=True)
    keyring = read_keyring(settings.home)
    erased = ErasedRecords(keyring, read_suppressions(settings.home, keyring))
    # with more threads they wait for each other's batches, which costs more than it brings
    limits = (settings.memory_limit, 1)
    with connect(settings.warehouse, *limits) as warehouse, reader(*limits) as reading:
        # records are packed while a file is read, not when it is committed and others wait
        warehouse.execute("set write_buffer_row_group_count = 1")
        create_tables(warehouse, contracts)
        check_keys(warehouse, keyring)
        landing, fields = Landing(settings.landing, contracts), ExtraFields(warehouse)
        yield FileLoader(warehouse, reading, erased, Manifest(warehouse), landing, fields)


class FileLoader:
    """Loads landing files into the warehouse, reading them through a connection that writes nothing."""

    def __init__(
        self,
        warehouse: Connection,
        reading: Connection,
        erased: ErasedRecords,
        manifest: Manifest,
        landing: Landing,
        fields: ExtraFields,
    ) -> None:
        self.warehouse = warehouse
        self.reading = reading
        self.erased = erased
        self.manifest = manifest
        self.landing = landing
        self.fields = fields

    def load(self, delivery: Delivery, loaded_at: datetime, is_retried: bool = False) -> Loaded:
        """Load what is new of a file, or note why nothing is; one that was refused is tried again only if that is said.

        Raises:
            ChangedFileError: if the file is being written to.
        """
        if self.manifest.is_refused(delivery.file, delivery.file_id) and not is_retried:
            return self.refuse_again(delivery, loaded_at)
        if delivery.is_to_be_refused:
            return self.refuse(delivery, UnreadableFileError(KEPT), loaded_at)
        if delivery.known:
            return self.take_known(delivery, loaded_at)
        try:
            return self.take(delivery, loaded_at)
        except UnreadableFileError as error:
            return self.refuse(delivery, error, loaded_at)

    def take(self, delivery: Delivery, loaded_at: datetime) -> Loaded:
        """Load the records in the quickest way that takes them."""
        resumed = resumption(self.warehouse, delivery)
        ways = [by_records] if resumed.start else self.ways(delivery.file)
        may_be_refused = resumed.base is None
        while True:
            try:
                return self.attempt(ways[0], delivery, resumed, loaded_at, may_be_refused)
            except MixedError:
                may_be_refused = False
            except RefusedError:
                if len(ways) == 1:
                    raise
                ways = ways[1:]

    def ways(self, file: LandingFile) -> list[Read]:
        """How a file can be read, the quickest way first: each refuses what the next one takes."""
        is_plain = file.kind.format == "json_lines" and not self.fields.known.get((file.platform, file.kind_name))
        return [plainly, quickly, by_records] if is_plain else [quickly, by_records]

    def attempt(
        self, read: Read, delivery: Delivery, resumed: Resumption, loaded_at: datetime, may_be_refused: bool
    ) -> Loaded:
        """Load all records that `read` gives of a file, and its line of the manifest, or nothing at all."""
        file, file_id = delivery.file, delivery.file_id
        key = (file.platform, file.kind_name)
        writer = RawWriter(self.warehouse, self.fields, file, file_id, loaded_at)
        continues = resumed.base.file_id if resumed.base else None
        left = list(self.manifest.chain(key, resumed.left))
        with transaction(self.warehouse):
            self.manifest.forget_refusals(file)
            resumed.cut(self.warehouse, self.manifest, key)
            rows_count, rejects_count, erased_count = self.write(read, writer, resumed.start, may_be_refused)
            skipped_count = resumed.skipped_count + erased_count
            loaded = Loaded(rows_count, rejects_count, skipped_count, resumed.outcome, tuple(writer.new_fields))
            self.manifest.note(file, file_id, loaded_at, loaded, continues)
            if delivery.has_changed:
                raise ChangedFileError(file.name)
            retracted_count = settle(self, key, left, loaded_at) if left else 0
        self.manifest.remember(file, file_id, loaded, continues)
        if resumed.base and resumed.place:
            self.manifest.remember_continued(key, resumed.base, resumed.place)
        if left:
            self.manifest.read()
            loaded = replace(loaded, retracted_count=retracted_count)
        self.fields.remember(key, writer.new_fields)
        return loaded

    def write(
        self, read: Read, writer: RawWriter, start: Start | None, may_be_refused: bool = False
    ) -> tuple[int, int, int]:
        """Write all records that `read` gives; how many were accepted, rejected, and left out for they were erased.

        Raises:
            MissingFieldError: if none was accepted, because all lack the same field.
            MixedError: if many lack a field and others follow; then nothing of this may stay.
        """
        file = writer.file
        rows_count = rejects_count = erased_count = held_count = 0
        held: tuple[str, pyarrow.Table] | None = None
        options: dict[str, Any] = {"now": writer.loaded_at, **({"start": start} if start else {})}
        for batch in read(self.reading, file.contract, file.kind, file.path, **options):
            field = (
                missing_in_all(batch, file)
                if may_be_refused and not rows_count + rejects_count + erased_count
                else None
            )
            if field and (held is None or held[0] == field):
                held = held or (field, batch.slice(0, 1))
                held_count += batch.num_rows
                continue
            if held:
                raise MixedError
            good, bad = divided(batch)
            if bad.num_rows:
                writer.rejects(list(rejects_of(bad, file, self.erased)))
            kept = self.erased.kept(good, file)
            writer.records(keyed(kept.records, file, self.erased))
            writer.returned(kept.returned)
            rows_count += kept.records.num_rows
            rejects_count += bad.num_rows
            erased_count += kept.erased_count
        if held:
            raise MissingFieldError(held[0], held_count, next(rejects_of(held[1], file, self.erased))["text"])
        return rows_count, rejects_count, erased_count

    def take_known(self, delivery: Delivery, loaded_at: datetime) -> Loaded:
        """Note a content that was loaded before; what its name had before is taken back if nobody has it any more."""
        assert delivery.known is not None
        file, key = delivery.file, (delivery.file.platform, delivery.file.kind_name)
        loaded = Loaded(skipped_count=delivery.known.records_count, outcome="known")
        left = list(self.manifest.chain(key, delivery.left))
        with transaction(self.warehouse):
            self.manifest.forget_refusals(file)
            self.manifest.note(file, delivery.file_id, loaded_at, loaded)
            retracted_count = settle(self, key, left, loaded_at) if left else 0
        self.manifest.remember(file, delivery.file_id, loaded)
        if left:
            self.manifest.read()
        return replace(loaded, retracted_count=retracted_count)

    def refuse(self, delivery: Delivery, error: UnreadableFileError, loaded_at: datetime) -> Loaded:
        """Put a whole file into quarantine as one reject; what its name had before stays."""
        file, file_id = delivery.file, delivery.file_id
        count = getattr(error, "records_count", 1)
        reject = {"line": None, "field": getattr(error, "field", None), "rule": str(error), "records_count": count}
        loaded = Loaded(rejects_count=count, outcome="refused")
        with transaction(self.warehouse):
            self.manifest.forget_refusals(file)
            writer = RawWriter(self.warehouse, self.fields, file, file_id, loaded_at)
            writer.rejects([{**reject, "text": getattr(error, "text", "")}])
            self.manifest.note(file, file_id, loaded_at, loaded)
        self.manifest.remember(file, file_id, loaded)
        return loaded

    def refuse_again(self, delivery: Delivery, loaded_at: datetime) -> Loaded:
        """Note a file that was refused before and has been touched: its reject stands already."""
        loaded = Loaded(skipped_count=1, outcome="refused")
        with transaction(self.warehouse):
            self.manifest.note(delivery.file, delivery.file_id, loaded_at, loaded)
        self.manifest.remember(delivery.file, delivery.file_id, loaded)
        return loaded
