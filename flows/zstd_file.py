"""Zstandard files: whether one is whole. What decompresses them ends quietly where a file is cut off."""

from pathlib import Path
from typing import BinaryIO

MAGIC = b"\x28\xb5\x2f\xfd"
SKIPPABLE = b"\x2a\x4d\x18"
"""The last three bytes of the mark of a frame that holds no content."""

RUN = 1
"""The type of a block that says how often its one byte is repeated."""


def exactly(file: BinaryIO, count: int) -> bytes:
    """The next `count` bytes.

    Raises:
        EOFError: if there are not so many.
    """
    found = file.read(count)
    if len(found) != count:
        raise EOFError("a file of Zstandard ends inside of a frame")
    return found


def skip(file: BinaryIO, count: int, size: int) -> None:
    """Leave out so many bytes of a file of this size.

    Raises:
        EOFError: if there are not so many.
    """
    if file.seek(count, 1) > size:
        raise EOFError("a file of Zstandard ends inside of a frame")


def skip_frame(file: BinaryIO, size: int) -> None:
    """Pass the rest of a frame of which the mark was read: its header, its blocks and its checksum."""
    described = exactly(file, 1)[0]
    is_single, has_checksum = described >> 5 & 1, described >> 2 & 1
    content_size = (is_single, 2, 4, 8)[described >> 6]
    skip(file, (1 - is_single) + (0, 1, 2, 4)[described & 3] + content_size, size)
    is_last = False
    while not is_last:
        block = int.from_bytes(exactly(file, 3), "little")
        is_last = bool(block & 1)
        skip(file, 1 if block >> 1 & 3 == RUN else block >> 3, size)
    skip(file, 4 * has_checksum, size)


def check_whole(path: Path) -> None:
    """Raise EOFError unless a file consists of whole frames."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while file.tell() < size:
            mark = exactly(file, 4)
            if mark[1:] == SKIPPABLE and mark[0] >> 4 == 5:
                skip(file, int.from_bytes(exactly(file, 4), "little"), size)
            elif mark == MAGIC:
                skip_frame(file, size)
            else:
                raise EOFError("a file of Zstandard consists of frames")
