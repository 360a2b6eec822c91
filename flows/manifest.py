"""The manifest `raw.files`: a line for each landing file by name and content, and what became of its records."""

from dataclasses import dataclass
from datetime import datetime

from flows.landing_file import LandingFile
from flows.warehouse import Connection


@dataclass(frozen=True)
class Loaded:
    """What became of a file's records."""

    rows_count: int = 0
    rejects_count: int = 0


class Manifest:
    """What was loaded before: names with size and time, and contents."""

    def __init__(self, warehouse: Connection) -> None:
        self.warehouse = warehouse
        self.names: set[tuple[str, int, datetime]] = set()
        self.contents: set[tuple[str, str, str]] = set()
        rows = warehouse.execute("select platform, kind, path, size_bytes, modified_at, file_id from raw.files")
        for platform, kind, name, size_bytes, modified_at, file_id in rows.fetchall():
            self.names.add((name, size_bytes, modified_at))
            self.contents.add((platform, kind, file_id))

    def knows_name(self, file: LandingFile) -> bool:
        """Whether this name had this size and time before: then nobody reads the file again."""
        return (file.name, file.size_bytes, file.modified_at) in self.names

    def knows_content(self, file: LandingFile, file_id: str) -> bool:
        """Whether the same bytes were loaded for this platform and kind, by whatever name."""
        return (file.platform, file.kind_name, file_id) in self.contents

    def note(self, file: LandingFile, file_id: str, loaded_at: datetime, loaded: Loaded) -> None:
        """Write the line of a file; one whose content was known before brings no records.

        What this object knows stays as it is, for the transaction around may fail: tell it by `remember`.
        """
        counts = [loaded.rows_count, loaded.rejects_count, loaded.rows_count + loaded.rejects_count]
        row = [file_id, file.platform, file.kind_name, file.name, file.size_bytes, file.modified_at, *counts, loaded_at]
        self.warehouse.execute("insert into raw.files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def remember(self, file: LandingFile, file_id: str) -> None:
        """Know the content of a file that has been loaded."""
        self.contents.add((file.platform, file.kind_name, file_id))
