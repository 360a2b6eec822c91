"""The only writer of the schema `raw`: every record of every landing file once, or the rule that it breaks.

A file is known by its content. Its rows, its rejects and its line in `raw.files` come in one transaction, so that a
killed ingest is continued by the next. What identifies a person is keyed before it reaches the warehouse.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow
import pyarrow.compute
from tqdm import tqdm

from flows.contracts import Kind, PlatformContract, load_contracts
from flows.identifiers import Keyring, read_secret
from flows.landing_file import UnreadableFileError, content_hash
from flows.landing_reader import Batches, MiscountedError, by_records, quickly
from flows.raw_tables import create_tables
from flows.receipts import IngestReceipt
from flows.record_sql import flaws
from flows.settings import Settings
from flows.warehouse import Connection, Error, connect, identifier, reader, transaction

LONGEST_TEXT = 10_000
"""Characters kept of a rejected record."""


@dataclass(frozen=True)
class LandingFile:
    """A file of the landing with what its name and its folder tell."""

    contract: PlatformContract
    kind_name: str
    path: Path
    name: str
    size_bytes: int
    modified_at: datetime

    @property
    def kind(self) -> Kind:
        return self.contract.kinds[self.kind_name]

    @property
    def table(self) -> str:
        return f"{self.contract.platform}_{self.kind_name}"


@dataclass
class Loaded:
    """What became of a file's records."""

    rows_count: int = 0
    rejects_count: int = 0


