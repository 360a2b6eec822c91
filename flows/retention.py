"""Drops single events that are older than they may be kept; what was counted of them stays.

The sums are those by account and day and by item and day, and the first time that an account took an item. dbt never
makes anything anew of days before `first_kept_date`. Landing files are the platforms' own; what comes of an old one is
dropped by the ingest that loads it.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from flows import ledger
from flows.contracts import PlatformContract
from flows.settings import Settings
from flows.warehouse import Connection, count_of, identifier, table_exists, transaction

EXPIRED = "[expired]"
BUILT = "marts.fct_interactions"

SKIPPED = """
    update raw.files set rows_count = rows_count - gone.gone_count, skipped_count = skipped_count + gone.gone_count
    from gone
    where
        files.platform = ? and files.kind = 'events' and files.file_id = gone.file_id
        and files.outcome in ('loaded', 'grown', 'replaced')
"""


def first_kept_date(settings: Settings) -> date | None:
    """The first day, in UTC, whose events are kept now; null if all are."""
    if settings.retention_days is None:
        return None
    return datetime.now(UTC).date() - timedelta(days=settings.retention_days)


def drop_old_events(warehouse: Connection, settings: Settings, contracts: tuple[PlatformContract, ...]) -> Counter[str]:
    """Drop events of days that are no longer kept, and texts of records that were rejected before; rows by table."""
    first = first_kept_date(settings)
    rows: Counter[str] = Counter()
    if first is None:
        return rows
    ledger.create_tables(warehouse)
    with transaction(warehouse):
        for contract in contracts:
            if "events" in contract.kinds:
                rows[f"raw.{contract.platform}_events"] += drop_records(warehouse, contract, first)
        rows["raw.rejects (texts)"] += count_of(
            warehouse, "update raw.rejects set text = ? where text <> ? and loaded_at < ?", [EXPIRED, EXPIRED, first]
        )
        if table_exists(warehouse, "marts", "fct_interactions"):
            rows[BUILT] += count_of(warehouse, f"delete from {BUILT} where event_at < ?", [first])
        rows = Counter({place: count for place, count in rows.items() if count})
        moment = ledger.now()
        ledger.insert(
            warehouse,
            "retentions",
            [
                {"first_kept_date": first, "dropped_at": moment, "place": place, "rows_count": count}
                for place, count in rows.items()
            ],
        )
    return rows


def drop_records(warehouse: Connection, contract: PlatformContract, first: date) -> int:
    """Drop a platform's old events; the manifest counts them as skipped from now on."""
    kind = contract.kinds["events"]
    table = f"raw.{identifier(f'{contract.platform}_events')}"
    event_at = identifier(next(field.name for field in kind.fields if field.means == "event_at"))
    warehouse.execute(
        "create or replace temporary table gone as"
        f" select file_id, count(*) as gone_count from {table} where {event_at} < ? group by file_id",
        [first],
    )
    count = count_of(warehouse, f"delete from {table} where {event_at} < ?", [first])
    if count:
        warehouse.execute(SKIPPED, [contract.platform])
    warehouse.execute("drop table gone")
    return count


def dropped_before(warehouse: Connection) -> date | None:
    """The day before which events may have been dropped, by any retention that this home ever had."""
    ledger.create_tables(warehouse)
    row = warehouse.execute("select max(first_kept_date) from ops.retentions").fetchone()
    return row[0] if row else None
