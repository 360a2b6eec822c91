"""`python -m tests.benchmarks.peers.sentence_transformers_child FOLDER WEIGHTS`: the peer of `encoding_child`.

Sentence-transformers as it comes: batches of 32, the longest texts first.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from tests.benchmarks.learning import answer
from tests.benchmarks.measured import processor_seconds_of


def main() -> None:
    """Encode all texts for each line that comes, and leave the vectors in the folder."""
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    folder = Path(sys.argv[1])
    encoder = SentenceTransformer(sys.argv[2], device="cpu", local_files_only=True)
    texts = json.loads((folder / "texts.json").read_text())
    place = folder / "peers.sentence_transformers_child.npy"
    answer(lambda: processor_seconds_of(lambda: np.save(place, encoder.encode(texts, show_progress_bar=False))))


if __name__ == "__main__":
    main()
