"""`python -m models.encode_child FOLDER`: encodes the texts of a folder, and knows nothing but that folder.

Reads `texts.parquet` (text_hash, text, encoder: the same name in every row). Writes `embeddings-00000.parquet`
(text_hash, encoder, embedding) and so on, each whole or not at all, and says a line for each: how many texts are done.
"""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from models.lifeline import end_with_parent
from models.text_encoder import TextEncoder, load_text_encoder

PART_SIZE = 2048


def encode_folder(folder: Path, part_size: int = PART_SIZE) -> None:
    """Encode all texts of the folder, part by part."""
    from pyarrow import parquet

    encoder: TextEncoder | None = None
    done = 0
    for number, part in enumerate(parquet.ParquetFile(folder / "texts.parquet").iter_batches(part_size)):
        encoder = encoder or load_text_encoder(part.column("encoder")[0].as_py())
        _write_part(folder / f"embeddings-{number:05}.parquet", part, encoder)
        done += len(part)
        print(f"{done} texts encoded", flush=True)  # noqa: T201 - the parent reads it


def _write_part(path: Path, part: Any, encoder: TextEncoder) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    vectors = encoder.encode(part.column("text").to_pylist())
    ends = np.arange(len(vectors) + 1, dtype=np.int32) * encoder.dimension
    embeddings = pa.ListArray.from_arrays(pa.array(ends), pa.array(vectors.ravel()))
    columns = {"text_hash": part.column("text_hash"), "encoder": part.column("encoder"), "embedding": embeddings}
    partial = path.with_suffix(".partial")
    parquet.write_table(pa.table(columns), partial)
    partial.rename(path)


if __name__ == "__main__":
    end_with_parent()
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # TensorFlow, if the encoder needs it, takes no more
    encode_folder(Path(sys.argv[1]))
