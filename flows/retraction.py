"""Takes records of `raw` back, whole contents or what follows a line of one, with all that was counted and built.

To be called inside a transaction. Interactions made from what goes are deleted from `marts`; if another record of the
same event has to take such a place, the table is dropped, and the next night builds it as a whole. The table of
firsts ends before the first day of what goes, and the next night makes it anew from there.
"""

from flows.manifest import Content, Key, Manifest
from flows.warehouse import Connection, Error, identifier, table_exists

WHOSE = "platform = ? and kind = ? and file_id = ?"
BUILT = "marts.fct_interactions"
FIRSTS = "intermediate.int_items_taken"

REPLACEMENTS = f"""
    select count(*)
    from intermediate.int_events_unioned as records
    inner join gone_events on records.event_id = gone_events.event_id
    where records.platform = ? and records.loaded_at <= (select max(loaded_at) from {BUILT})
"""
"""Records of events that are gone, but for those that the next night sees as new arrivals anyway."""


def retract(warehouse: Connection, key: Key, file_id: str) -> int:
    """Delete all that a content brought, its lines of the manifest too; how many records there were."""
    rows_count, _ = retract_after(warehouse, key, file_id, 0)
    warehouse.execute(f"delete from raw.files where {WHOSE} and outcome <> 'refused'", [*key, file_id])
    return rows_count


def retract_after(warehouse: Connection, key: Key, file_id: str, line: int) -> tuple[int, int]:
    """Delete the records of a content behind a line, accepted and rejected; how many there were of each."""
    platform, kind = key
    forget_interactions(warehouse, key, file_id, line)
    table = f"raw.{identifier(f'{platform}_{kind}')}"
    rows = warehouse.execute(f"delete from {table} where file_id = ? and line > ?", [file_id, line]).fetchone()
    rejects = warehouse.execute(f"delete from raw.rejects where {WHOSE} and line > ?", [*key, file_id, line]).fetchone()
    return (rows[0] if rows else 0), (rejects[0] if rejects else 0)


def cut_tail(warehouse: Connection, manifest: Manifest, key: Key, content: Content, place: tuple[int, int]) -> None:
    """Take back the last record of a content whose line had no end: the content that continues it begins with it.

    For the content it counts as skipped from now on.
    """
    rows_count, rejects_count = retract_after(warehouse, key, content.file_id, place[1])
    warehouse.execute(
        "update raw.files set rows_count = rows_count - ?, rejects_count = rejects_count - ?,"
        f" skipped_count = skipped_count + ? where {WHOSE} and outcome in ('loaded', 'grown', 'replaced')",
        [rows_count, rejects_count, rows_count + rejects_count, *key, content.file_id],
    )
    manifest.set_continued(key, content, place)


def forget_interactions(warehouse: Connection, key: Key, file_id: str, line: int) -> None:
    """Delete the interactions made from records of a content behind a line."""
    platform, kind = key
    if kind != "events" or not table_exists(warehouse, "marts", "fct_interactions"):
        return
    where = "platform = ? and file_id = ? and line > ?"
    warehouse.execute(
        f"create or replace temporary table gone_events as select event_id, event_date from {BUILT} where {where}",
        [platform, file_id, line],
    )
    if table_exists(warehouse, "intermediate", "int_items_taken"):
        warehouse.execute(f"delete from {FIRSTS} where first_at >= (select min(event_date) from gone_events)")
    gone = warehouse.execute(f"delete from {BUILT} where {where}", [platform, file_id, line]).fetchone()
    if gone and gone[0] and needs_others(warehouse, platform, file_id, line):
        warehouse.execute(f"drop table {BUILT}")
    warehouse.execute("drop table gone_events")


def needs_others(warehouse: Connection, platform: str, file_id: str, line: int) -> bool:
    """Whether another record may have to take the place of an interaction that is gone."""
    left = warehouse.execute(f"select count(*) from {BUILT}").fetchone()
    if not left or not left[0]:
        return True
    try:
        found = warehouse.execute(
            f"{REPLACEMENTS} and not (records.file_id = ? and records.line > ?)", [platform, file_id, line]
        ).fetchone()
    except Error:
        return True  # the views of the last night no longer fit the contracts: nobody can tell
    return bool(found and found[0])