def landing_files(landing: Path, contracts: tuple[PlatformContract, ...]) -> list[LandingFile]:
    """The files of all declared kinds, by platform, kind and name, so that a later delivery comes later.

    What starts with a dot is not a delivery: tools write under such a name until a file is whole.
    """
    found = []
    for contract in contracts:
        for kind_name in contract.kinds:
            folder = landing / contract.platform / kind_name
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(landing)
                if path.is_file() and not any(step.startswith(".") for step in name.parts):
                    state = path.stat()
                    modified_at = datetime.fromtimestamp(state.st_mtime_ns // 1000 / 1e6, UTC).replace(tzinfo=None)
                    found.append(LandingFile(contract, kind_name, path, str(name), state.st_size, modified_at))
    return found


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
            kind, name = described.identifier, f"value_{position}"
            tokens = distinctly(batch[name], lambda text, kind=kind: keyring.token(kind, text, region))
            batch = batch.set_column(batch.column_names.index(name), name, tokens)
    extra = distinctly(batch["extra"], lambda text: keyring.scrub_json(text, region))
    return batch.set_column(batch.column_names.index("extra"), "extra", extra)


def rejects_of(bad: pyarrow.Table, file: LandingFile, keyring: Keyring) -> Iterator[tuple[int, str | None, str, str]]:
    """Line, field, rule and scrubbed text of the bad records of a batch that is not keyed yet."""
    rules = flaws(file.kind)
    region = file.contract.phone_region
    for record in bad.to_pylist():
        text = record["text"] or ""
        for position, described in enumerate(file.kind.fields):
            raw = record[f"value_{position}"]
            if described.identifier and raw:
                token = keyring.token(described.identifier, raw, region) or f"[no {described.identifier}]"
                text = text.replace(raw, token)
        field, rule = (None, record["broken"]) if record["flaw"] == 0 else rules[record["flaw"] - 1]
        yield record["line"], field, rule, keyring.scrub(text, region)[:LONGEST_TEXT]


def insert_rejects(
    warehouse: Connection,
    file: LandingFile,
    file_id: str,
    loaded_at: datetime,
    rejects: list[tuple[int | None, str | None, str, str]],
) -> None:
    """Put bad records into quarantine."""
    common = [file.contract.platform, file.kind_name, file_id, file.name]
    rows = [[*common, *reject, loaded_at] for reject in rejects]
    warehouse.executemany("insert into raw.rejects values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def load_batches(
    warehouse: Connection, batches: Batches, file: LandingFile, file_id: str, loaded_at: datetime, keyring: Keyring
) -> Loaded:
    """Write the records of a file to its raw table and to the rejects; the caller holds the transaction."""
    loaded = Loaded()
    fields = [identifier(described.name) for described in file.kind.fields]
    values = ", ".join(f"value_{position}" for position in range(len(fields)))
    statement = f"""
        insert into raw.{identifier(file.table)} ({", ".join(fields)}, extra, file_id, line, loaded_at)
        select {values}, extra, ?, line, ? from batch
    """
    for batch in batches:
        is_bad = pyarrow.compute.is_valid(batch["flaw"])
        bad = batch.filter(is_bad)
        if bad.num_rows:
            insert_rejects(warehouse, file, file_id, loaded_at, list(rejects_of(bad, file, keyring)))
            batch = batch.filter(pyarrow.compute.invert(is_bad))
        warehouse.register("batch", keyed(batch, file, keyring))
        warehouse.execute(statement, [file_id, loaded_at])
        warehouse.unregister("batch")
        loaded.rows_count += batch.num_rows
        loaded.rejects_count += bad.num_rows
    return loaded


def note_file(warehouse: Connection, file: LandingFile, file_id: str, loaded_at: datetime, loaded: Loaded) -> None:
    """Write the file's line of the manifest."""
    records_count = loaded.rows_count + loaded.rejects_count
    counts = [file.size_bytes, file.modified_at, loaded.rows_count, loaded.rejects_count, records_count, loaded_at]
    row = [file_id, file.contract.platform, file.kind_name, file.name, *counts]
    warehouse.execute("insert into raw.files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def load_file(
    warehouse: Connection, reading: Connection, file: LandingFile, file_id: str, loaded_at: datetime, keyring: Keyring
) -> Loaded:
    """Load a file whole, in one transaction: its records, its rejects and its line of the manifest."""
    for read in (quickly, by_records):
        try:
            with transaction(warehouse):
                batches = read(reading, file.contract, file.kind, file.path)
                loaded = load_batches(warehouse, batches, file, file_id, loaded_at, keyring)
                note_file(warehouse, file, file_id, loaded_at, loaded)
                return loaded
        except (Error, MiscountedError):
            if read is by_records:
                raise
        except UnreadableFileError as error:
            with transaction(warehouse):
                insert_rejects(warehouse, file, file_id, loaded_at, [(None, None, str(error), "")])
                note_file(warehouse, file, file_id, loaded_at, Loaded(rejects_count=1))
                return Loaded(rejects_count=1)
    raise AssertionError("one of the two ways returns or raises")


class Manifest:
    """What `raw.files` knows: names with size and time, and contents."""

    def __init__(self, warehouse: Connection) -> None:
        rows = warehouse.execute("select platform, kind, path, size_bytes, modified_at, file_id from raw.files")
        self.names: set[tuple[str, int, datetime]] = set()
        self.contents: set[tuple[str, str, str]] = set()
        for platform, kind, name, size_bytes, modified_at, file_id in rows.fetchall():
            self.names.add((name, size_bytes, modified_at))
            self.contents.add((platform, kind, file_id))

    def knows_name(self, file: LandingFile) -> bool:
        """Whether this name had this size and time before: then nobody reads the file again."""
        return (file.name, file.size_bytes, file.modified_at) in self.names

    def knows_content(self, file: LandingFile, file_id: str) -> bool:
        """Whether the same bytes were loaded for this platform and kind, by whatever name."""
        return (file.contract.platform, file.kind_name, file_id) in self.contents

    def add(self, file: LandingFile, file_id: str) -> None:
        """Remember a file of this ingest."""
        self.contents.add((file.contract.platform, file.kind_name, file_id))


def moments(warehouse: Connection) -> Iterator[datetime]:
    """Times of loading, each later than all before: the newest delivery is told by them."""
    row = warehouse.execute("select max(loaded_at) from raw.files").fetchone()
    last = row[0] if row and row[0] else datetime.min
    while True:
        last = max(datetime.now(UTC).replace(tzinfo=None), last + timedelta(microseconds=1))
        yield last


def ingest(settings: Settings) -> IngestReceipt:
    """Load what is new in the landing folder, and tell what came of it."""
    contracts = load_contracts(settings.contracts)
    settings.home.mkdir(parents=True, exist_ok=True)
    keyring = Keyring(read_secret(settings.home))
    receipt = IngestReceipt("ingest", {f"raw.{c.platform}_{kind}": 0 for c in contracts for kind in c.kinds})
    files = landing_files(settings.landing, contracts)
    options = {"memory_limit": settings.memory_limit, "threads": settings.threads}
    with connect(settings.warehouse, **options) as warehouse, reader(**options) as reading:
        create_tables(warehouse, contracts)
        manifest = Manifest(warehouse)
        times = moments(warehouse)
        total = sum(file.size_bytes for file in files)
        with tqdm(total=total, desc="ingest", unit="B", unit_scale=True, disable=None) as progress:
            for file in files:
                receipt = ingest_file(warehouse, reading, file, next(times), keyring, manifest, receipt)
                progress.update(file.size_bytes)
    return receipt


def ingest_file(
    warehouse: Connection,
    reading: Connection,
    file: LandingFile,
    loaded_at: datetime,
    keyring: Keyring,
    manifest: Manifest,
    receipt: IngestReceipt,
) -> IngestReceipt:
    """Load one file unless it is known; the receipt so far, with this file added."""
    if manifest.knows_name(file):
        return replace(receipt, skipped_files_count=receipt.skipped_files_count + 1)
    file_id = content_hash(file.path)
    if manifest.knows_content(file, file_id):
        note_file(warehouse, file, file_id, loaded_at, Loaded())
        return replace(receipt, skipped_files_count=receipt.skipped_files_count + 1)
    loaded = load_file(warehouse, reading, file, file_id, loaded_at, keyring)
    manifest.add(file, file_id)
    table = f"raw.{file.table}"
    return replace(
        receipt,
        rows={**receipt.rows, table: receipt.rows[table] + loaded.rows_count},
        files_count=receipt.files_count + 1,
        rejects_count=receipt.rejects_count + loaded.rejects_count,
    )
