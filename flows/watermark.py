"""The watermark: what is known at a night's cut, told by a digest.

Two warehouses have the same watermark for a night if they accepted the same records known at its cut, however the
files were called and in whatever order they came. What becomes known later changes nothing. Seen as of a moment, the
watermark counts only what had been loaded before it.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flows.contract_words import TIME_MEANINGS
from flows.contracts import Kind, PlatformContract
from flows.warehouse import Connection, identifier, table_exists


def known_records(
    connection: Connection, table: str, kind_name: str, kind: Kind, cut: date, arrived_before: datetime | None
) -> tuple[int, int]:
    """How many records of a raw table are known at the cut, and the sum of their hashes; repeated ones count again.

    A record without a time, such as that of an item without a date, was always known.
    """
    columns = ", ".join(identifier(described.name) for described in kind.fields)
    time = kind.meaning(TIME_MEANINGS[kind_name])
    conditions: dict[str, date] = {}
    if time is not None:
        conditions[f"({identifier(time.name)} is null or {identifier(time.name)} < ?)"] = cut
    if arrived_before is not None:
        conditions["loaded_at < ?"] = arrived_before
    query = f"""
        select count(*), coalesce(sum(hash({columns})), 0) from raw.{identifier(table)}
        where {" and ".join(["true", *conditions])}
    """
    row = connection.execute(query, list(conditions.values())).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def kept_apart(connection: Connection, arrived_before: datetime | None) -> tuple[int, int]:
    """How many pairs of accounts people keep apart, and the sum of their hashes."""
    query = """
        select count(*), coalesce(sum(hash(account_key, other_key)), 0)
        from (
            select account_key, other_key, max_by(is_apart, loaded_at) as is_apart
            from raw.do_not_link
            where loaded_at < coalesce(?, loaded_at + interval '1' day)
            group by account_key, other_key
        )
        where is_apart
    """
    row = connection.execute(query, [arrived_before]).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def watermark(
    connection: Connection,
    contracts: Iterable[PlatformContract],
    logical_date: date,
    arrived_before: datetime | None = None,
) -> str:
    """A digest of all accepted records known at the end of `logical_date`, in UTC, and loaded before a moment.

    What people decided about accounts counts as known on every night, as a corrected record of an account does.
    """
    cut = logical_date + timedelta(days=1)
    known = {
        f"{contract.platform}_{kind_name}": known_records(
            connection, f"{contract.platform}_{kind_name}", kind_name, kind, cut, arrived_before
        )
        for contract in contracts
        for kind_name, kind in contract.kinds.items()
    }
    if table_exists(connection, "raw", "do_not_link"):
        pairs_count, pairs_sum = kept_apart(connection, arrived_before)
        known |= {"kept apart": (pairs_count, pairs_sum)} if pairs_count else {}
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
