"""`python -m tests.benchmarks.encoding_child FOLDER WEIGHTS`: ours encodes, see `tests.benchmarks.encoding`."""

import json
import sys
from pathlib import Path

import numpy as np

from models.minilm_encoder import MiniLmEncoder
from tests.benchmarks.learning import answer
from tests.benchmarks.measured import processor_seconds_of


def main() -> None:
    """Encode all texts for each line that comes, and leave the vectors in the folder."""
    folder, encoder = Path(sys.argv[1]), MiniLmEncoder()
    texts = json.loads((folder / "texts.json").read_text())
    answer(lambda: processor_seconds_of(lambda: np.save(folder / "encoding_child.npy", encoder.encode(texts))))


if __name__ == "__main__":
    main()
