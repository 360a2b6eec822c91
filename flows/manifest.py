"""The manifest `raw.files`: a line for each load of a landing file, and what its lines say of names and contents.

A content that was loaded has one line that counts its records. Further lines of the same content, under whatever
name, count them as skipped. A line that refuses a file stands for its newest delivery until another one is taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flows.landing_file import LandingFile
from flows.warehouse import Connection

LOADING = ("loaded", "grown", "replaced")
"""Outcomes of a line that brought the records of its content."""

LINES = """
    select
        platform, kind, path, size_bytes, modified_at, file_id, records_count, outcome, continues_file_id,
        complete_bytes, complete_count
    from raw.files
    order by loaded_at
"""

NOTE = """
    insert into raw.files (
        file_id, platform, kind, path, size_bytes, modified_at, rows_count, rejects_count, skipped_count, records_count,
        outcome, continues_file_id, complete_bytes, complete_count, loaded_at
    )
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

Key = tuple[str, str]
"""A platform and a kind."""


@dataclass(frozen=True)
class Loaded:
    """What became of a file's records, and how many others it retracted.

    `new_fields` are those that no contract names and no record had before.
    """

    rows_count: int = 0
    rejects_count: int = 0
    skipped_count: int = 0
    outcome: str = "loaded"
    new_fields: tuple[str, ...] = ()
    retracted_count: int = 0


@dataclass(frozen=True)
class Content:
    """A content that was loaded; where the one that continues it begins, once there is one."""

    file_id: str
    size_bytes: int
    records_count: int
    continues_file_id: str | None = None
    complete_bytes: int | None = None
    complete_count: int | None = None


