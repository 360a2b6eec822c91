"""One ingest in a process of its own, which tells when it begins, for a killer."""

import logging
import multiprocessing
import os
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import RLock

from tqdm import tqdm

from flows.ingest import ingest
from flows.settings import Settings

KEY = {"CROSSREC_KEY": "a key for benchmarks"}

PROCESSES = multiprocessing.get_context("forkserver")
# every process is a fork of one that has imported what takes long: pandas is what DuckDB imports when it first reads
PROCESSES.set_forkserver_preload(["flows.ingest", "pandas"])


def ingest_once(home: Path, begun: Connection) -> None:
    """Ingest what lies in the landing of a home."""
    os.environ.update(KEY)
    logging.disable()
    tqdm.set_lock(RLock())  # the usual one is shared by processes, and would be left behind
    begun.send("begun")
    ingest(Settings(home=home))


def begun_ingest(home: Path, landing: Path) -> ForkServerProcess:
    """A process that has just begun to ingest a landing into a home."""
    home.mkdir(exist_ok=True)
    if not (home / "landing").exists():
        (home / "landing").symlink_to(landing)
    here, there = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=ingest_once, args=(home, there))
    process.start()
    here.recv()
    return process
