"""Files that grew: which known content a file begins with, and where what is new in it begins.

A log that is appended to is delivered again and again, each time longer. What was read of it before is told by the
digest of its first bytes, whatever it was called then; only what follows the last whole line is read.
"""

import gzip
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import zstandard

from flows.contracts import Kind
from flows.csv_reader import dialect_of
from flows.landing_file import CHUNK, UNREADABLE
from flows.manifest import Content

GROWING = ("json_lines", "csv")
"""Formats whose records follow each other, so that a longer file has the same ones in front."""


class Continuation(NamedTuple):
    """Where the new records of a grown file begin: bytes of its decompressed content, and records, before them."""

    complete_bytes: int
    complete_count: int


def digests(path: Path, sizes: Iterable[int]) -> tuple[str, dict[str, int]]:
    """The SHA-256 of a file's bytes; and those of its first bytes, for each of these sizes that it reaches."""
    whole = hashlib.sha256()
    beginnings = {}
    position = 0
    with path.open("rb") as file:
        for size in sorted(sizes):
            position += absorb(file, whole, size - position)
            if position < size:
                break
            beginnings[whole.hexdigest()] = size
        while absorb(file, whole, CHUNK):
            pass
    return whole.hexdigest(), beginnings


def absorb(file: BinaryIO, digest: "hashlib._Hash", count: int) -> int:
    """Add the next `count` bytes of a file to a digest; how many there were."""
    left = count
    while left and (chunk := file.read(min(left, CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    return count - left


class FirstBytes:
    """A file that seems to end after so many bytes."""

    def __init__(self, file: BinaryIO, count: int) -> None:
        self.file = file
        self.left = count

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        chunk = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(chunk)
        return chunk


def decompressed(file: BinaryIO, suffix: str, size: int) -> BinaryIO:
    """The content of a file's first `size` bytes."""
    first = cast("BinaryIO", FirstBytes(file, size))
    if suffix == ".gz":
        return cast("BinaryIO", gzip.GzipFile(fileobj=first, mode="rb"))
    if suffix == ".zst":
        return cast("BinaryIO", zstandard.ZstdDecompressor().stream_reader(first, read_across_frames=True))
    return first


def last_line(path: Path, size: int) -> tuple[int, bytes] | None:
    """Where the last line begins in the content of a file's first `size` bytes, and what stands there up to its end."""
    end, tail = 0, bytearray()
    try:
        with path.open("rb") as file:
            content = decompressed(file, path.suffix.lower(), size)
            while chunk := content.read(CHUNK):
                if (feed := chunk.rfind(b"\n")) >= 0:
                    end, tail = end + len(tail) + feed + 1, bytearray()
                    chunk = chunk[feed + 1 :]
                tail += chunk
    except UNREADABLE:
        return None
    return end, bytes(tail)


def continuation(path: Path, kind: Kind, base: Content) -> Continuation | None:
    """Where the records that `base` has not begin in a file that begins with it; null if that cannot be told.

    A last line that did not end may have been cut off, so it is read again. In CSV it may end a record that began in
    an earlier line.
    """
    found = last_line(path, base.size_bytes)
    if found is None:
        return None
    offset, tail = found
    text = tail.decode(errors="replace")
    if kind.format == "csv" and dialect_of(kind).may_be_open(text):
        return None
    is_record = bool((text if offset else text.removeprefix("\ufeff")).strip())
    return Continuation(offset, max(base.records_count - is_record, 0))
