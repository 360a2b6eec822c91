"""Counts the lines and values of JSON lines while DuckDB reads them.

Outside of strings, a value is a colon that no `null` follows. A compressed file is decompressed once for both: DuckDB
reads from a pipe what a thread has counted.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from flows.landing_file import CHUNK, UNREADABLE, UnreadableFileError, escaped, not_whole, opened

COMPRESSED = (".gz", ".zst")

COLON_ESCAPED = b"\\u003"
"""How a colon begins that would come out of a string in which none stands."""


class Counts(NamedTuple):
    """What a file of JSON lines holds, or what came out of it; values may be null, if they cannot be told so."""

    lines: int
    values: int | None


def counted(path: Path, hand_on: Callable[[bytes], None]) -> Counts:
    """The lines of a file, and the colons in it that no `null` follows; each chunk is handed on.

    Raises:
        OSError, EOFError, zlib.error, zstandard.ZstdError: if it can't be read or decompressed to its end.
    """
    lines = values = 0
    tail, chunk, null, is_told = b"", b"\n", b"", True
    with opened(path) as content:
        while more := content.read(CHUNK):
            chunk = more
            null = null or (b": null" if b'": ' in chunk else b":null")
            lines += chunk.count(b"\n")
            values += chunk.count(b":") - (tail[1 - len(null) :] + chunk).count(null)
            joint = tail + chunk
            is_told = is_told and not (b"\\" in joint and COLON_ESCAPED in joint)
            tail = joint[-len(null) :]
            hand_on(chunk)
    return Counts(lines + (chunk[-1:] != b"\n"), values if is_told else None)


class Pipe:
    """What a compressed file contains: what DuckDB reads at one end, a thread writes at the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counts | None = None
        self.error: Exception | None = None
        self.end: int | None
        self.end, self.begin = os.pipe()
        self.thread = Thread(target=self._feed, daemon=True)
        self.thread.start()

    def _feed(self) -> None:
        try:
            self.counts = counted(self.path, self._write)
        except UNREADABLE as error:  # a pipe that nobody reads any more is one of them
            self.error = error
        finally:
            os.close(self.begin)

    def _write(self, chunk: bytes) -> None:
        left = memoryview(chunk)
        while left:
            left = left[os.write(self.begin, left) :]

    def told(self) -> Counts | None:
        """The counts, if all has been read."""
        self.close()
        if self.error and not isinstance(self.error, BrokenPipeError):
            raise UnreadableFileError(not_whole(self.path, self.error))
        return self.counts

    def close(self) -> None:
        """Wait for the thread, which ends when nobody reads any more."""
        if self.end is not None:
            os.close(self.end)
            self.end = None
        self.thread.join()


@contextmanager
def counting(path: Path) -> Iterator[tuple[str, Callable[[], Counts | None]]]:
    """The name under which DuckDB reads a file, and what tells its counts; null if it has not been read to its end.

    Before they are asked for, and before the end of the block, DuckDB has to have let go of the name. They raise
    UnreadableFileError if the file can't be decompressed to its end.
    """
    if path.suffix.lower() not in COMPRESSED:
        yield escaped(path), lambda: counted(path, lambda _chunk: None)
        return
    pipe = Pipe(path)
    try:
        yield f"/dev/fd/{pipe.end}", pipe.told
    finally:
        pipe.close()
