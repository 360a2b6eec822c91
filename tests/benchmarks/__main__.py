"""`python -m tests.benchmarks [NAME …] [--scale SHARE] [--folder FOLDER]`: what things cost, as ratios within one run.

Ends with 1, and says which, if a bar is missed.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from tests.benchmarks.measured import Measured

Benchmark = Callable[[Path, float], Iterator[Measured]]

BENCHMARKS = {
    "top-k": "recommending.bench_top_k",
    "softmax": "recommending.bench_sampled_softmax",
    "encoder": "recommending.bench_encoder",
    "again": "ingest_again.bench_ingest_again",
    "ingest": "ingest_rate.bench_ingest_rate",
    "killed": "ingest_killed.bench_killed_ingest",
    "day": "one_more_day.bench_one_more_day",
    "persons": "persons.bench_persons",
    "lists": "lists.bench_lists",
    "growth": "growth.bench_training_growth",
    "rate": "training_rate.bench_training_rate",
    "encoding": "encoding.bench_encoding",
}


def benchmark(name: str) -> Benchmark:
    """The benchmark of this name; what it needs is imported now, for TensorFlow takes seconds and memory."""
    module, function = BENCHMARKS[name].split(".")
    found: Benchmark = getattr(import_module(f"tests.benchmarks.{module}"), function)
    return found


def main() -> None:
    """Print every number as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all if none is named")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the events; the bars hold for 1")
    parser.add_argument("--folder", type=Path, help="where there is room for 20 GB; the system's, if none is named")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHMARKS):
        parser.error(f"a benchmark is one of {', '.join(BENCHMARKS)}; found {', '.join(sorted(unknown))}")
    missed = []
    for name in chosen.names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="crossrec-", dir=chosen.folder) as folder:
            for measured in benchmark(name)(Path(folder), chosen.scale):
                print(measured, flush=True)
                missed += [measured] if measured.is_missed else []
    if missed:
        sys.exit("\n".join(["", "Bars that are missed:", *map(str, missed)]))


if __name__ == "__main__":
    main()
