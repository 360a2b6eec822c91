"""`python -m tests.benchmarks.ingest_child WAY PLATFORM HOME LANDING`: read events, and tell what it took."""

import json
import shutil
import sys
from pathlib import Path

from flows.ingest import ingest
from flows.settings import Settings
from flows.warehouse import connect
from tests.benchmarks.measured import seconds_of

READERS = {"music": "read_json", "news": "read_csv", "video": "read_parquet"}


def bare(settings: Settings, platform: str, landing: Path) -> None:
    """Read with DuckDB alone."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        files = str(landing / platform / "events" / "*")
        connection.execute(f"create table events as select * from {READERS[platform]}(?)", [files])


def ours(settings: Settings, platform: str, landing: Path) -> None:
    """Read as a night does."""
    settings.landing.mkdir()
    (settings.landing / platform).symlink_to(landing / platform)
    receipt = ingest(settings)
    assert sum(receipt.rows.values()) and not receipt.rejects_count


def peak_bytes() -> int:
    """The most memory that this process has had, as Linux counts what is resident."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


def main() -> None:
    """Do it, and print seconds and peak."""
    way, platform, home, landing = sys.argv[1:]
    settings = Settings(home=Path(home))
    settings.home.mkdir()
    seconds = seconds_of(lambda: (bare if way == "bare" else ours)(settings, platform, Path(landing)))
    print(json.dumps({"seconds": seconds, "peak_bytes": peak_bytes()}))
    shutil.rmtree(settings.home)


if __name__ == "__main__":
    main()
