"""`python -m tests.benchmarks.ingest_once HOME`: one ingest, told when it begins and when it is done, for a killer."""

import sys
from pathlib import Path

from flows.ingest import ingest
from flows.settings import Settings


def main() -> None:
    """Ingest what lies in the landing of a home."""
    settings = Settings(home=Path(sys.argv[1]))
    print("begun", flush=True)
    ingest(settings)
    print("done", flush=True)


if __name__ == "__main__":
    main()
