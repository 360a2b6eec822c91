"""A text file for DuckDB's readers, with its lines counted: they end quietly where a compressed file is cut off."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from flows.landing_file import CHUNK, UNREADABLE, UnreadableFileError, count_lines, escaped, opened

COMPRESSED = (".gz", ".zst")


class Pipe:
    """What a compressed file contains, decompressed once: DuckDB reads at one end what a thread writes at the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        self.error: BaseException | None = None
        self.end, self.begin = os.pipe()
        self.is_open = True
        self.thread = Thread(target=self._feed, daemon=True)
        self.thread.start()

    def _feed(self) -> None:
        last = b"\n"
        try:
            with opened(self.path) as content:
                while chunk := content.read(CHUNK):
                    self.lines += chunk.count(b"\n")
                    last = chunk[-1:]
                    left = memoryview(chunk)
                    while left:
                        left = left[os.write(self.begin, left) :]
            self.lines += last != b"\n"
        except UNREADABLE as error:  # a pipe that nobody reads any more is an OSError too
            self.error = error
        finally:
            os.close(self.begin)

    def close(self) -> None:
        """Wait until the thread has ended, which it does when nobody reads any more."""
        if self.is_open:
            self.is_open = False
            os.close(self.end)
            self.thread.join()

    def count(self) -> int:
        """The lines of the file, once it has been read to its end.

        Raises:
            UnreadableFileError: if it can't be decompressed to its end, or has not been read to it.
        """
        self.close()
        if self.error is not None:
            raise UnreadableFileError(f"a file {self.path.suffix} can be decompressed to its end")
        return self.lines


@contextmanager
def counted_text(path: Path) -> Iterator[tuple[str, Callable[[], int]]]:
    """What DuckDB is told to read, and what tells the number of lines after it has been read."""
    if path.suffix.lower() not in COMPRESSED:
        yield escaped(path), lambda: count_lines(path)
        return
    pipe = Pipe(path)
    try:
        yield f"/dev/fd/{pipe.end}", pipe.count
    finally:
        pipe.close()
