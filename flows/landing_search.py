"""Finds the landing file that holds a content which was loaded before."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.contracts import PlatformContract
from flows.landing_file import LandingFile, content_hash, landing_file
from flows.manifest import Key, Manifest


@dataclass(frozen=True)
class Landing:
    """The landing folder, and the contracts of what lies there."""

    folder: Path
    contracts: tuple[PlatformContract, ...]

    def named(self, key: Key, name: str) -> LandingFile | None:
        """The file of this name, if it lies there and a contract knows its kind."""
        platform, kind_name = key
        path = self.folder / name
        for contract in self.contracts:
            for kind in contract.kinds:
                if (contract.platform, kind) == (platform, kind_name) and path.is_file():
                    return landing_file(self.folder, contract, kind, path)
        return None

    def holding(self, manifest: Manifest, key: Key, file_id: str) -> Iterator[LandingFile]:
        """The files whose bytes are this content now."""
        for name, held in sorted(manifest.held.get(key, {}).items()):
            file = self.named(key, name) if held == file_id else None
            if file is not None and content_hash(file.path) == file_id:
                yield file
