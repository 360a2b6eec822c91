"""What things cost, as ratios within one run: `make bench`. Machines are shared and noisy, so no time is asserted.

Each line names a piece of work, what it is compared with, and how many times as long it took (the best of three each).
"""

import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from flows.ingest import ingest
from flows.settings import Settings
from flows.simulate import simulate
from models.minilm_encoder import MiniLmEncoder, _pad
from models.sampled_softmax import sampled_softmax
from models.top_k import top_k


def best_of_three(work: Callable[[], object]) -> float:
    """The least seconds that a piece of work took."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def bench_top_k() -> tuple[str, str, float]:
    """The exact best 100 of 20,000 items in blocks, against sorting every row whole."""
    chance = np.random.default_rng(0)
    queries, vectors = chance.normal(size=(500, 64)).astype(np.float32), chance.normal(size=(64, 20_000))
    vectors = vectors.astype(np.float32)
    nothing = np.array([], int), np.array([], int)
    ours = best_of_three(lambda: top_k(lambda rows: queries[rows] @ vectors, 500, 20_000, nothing, 100))
    whole = best_of_three(lambda: np.argsort(-(queries @ vectors), axis=1, kind="stable")[:, :100])
    return "top 100 of 20,000 in blocks", "a stable sort of every row", ours / whole


def bench_sampled_softmax() -> tuple[str, str, float]:
    """The loss of 1,000 positions with 256 sampled items, against all 20,000."""
    chance = np.random.default_rng(0)
    queries, vectors = chance.normal(size=(1000, 64)).astype(np.float32), chance.normal(size=(20_000, 64))
    vectors = vectors.astype(np.float32)
    targets = np.arange(1000)

    def loss(negatives: np.ndarray) -> object:
        own = (queries * vectors[targets]).sum(axis=1)
        return sampled_softmax(own, targets, queries @ vectors[negatives].T, negatives, np.zeros(len(negatives), "f4"))

    sampled = best_of_three(lambda: loss(np.arange(256)))
    return "softmax over 256 sampled items", "over all 20,000", sampled / best_of_three(lambda: loss(np.arange(20_000)))


def bench_encoder() -> tuple[str, str, float]:
    """Encoding 192 texts, a few of them long, in batches of like length, against batches of 32 as they come."""
    encoder = MiniLmEncoder()
    words = ["slow", "coffee", "of", "a", "small", "roaster", "with", "cocoa"]
    lengths = np.random.default_rng(0).geometric(0.06, size=192)
    texts = [" ".join(words[place % len(words)] for place in range(length)) for length in lengths]

    def as_they_come() -> None:
        tokens = [encoding.ids for encoding in encoder._tokenizer.encode_batch(texts)]
        for begin in range(0, len(tokens), 32):
            encoder._mean_of_tokens(*_pad(tokens[begin : begin + 32]))

    encoder.encode(texts)  # the network is compiled before anything is timed
    ours = best_of_three(lambda: encoder.encode(texts))
    return "encoding texts of like length", "encoding them as they come", ours / best_of_three(as_they_come)


def bench_ingest() -> tuple[str, str, float]:
    """Ingesting ten days of a thousand people, against DuckDB only counting the records of the text files."""
    with tempfile.TemporaryDirectory() as folder:
        landing = Settings(home=Path(folder) / "source")
        simulate(landing, people=1000, days=10, until=date(2026, 3, 1))
        seconds = []
        for number in range(3):
            home = Path(folder) / str(number)
            home.mkdir()
            (home / "landing").symlink_to(landing.landing)
            started = time.perf_counter()
            ingest(Settings(home=home))
            seconds.append(time.perf_counter() - started)

        def count() -> None:
            with duckdb.connect() as connection:
                for pattern in ("shop/*/*.jsonl", "music/*/*.jsonl.gz", "news/*/*.csv", "games/*/*.csv"):
                    query = (
                        "select count(*) from read_csv(?, delim = chr(0), columns = {'line': 'varchar'}, quote = '')"
                    )
                    connection.execute(query, [str(landing.landing / pattern)]).fetchall()
                connection.execute(
                    "select count(*) from read_parquet(?, union_by_name = true)",
                    [str(landing.landing / "video/events/*.parquet")],
                ).fetchall()

        return "ingesting 10 days", "DuckDB counting the lines", min(seconds) / best_of_three(count)


def bench_incremental_ingest() -> tuple[str, str, float]:
    """Ingesting a folder again in which nothing is new, against the first time."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        simulate(settings, people=500, days=10, until=date(2026, 3, 1))
        started = time.perf_counter()
        ingest(settings)
        first = time.perf_counter() - started
        return "ingesting nothing new", "the first time", best_of_three(lambda: ingest(settings)) / first


def main() -> None:
    """Print every ratio."""
    for bench in (bench_top_k, bench_sampled_softmax, bench_encoder, bench_ingest, bench_incremental_ingest):
        what, against, ratio = bench()
        print(f"{what:32s} takes {ratio:7.3f} times as long as {against}", flush=True)


if __name__ == "__main__":
    main()
