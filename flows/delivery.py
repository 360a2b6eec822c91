"""What a landing file is to the manifest: known, grown, new, or other content under a name that was loaded before."""

from collections import ChainMap
from dataclasses import dataclass

from flows.growth import GROWING, digests
from flows.landing_file import LandingFile
from flows.manifest import Content, Manifest

KEPT = "a name that was delivered keeps its content or grows (when_replaced: refuse); this file has other content"


@dataclass(frozen=True)
class Delivery:
    """A landing file and its content, `file_id`, as the manifest knows it.

    `base` is the longest known content that the file begins with. `left` is what the name had before and is not part
    of this content. It `is_replaced` if the file does not even begin with that.
    """

    file: LandingFile
    file_id: str
    state: tuple[int, int]
    known: Content | None = None
    base: Content | None = None
    left: str | None = None
    is_replaced: bool = False

    @property
    def is_to_be_refused(self) -> bool:
        """Whether the contract wants the old records kept rather than replaced."""
        return self.is_replaced and getattr(self.file.contract, "when_replaced", "retract") == "refuse"

    @property
    def has_changed(self) -> bool:
        """Whether somebody has written to the file since its content was looked at."""
        return self.state[0] != self.file.size_bytes or state_of(self.file) != self.state


def state_of(file: LandingFile) -> tuple[int, int]:
    """Size and time of the file as it now lies there; -1 if it is gone."""
    try:
        state = file.path.stat()
    except FileNotFoundError:
        return -1, -1
    return state.st_size, state.st_mtime_ns


def look(file: LandingFile, manifest: Manifest) -> Delivery:
    """Read a file's bytes once, and tell what it is."""
    key = (file.platform, file.kind_name)
    known = ChainMap(manifest.contents_of(key), manifest.expected.get(key, {}))
    held, state = manifest.held_by(file), state_of(file)
    grows = file.kind.format in GROWING
    sizes = {content.size_bytes for content in known.values() if content.size_bytes and grows}
    file_id, found = digests(file.path, sizes)
    beginnings = sorted(
        (known[beginning] for beginning in found if beginning in known and beginning != file_id),
        key=lambda content: content.size_bytes,
    )
    useful = [content for content in beginnings if content.records_count or content.file_id == held]
    base = useful[-1] if useful and file_id not in known else None
    chain = {file_id, *(content.file_id for content in manifest.chain(key, base.file_id if base else file_id))}
    left = held if held is not None and held not in chain else None
    # whatever it holds, a file begins with an empty one
    is_other = left is not None and known[left].size_bytes > 0
    is_replaced = is_other and left not in {content.file_id for content in beginnings}
    return Delivery(file, file_id, state, known.get(file_id), base, left, is_replaced)
