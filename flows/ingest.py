"""The only writer of the schema `raw`: every record of every landing file once, or the rule that it breaks.

A file is known by its content. What it brings comes in one transaction with its line of the manifest, so that a killed
ingest is continued by the next.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tqdm import tqdm

from flows.contracts import load_contracts
from flows.file_loading import FileLoader
from flows.identifiers import Keyring, read_secret
from flows.landing_file import content_hash, landing_files
from flows.manifest import Loaded, Manifest
from flows.raw_tables import create_tables
from flows.receipts import IngestReceipt
from flows.settings import Settings
from flows.warehouse import Connection, connect, reader


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
    rows = Counter({f"raw.{contract.platform}_{kind}": 0 for contract in contracts for kind in contract.kinds})
    files_count = skipped_files_count = rejects_count = 0
    files = landing_files(settings.landing, contracts)
    limits = (settings.memory_limit, settings.threads)
    with (
        connect(settings.warehouse, *limits) as warehouse,
        reader(*limits) as reading,
        tqdm(
            total=sum(file.size_bytes for file in files), desc="ingest", unit="B", unit_scale=True, disable=None
        ) as bar,
    ):
        create_tables(warehouse, contracts)
        manifest = Manifest(warehouse)
        loader = FileLoader(warehouse, reading, keyring, manifest)
        times = moments(warehouse)
        for file in files:
            bar.update(file.size_bytes)
            if manifest.knows_name(file):
                skipped_files_count += 1
                continue
            file_id = content_hash(file.path)
            if manifest.knows_content(file, file_id):
                manifest.note(file, file_id, next(times), Loaded())
                skipped_files_count += 1
                continue
            loaded = loader.load(file, file_id, next(times))
            rows[f"raw.{file.table}"] += loaded.rows_count
            rejects_count += loaded.rejects_count
            files_count += 1
    return IngestReceipt("ingest", dict(rows), files_count, skipped_files_count, rejects_count)
