"""Takes back what no name holds any more, once a name has got another content or is withdrawn.

To be called inside a transaction, when the manifest says already what the names have now.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from flows.landing_reader import by_records
from flows.line_reader import Start
from flows.manifest import Content, Key, Manifest
from flows.raw_writing import RawWriter
from flows.retraction import retract

if TYPE_CHECKING:
    from flows.file_loading import FileLoader

LOG = logging.getLogger("crossrec")


def settle(loader: "FileLoader", key: Key, contents: Iterable[Content], loaded_at: datetime) -> int:
    """Retract those of these contents that no name has any more; how many records went."""
    manifest = loader.manifest
    manifest.read()
    contents = list(contents)
    live = manifest.live(key)
    gone = [content.file_id for content in contents if content.file_id not in live]
    rows_count = sum(retract(loader.warehouse, key, file_id) for file_id in gone)
    for content in uncontinued(manifest, key, contents, live):
        restore_tail(loader, key, content, loaded_at)
    return rows_count


def uncontinued(manifest: Manifest, key: Key, contents: Iterable[Content], live: set[str]) -> list[Content]:
    """Those of these contents that stay although what continued them is gone."""
    known = manifest.contents_of(key)
    continued = {known[file_id].continues_file_id for file_id in live}
    return [
        known[content.file_id]
        for content in contents
        if content.file_id in live and content.complete_count is not None and content.file_id not in continued
    ]


def restore_tail(loader: "FileLoader", key: Key, content: Content, loaded_at: datetime) -> None:
    """Read the last record of a content again, which was taken back in favour of the one that continued it."""
    assert content.complete_bytes is not None and content.complete_count is not None
    file = next(loader.landing.holding(loader.manifest, key, content.file_id), None)
    if file is None:
        LOG.warning("a file of %s %s is gone from the landing; its last line had no end and is not kept", *key)
        return
    writer = RawWriter(loader.warehouse, loader.fields, file, content.file_id, loaded_at)
    start = Start(content.complete_bytes, content.complete_count + 1)
    rows_count, rejects_count, _ = loader.write(by_records, writer, start)
    loader.warehouse.execute(
        "update raw.files set rows_count = rows_count + ?, rejects_count = rejects_count + ?,"
        " skipped_count = skipped_count - ? where platform = ? and kind = ? and file_id = ?"
        " and outcome in ('loaded', 'grown', 'replaced')",
        [rows_count, rejects_count, rows_count + rejects_count, *key, content.file_id],
    )
    loader.manifest.set_continued(key, content, None)
