"""Writes records of one content into `raw`: the accepted, the rejected, and the names of fields that are new."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow

from flows.landing_file import LandingFile
from flows.manifest import Key
from flows.warehouse import Connection, identifier

REJECT = {
    "line": pyarrow.int64(),
    "field": pyarrow.string(),
    "rule": pyarrow.string(),
    "text": pyarrow.string(),
    "records_count": pyarrow.int64(),
}
FEW = 1_000

MOST_FIELDS = 200
"""Fields noted of a platform and kind; one that writes other keys in each record has no more to say."""


class ExtraFields:
    """The fields of `extra` that were seen before, by platform and kind."""

    def __init__(self, warehouse: Connection) -> None:
        self.warehouse = warehouse
        self.known: dict[Key, set[str]] = {}
        for platform, kind, field in warehouse.execute("select platform, kind, field from raw.extra_fields").fetchall():
            self.known.setdefault((platform, kind), set()).add(field)

    def new_in(self, key: Key, found: Iterable[str]) -> list[str]:
        """Those of these fields that no record had before, as many as are still noted."""
        known = self.known.get(key, set())
        return sorted(set(found) - known)[: max(MOST_FIELDS - len(known), 0)]

    def remember(self, key: Key, fields: Iterable[str]) -> None:
        """Know fields that have been noted for good."""
        self.known.setdefault(key, set()).update(fields)


@dataclass
class RawWriter:
    """Writes what was read of `file` as records of the content `file_id`."""

    warehouse: Connection
    fields: ExtraFields
    file: LandingFile
    file_id: str
    loaded_at: datetime

    def __post_init__(self) -> None:
        self.new_fields: list[str] = []
        self.returned_count = 0

    def records(self, records: pyarrow.Table) -> None:
        """Add accepted records to their raw table, with what may pass of the fields that nobody described."""
        self._note_fields(records["extra"])
        records = records.set_column(records.column_names.index("extra"), "extra", self._allowed(records["extra"]))
        names = ", ".join(identifier(described.name) for described in self.file.kind.fields)
        values = ", ".join(f"value_{position}" for position in range(len(self.file.kind.fields)))
        self._run(
            f"insert into raw.{identifier(self.file.table)} ({names}, extra, file_id, line, loaded_at)"
            f" select {values}, extra, ?, line, ? from incoming",
            records,
            [self.file_id, self.loaded_at],
        )

    def _allowed(self, extra: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray | pyarrow.Array:
        """The fields that the contract does not name, as far as it lets them pass."""
        kind = self.file.kind
        if kind.extra == "keep" or extra.null_count == len(extra):
            return extra
        if kind.extra == "drop":
            return pyarrow.nulls(len(extra), pyarrow.string())
        texts = []
        for text in extra.to_pylist():
            left = {name: value for name, value in json.loads(text or "{}").items() if kind.allows(name)}
            texts.append(json.dumps(left, ensure_ascii=False) if left else None)
        return pyarrow.array(texts, pyarrow.string())

    def rejects(self, rejects: list[dict[str, Any]]) -> None:
        """Put bad records into quarantine."""
        self._run(
            "insert into raw.rejects (platform, kind, file_id, path, line, field, rule, text, records_count, loaded_at)"
            " select ?, ?, ?, ?, line, field, rule, text, records_count, ? from incoming",
            pyarrow.Table.from_pylist(rejects, pyarrow.schema(REJECT)),
            [self.file.platform, self.file.kind_name, self.file_id, self.file.name, self.loaded_at],
        )

    def returned(self, generations: dict[str, int]) -> None:
        """Note erased accounts that act again: what they were before is not who they are now."""
        for account_id, generation in generations.items():
            row = [self.file.platform, account_id, generation]
            count = self.warehouse.execute(
                "insert into raw.returned_accounts"
                " select * from (select ? as platform, ? as account_id, ? as generation) as incoming"
                " anti join raw.returned_accounts as known using (platform, account_id)",
                row,
            ).fetchone()
            self.returned_count += count[0] if count else 0

    def forget_rejects(self, records: pyarrow.Table) -> None:
        """Take records of this content out of quarantine."""
        self._run(
            "delete from raw.rejects where platform = ? and kind = ? and file_id = ?"
            " and line in (select line from incoming)",
            records.select(["line"]),
            [self.file.platform, self.file.kind_name, self.file_id],
        )

    def _note_fields(self, extra: pyarrow.ChunkedArray) -> None:
        """Note the fields of `extra` that no record of this platform and kind had before."""
        if extra.null_count == len(extra):
            return
        key = (self.file.platform, self.file.kind_name)
        for field in self.fields.new_in(key, self._fields_of(extra) - set(self.new_fields)):
            self.new_fields.append(field)
            self.warehouse.execute(
                "insert into raw.extra_fields (platform, kind, field, file_id, loaded_at) values (?, ?, ?, ?, ?)",
                [*key, field, self.file_id, self.loaded_at],
            )

    def _fields_of(self, extra: pyarrow.ChunkedArray) -> set[str]:
        """The fields of `extra`; of a few records Python tells them before DuckDB has planned how to."""
        if len(extra) <= FEW:
            return {field for text in extra.drop_null().to_pylist() for field in json.loads(text)}
        query = (
            "select distinct unnest(fields) from (select distinct json_keys(extra) as fields from incoming) as records"
        )
        return {field for (field,) in self._run(query, pyarrow.table({"extra": extra}), [])}

    def _run(self, statement: str, incoming: pyarrow.Table, parameters: list[Any]) -> list[Any]:
        """The rows of a statement that reads the table `incoming`, which lies in memory."""
        self.warehouse.register("incoming", incoming)
        try:
            return self.warehouse.execute(statement, parameters).fetchall()
        finally:
            self.warehouse.unregister("incoming")


def in_words(field: str) -> str:
    """A field's name as it can stand in a log."""
    return json.dumps(field, ensure_ascii=True)[1:-1][:80]
