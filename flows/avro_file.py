"""Avro files: how many records the blocks of one say they hold, if it is whole.

DuckDB's reader ends quietly at some cuts and reads on behind the end of others, so it is checked against this.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from flows.landing_file import CHUNK, UnreadableFileError

NO_AVRO = "a file is Avro from its first byte to its last"
MAGIC = b"Obj\x01"
SYNC_BYTES = 16
LONGEST_HEADER = 1 << 24


def exactly(file: BinaryIO, count: int) -> bytes:
    """The next `count` bytes.

    Raises:
        UnreadableFileError: if there are not so many.
    """
    found = file.read(count) if 0 <= count <= LONGEST_HEADER else b""
    if len(found) != count:
        raise UnreadableFileError(NO_AVRO)
    return found


def number(file: BinaryIO) -> int:
    """The next number: seven bits a byte, the lowest first, the sign in the lowest bit."""
    value = 0
    for shift in range(0, 70, 7):
        byte = exactly(file, 1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1)
    raise UnreadableFileError(NO_AVRO)


def skip_header(file: BinaryIO) -> bytes:
    """Read up to the first block; the mark that ends each block."""
    if exactly(file, len(MAGIC)) != MAGIC:
        raise UnreadableFileError(NO_AVRO)
    while count := number(file):
        if count < 0:
            number(file)
        for _ in range(2 * abs(count)):
            exactly(file, number(file))
    return exactly(file, SYNC_BYTES)


def blocks(file: BinaryIO, size: int) -> Iterator[int]:
    """The number of records of each block, up to the end of the file."""
    mark = skip_header(file)
    while file.tell() < size:
        count, length = number(file), number(file)
        if count < 0 or not 0 <= length <= size - file.tell():
            raise UnreadableFileError(NO_AVRO)
        file.seek(length, 1)
        if exactly(file, SYNC_BYTES) != mark:
            raise UnreadableFileError(NO_AVRO)
        yield count


def count_records(path: Path) -> int:
    """How many records a file holds.

    Raises:
        UnreadableFileError: if it is no whole Avro file.
    """
    with path.open("rb", CHUNK) as file:
        return sum(blocks(file, path.stat().st_size))
