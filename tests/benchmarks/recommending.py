"""What the recommender and the text encoder save, each against the plain way."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from models.loss import sampled_softmax
from models.minilm_encoder import MiniLmEncoder
from models.pooled_encoder import pad
from models.top_k import top_k
from tests.benchmarks.measured import Measured, best_of_three


def bench_top_k(_folder: Path, _scale: float) -> Iterator[Measured]:
    """The exact best 100 of 20,000 items in blocks, against sorting every row whole."""
    chance = np.random.default_rng(0)
    queries, vectors = chance.normal(size=(500, 64)).astype(np.float32), chance.normal(size=(64, 20_000))
    vectors = vectors.astype(np.float32)
    nothing = np.array([], int), np.array([], int)
    ours = best_of_three(lambda: top_k(lambda rows: queries[rows] @ vectors, 500, 20_000, nothing, 100))
    whole = best_of_three(lambda: np.argsort(-(queries @ vectors), axis=1, kind="stable")[:, :100])
    yield Measured("top 100 of 20,000 in blocks takes {} of the time of a stable sort of every row", ours / whole)


def bench_sampled_softmax(_folder: Path, _scale: float) -> Iterator[Measured]:
    """The loss of 1,000 positions with 256 sampled items, against all 20,000."""
    chance = np.random.default_rng(0)
    queries, vectors = chance.normal(size=(1000, 64)).astype(np.float32), chance.normal(size=(20_000, 64))
    vectors = vectors.astype(np.float32)
    targets = np.arange(1000)

    def loss(negatives: np.ndarray) -> object:
        own, places = (
            (queries * vectors[targets]).sum(axis=1),
            np.where(targets < len(negatives), targets, -1).astype("i4"),
        )
        offsets, rows = np.zeros((1, len(negatives)), "f4"), np.zeros(len(targets), int)
        return sampled_softmax(own, places, queries, vectors[negatives], offsets, rows)

    sampled = best_of_three(lambda: loss(np.arange(256)))
    ratio = sampled / best_of_three(lambda: loss(np.arange(20_000)))
    yield Measured("softmax over 256 sampled items takes {} of the time of all 20,000", ratio)


def bench_encoder(_folder: Path, _scale: float) -> Iterator[Measured]:
    """Encoding 192 texts, a few of them long, in batches of like length, against batches of 32 as they come."""
    encoder = MiniLmEncoder()
    words = ["slow", "coffee", "of", "a", "small", "roaster", "with", "cocoa"]
    lengths = np.random.default_rng(0).geometric(0.06, size=192)
    texts = [" ".join(words[place % len(words)] for place in range(length)) for length in lengths]

    def as_they_come() -> None:
        tokens = encoder.tokens(texts)
        for begin in range(0, len(tokens), 32):
            encoder.compiled(*pad(tokens[begin : begin + 32]))

    encoder.encode(texts)  # the network is compiled before anything is timed
    ratio = best_of_three(lambda: encoder.encode(texts)) / best_of_three(as_they_come)
    yield Measured("encoding texts of like length takes {} of the time of encoding them as they come", ratio)