class Manifest:
    """What was delivered before: names with size and time, and contents."""

    def __init__(self, warehouse: Connection) -> None:
        self.warehouse = warehouse
        self.expected: dict[Key, dict[str, Content]] = {}
        self.read()

    def read(self) -> None:
        """Know what the table says now."""
        self.names: set[tuple[str, int, datetime]] = set()
        self.contents: dict[Key, dict[str, Content]] = {}
        self.held: dict[Key, dict[str, str]] = {}
        self.refused: dict[Key, dict[str, str]] = {}
        for platform, kind, name, size, modified_at, file_id, count, outcome, *place in self.warehouse.execute(
            LINES
        ).fetchall():
            self.names.add((name, size, modified_at))
            content = Content(file_id, size, count, *place)
            self._learn((platform, kind), name, content, outcome)

    def moments(self) -> Iterator[datetime]:
        """Times of loading, each later than all before: the newest delivery is told by them."""
        row = self.warehouse.execute("select max(loaded_at) from raw.files").fetchone()
        last = row[0] if row and row[0] else datetime.min
        while True:
            last = max(datetime.now(UTC).replace(tzinfo=None), last + timedelta(microseconds=1))
            yield last

    def _learn(self, key: Key, name: str, content: Content, outcome: str) -> None:
        if outcome == "refused":
            self.refused.setdefault(key, {})[name] = content.file_id
            return
        self.refused.get(key, {}).pop(name, None)
        self.held.setdefault(key, {})[name] = content.file_id
        known = self.contents.setdefault(key, {})
        if outcome in LOADING or content.file_id not in known:
            known[content.file_id] = content

    def knows_name(self, file: LandingFile) -> bool:
        """Whether this name had this size and time before: then nobody reads the file again."""
        return (file.name, file.size_bytes, file.modified_at) in self.names

    def contents_of(self, key: Key) -> dict[str, Content]:
        """The contents that were loaded for a platform and kind, by their id."""
        return self.contents.get(key, {})

    def expect(self, file: LandingFile, file_id: str) -> None:
        """Know that a content is being loaded, so that what depends on it waits."""
        expected = self.expected.setdefault((file.platform, file.kind_name), {})
        expected[file_id] = Content(file_id, file.size_bytes, records_count=1)

    def expect_no_more(self, file: LandingFile, file_id: str) -> None:
        """Know that a content is not being loaded any more, whatever came of it."""
        del self.expected[(file.platform, file.kind_name)][file_id]

    def was_refused(self, file: LandingFile) -> bool:
        """Whether this name was refused when it was last delivered."""
        return file.name in self.refused.get((file.platform, file.kind_name), {})

    def held_by(self, file: LandingFile) -> str | None:
        """The content that this name had when it was last taken."""
        return self.held.get((file.platform, file.kind_name), {}).get(file.name)

    def is_refused(self, file: LandingFile, file_id: str) -> bool:
        """Whether this content was refused when this name was last delivered."""
        return self.refused.get((file.platform, file.kind_name), {}).get(file.name) == file_id

    def chain(self, key: Key, file_id: str | None) -> Iterator[Content]:
        """A content, the one that it continues, and so on to the first."""
        known = self.contents_of(key)
        while file_id in known:
            yield known[file_id]
            file_id = known[file_id].continues_file_id

    def live(self, key: Key) -> set[str]:
        """The contents that some name has now, or had when it was last delivered."""
        newest = set(self.held.get(key, {}).values())
        return {content.file_id for file_id in newest for content in self.chain(key, file_id)}

    def note(
        self,
        file: LandingFile,
        file_id: str,
        loaded_at: datetime,
        loaded: Loaded,
        continues_file_id: str | None = None,
        warehouse: Connection | None = None,
    ) -> None:
        """Write the line of a load. What is known stays as it is, for the transaction may fail: see `remember`."""
        known = self.contents_of((file.platform, file.kind_name)).get(file_id)
        continues = known.continues_file_id if known else continues_file_id
        place = (known.complete_bytes, known.complete_count) if known else (None, None)
        counts = [loaded.rows_count, loaded.rejects_count, loaded.skipped_count]
        name = [file_id, file.platform, file.kind_name, file.name, file.size_bytes, file.modified_at]
        row = [*name, *counts, sum(counts), loaded.outcome, continues, *place, loaded_at]
        (warehouse or self.warehouse).execute(NOTE, row)

    def remember(self, file: LandingFile, file_id: str, loaded: Loaded, continues_file_id: str | None = None) -> None:
        """Know a line that has been written for good."""
        count = loaded.rows_count + loaded.rejects_count + loaded.skipped_count
        content = Content(file_id, file.size_bytes, count, continues_file_id)
        self.names.add((file.name, file.size_bytes, file.modified_at))
        self._learn((file.platform, file.kind_name), file.name, content, loaded.outcome)

    def forget_refusals(self, file: LandingFile) -> None:
        """Delete the lines that refused earlier deliveries of this name, and the rejects that stood for them."""
        if file.name not in self.refused.get((file.platform, file.kind_name), {}):
            return
        whose = "platform = ? and kind = ? and path = ?"
        key = [file.platform, file.kind_name, file.name]
        refused = f"select file_id from raw.files where {whose} and outcome = 'refused'"
        self.warehouse.execute(
            f"delete from raw.rejects where {whose} and line is null and file_id in ({refused})", key + key
        )
        self.warehouse.execute(f"delete from raw.files where {whose} and outcome = 'refused'", key)

    def set_continued(self, key: Key, content: Content, place: tuple[int, int] | None) -> None:
        """Write where the content that continues this one begins; no place: nothing continues it any more."""
        offset, count = place or (None, None)
        self.warehouse.execute(
            "update raw.files set complete_bytes = ?, complete_count = ?"
            " where platform = ? and kind = ? and file_id = ? and outcome <> 'refused'",
            [offset, count, *key, content.file_id],
        )

    def remember_continued(self, key: Key, content: Content, place: tuple[int, int]) -> None:
        """Know where the continuation of a content begins, now that this is written for good."""
        self.contents[key][content.file_id] = replace(content, complete_bytes=place[0], complete_count=place[1])
