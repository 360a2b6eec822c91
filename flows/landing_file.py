"""A landing file as bytes: what it contains is known by its hash, and whether it is whole by reading it to its end."""

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

CHUNK = 1 << 20
UNREADABLE = (OSError, EOFError, zlib.error, zstandard.ZstdError)


class UnreadableFileError(Exception):
    """A file as a whole is not what its contract says; the message is the rule it breaks and quotes nothing of it."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file's content, decompressed as its suffix says."""
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        if suffix == ".gz":
            with gzip.open(file) as content:
                yield cast("BinaryIO", content)
        elif suffix == ".zst":
            with zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as content:
                yield io.BufferedReader(content, CHUNK)
        else:
            yield file


def content_hash(path: Path) -> str:
    """The SHA-256 of the file's bytes as they lie there."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def count_lines(path: Path) -> int:
    """Lines of a text file, the last of which needs no end.

    Raises:
        UnreadableFileError: if it can't be decompressed to its end.
    """
    lines, last = 0, b"\n"
    try:
        with opened(path) as content:
            while chunk := content.read(CHUNK):
                lines += chunk.count(b"\n")
                last = chunk[-1:]
    except UNREADABLE as error:
        raise UnreadableFileError(f"a file {path.suffix} can be decompressed to its end ({type(error).__name__})") from error
    return lines + (last != b"\n")


def escaped(path: Path) -> str:
    """The path for DuckDB's readers, which take *, ? and [ for patterns."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


