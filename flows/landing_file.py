"""Landing files: which there are, what each contains (known by its hash), and whether it is whole."""

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from flows.contract_words import KindName
from flows.contracts import Kind, PlatformContract
from flows.zstd_file import check_whole

CHUNK = 1 << 20
UNREADABLE = (OSError, EOFError, zlib.error, zstandard.ZstdError)


class UnreadableFileError(Exception):
    """A file as a whole is not what its contract says; the message is the rule it breaks and quotes nothing of it.

    `records_count` records are refused with it; a file of which nobody can tell counts as one.
    """

    def __init__(self, rule: str, records_count: int = 1) -> None:
        super().__init__(rule)
        self.records_count = records_count


@dataclass(frozen=True)
class LandingFile:
    """A file of the landing with what its folder and the file system tell; `name` is its path inside the landing."""

    contract: PlatformContract
    kind_name: KindName
    path: Path
    name: str
    size_bytes: int
    modified_at: datetime

    @property
    def platform(self) -> str:
        """The platform's name."""
        return self.contract.platform

    @property
    def kind(self) -> Kind:
        """What the contract says of files like this."""
        return self.contract.kinds[self.kind_name]

    @property
    def table(self) -> str:
        """The raw table of its records."""
        return f"{self.platform}_{self.kind_name}"


def deliveries(landing: Path, platform: str, kind_name: str) -> list[Path]:
    """The files of a platform and kind in the order of their names, so that a later delivery comes later.

    What starts with a dot is not a delivery: tools write under such a name until a file is whole.
    """
    paths = sorted((landing / platform / kind_name).rglob("*"))
    return [
        path
        for path in paths
        if path.is_file() and not any(step.startswith(".") for step in path.relative_to(landing).parts)
    ]


def landing_file(landing: Path, contract: PlatformContract, kind_name: KindName, path: Path) -> LandingFile:
    """This file of the landing; one that lies elsewhere keeps its whole path as its name."""
    state = path.stat()
    modified_at = datetime.fromtimestamp(state.st_mtime_ns // 1000 / 1e6, UTC).replace(tzinfo=None)
    name = path.relative_to(landing) if path.is_relative_to(landing) else path
    return LandingFile(contract, kind_name, path, str(name), state.st_size, modified_at)


def landing_files(landing: Path, contracts: tuple[PlatformContract, ...]) -> list[LandingFile]:
    """The files of all declared kinds, by platform, kind and name."""
    return [
        landing_file(landing, contract, kind_name, path)
        for contract in contracts
        for kind_name in contract.kinds
        for path in deliveries(landing, contract.platform, kind_name)
    ]


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file's content, decompressed as its suffix says."""
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        if suffix == ".gz":
            with gzip.open(file) as content:
                yield cast("BinaryIO", content)
        elif suffix == ".zst":
            check_whole(path)
            with zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as content:
                yield io.BufferedReader(content, CHUNK)
        else:
            yield file


def content_hash(path: Path) -> str:
    """The SHA-256 of the file's bytes as they lie there."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_encoding(path: Path) -> None:
    """Raise UnreadableFileError if a text file begins as one in UTF-16 or UTF-32 does: each line would be garbage."""
    try:
        with opened(path) as content:
            first = content.read(4)
    except UNREADABLE:
        return
    if first[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(first) == 4 and first.count(0) in (2, 3)):
        raise UnreadableFileError("a text file is in UTF-8; this one begins as one in UTF-16 or UTF-32 does")


def not_whole(path: Path, error: Exception) -> str:
    """The rule that a file breaks which cannot be read to its end."""
    return f"a file {path.suffix} can be decompressed to its end ({type(error).__name__})"


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
        raise UnreadableFileError(not_whole(path, error)) from error
    return lines + (last != b"\n")


def escaped(path: Path) -> str:
    """The path for DuckDB's readers, which take *, ? and [ for patterns."""
    return escaped_text(str(path))


def escaped_text(address: str) -> str:
    """The address of a file for DuckDB's readers, in the same way."""
    return re.sub(r"([*?\[])", r"[\1]", address)
