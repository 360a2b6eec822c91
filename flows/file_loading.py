"""Loads one landing file whole, in one transaction: its records, its rejects and its line of the manifest.

What identifies a person is keyed between the reader, which never writes, and the warehouse.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

import pyarrow
import pyarrow.compute

from flows.identifiers import Keyring
from flows.landing_file import LandingFile, UnreadableFileError
from flows.landing_reader import Batches, RefusedError, by_records, quickly
from flows.manifest import Loaded, Manifest
from flows.record_sql import flaws
from flows.warehouse import Connection, identifier, transaction

LONGEST_TEXT = 10_000
"""Characters kept of a rejected record."""

REJECT = {"line": pyarrow.int64(), "field": pyarrow.string(), "rule": pyarrow.string(), "text": pyarrow.string()}


def distinctly(column: pyarrow.ChunkedArray, function: Callable[[str], str | None]) -> pyarrow.Array:
    """The function of each value, called once for each distinct one."""
    encoded = column.combine_chunks().dictionary_encode()
    values = [None if value is None else function(value) for value in encoded.dictionary.to_pylist()]
    return pyarrow.array(values, pyarrow.string()).take(encoded.indices)


def keyed(batch: pyarrow.Table, file: LandingFile, keyring: Keyring) -> pyarrow.Table:
    """The batch with tokens in the place of identifiers, in `extra` too."""
    region = file.contract.phone_region
    for position, described in enumerate(file.kind.fields):
        if described.identifier:
            name = f"value_{position}"
            tokens = distinctly(batch[name], partial(keyring.token, described.identifier, region=region))
            batch = batch.set_column(batch.column_names.index(name), name, tokens)
    extra = distinctly(batch["extra"], partial(keyring.scrub_json, region=region))
    return batch.set_column(batch.column_names.index("extra"), "extra", extra)


def rejects_of(bad: pyarrow.Table, file: LandingFile, keyring: Keyring) -> Iterator[dict[str, Any]]:
    """Line, field, rule and scrubbed text of the bad records of a batch that is not keyed yet."""
    rules = flaws(file.kind)
    region = file.contract.phone_region
    for record in bad.to_pylist():
        text = record["text"] or ""
        for position, described in enumerate(file.kind.fields):
            raw = record[f"value_{position}"]
            if described.identifier and raw:
                text = text.replace(raw, keyring.token(described.identifier, raw, region) or "[no identifier]")
        field, rule = (None, record["broken"]) if record["flaw"] == 0 else rules[record["flaw"] - 1]
        clean = keyring.scrub(text, region)[:LONGEST_TEXT]
        yield {"line": record["line"], "field": field, "rule": rule, "text": clean}


class FileLoader:
    """Loads landing files into the warehouse, reading them through a connection that writes nothing."""

    def __init__(self, warehouse: Connection, reading: Connection, keyring: Keyring, manifest: Manifest) -> None:
        self.warehouse = warehouse
        self.reading = reading
        self.keyring = keyring
        self.manifest = manifest

    def load(self, file: LandingFile, file_id: str, loaded_at: datetime) -> Loaded:
        """Load a file: by DuckDB's own reader, else record by record, else as one reject that says why."""
        try:
            try:
                loaded = self.load_batches(quickly, file, file_id, loaded_at)
            except RefusedError:
                loaded = self.load_batches(by_records, file, file_id, loaded_at)
        except UnreadableFileError as error:
            loaded = Loaded(rejects_count=1)
            with transaction(self.warehouse):
                reject = {"line": None, "field": None, "rule": str(error), "text": ""}
                self.insert_rejects([reject], file, file_id, loaded_at)
                self.manifest.note(file, file_id, loaded_at, loaded)
        self.manifest.remember(file, file_id)
        return loaded

    def load_batches(
        self, read: Callable[..., Batches], file: LandingFile, file_id: str, loaded_at: datetime
    ) -> Loaded:
        """Load all records that `read` gives of a file, and its line of the manifest, or nothing at all."""
        rows_count = rejects_count = 0
        with transaction(self.warehouse):
            for batch in read(self.reading, file.contract, file.kind, file.path):
                is_bad = pyarrow.compute.is_valid(batch["flaw"])
                bad, good = batch.filter(is_bad), batch.filter(pyarrow.compute.invert(is_bad))
                if bad.num_rows:
                    self.insert_rejects(list(rejects_of(bad, file, self.keyring)), file, file_id, loaded_at)
                self.insert_records(keyed(good, file, self.keyring), file, file_id, loaded_at)
                rows_count += good.num_rows
                rejects_count += bad.num_rows
            loaded = Loaded(rows_count, rejects_count)
            self.manifest.note(file, file_id, loaded_at, loaded)
        return loaded

    def insert_records(self, records: pyarrow.Table, file: LandingFile, file_id: str, loaded_at: datetime) -> None:
        """Add accepted records to the raw table of their platform and kind."""
        names = ", ".join(identifier(described.name) for described in file.kind.fields)
        values = ", ".join(f"value_{position}" for position in range(len(file.kind.fields)))
        self.insert(
            f"insert into raw.{identifier(file.table)} ({names}, extra, file_id, line, loaded_at)"
            f" select {values}, extra, ?, line, ? from incoming",
            records,
            [file_id, loaded_at],
        )

    def insert_rejects(
        self, rejects: list[dict[str, Any]], file: LandingFile, file_id: str, loaded_at: datetime
    ) -> None:
        """Put bad records into quarantine."""
        self.insert(
            "insert into raw.rejects select ?, ?, ?, ?, line, field, rule, text, ? from incoming",
            pyarrow.Table.from_pylist(rejects, pyarrow.schema(REJECT)),
            [file.platform, file.kind_name, file_id, file.name, loaded_at],
        )

    def insert(self, statement: str, incoming: pyarrow.Table, parameters: list[Any]) -> None:
        """Run a statement that reads the table `incoming`, which lies in memory."""
        self.warehouse.register("incoming", incoming)
        try:
            self.warehouse.execute(statement, parameters)
        finally:
            self.warehouse.unregister("incoming")
