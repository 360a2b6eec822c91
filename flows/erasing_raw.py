"""Deletes a person from `raw`: the records of the person's accounts, and the names of those in all other records."""

import json
import re
from collections import Counter

from flows.contracts import Kind, PlatformContract
from flows.erased_records import ERASED, OWNERS
from flows.erasure_subject import Subject, pattern
from flows.warehouse import Connection, count_of, identifier, table_exists

SKIPPED = """
    update raw.files set rows_count = rows_count - ?, skipped_count = skipped_count + ?
    where platform = ? and kind = ? and file_id = ? and outcome in ('loaded', 'grown', 'replaced')
"""


def erase_raw(connection: Connection, contracts: tuple[PlatformContract, ...], subject: Subject) -> Counter[str]:
    """Delete the person's records and names; rows by table.

    The manifest counts the records as skipped from now on, as the next ingest of the same files would.
    """
    rows: Counter[str] = Counter()
    for contract in contracts:
        for kind_name, kind in contract.kinds.items():
            table = f"{contract.platform}_{kind_name}"
            if not table_exists(connection, "raw", table):
                continue
            rows[f"raw.{table}"] += erase_records(connection, contract.platform, kind_name, kind, subject)
            rows[f"raw.{table} (names)"] += erase_fields(connection, contract.platform, table, kind, subject)
    rows["raw.rejects (texts)"] += erase_rejects(connection, subject)
    is_named = " or ".join(f"{column} in (select unnest($keys))" for column in ("account_key", "other_key"))
    statement = f"delete from raw.do_not_link where {is_named}"
    rows["raw.do_not_link"] += count_of(connection, statement, {"keys": list(subject.keys)})
    for platform in sorted({platform for platform, _ in subject.accounts}):
        words = pattern(subject.words(platform))
        statement = "delete from raw.extra_fields where platform = ? and regexp_matches(field, ?)"
        rows["raw.extra_fields"] += count_of(connection, statement, [platform, words])
        statement = "delete from raw.returned_accounts where platform = ? and account_id in (select unnest(?))"
        rows["raw.returned_accounts"] += count_of(connection, statement, [platform, list(subject.ids(platform))])
    return rows


def erase_records(connection: Connection, platform: str, kind_name: str, kind: Kind, subject: Subject) -> int:
    """Delete all records of one kind that belong to an account of the person; how many."""
    ids, table = list(subject.ids(platform)), f"raw.{identifier(f'{platform}_{kind_name}')}"
    owners = [identifier(described.name) for described in kind.fields if described.means in OWNERS]
    if not ids or not owners:
        return 0
    where = " or ".join(f"coalesce(cast({owner} as varchar) in (select unnest($ids)), false)" for owner in owners)
    counted = connection.execute(
        f"select file_id, count(*) from {table} where {where} group by file_id", {"ids": ids}
    ).fetchall()
    connection.execute(f"delete from {table} where {where}", {"ids": ids})
    for file_id, count in counted:
        connection.execute(SKIPPED, [count, count, platform, kind_name, file_id])
    return sum(count for _, count in counted)


def erase_fields(connection: Connection, platform: str, table: str, kind: Kind, subject: Subject) -> int:
    """Take the person's names out of fields without a meaning of ours, and out of `extra`; rows that had one."""
    words, relation = pattern(subject.words(platform)), f"raw.{identifier(table)}"
    count = 0
    for described in kind.fields:
        if described.type == "text" and described.means not in OWNERS:
            column = identifier(described.name)
            # a field with a meaning, such as an item's id, is compared with what can only be a person
            name = pattern(subject.names) if described.means else words
            statement = f"update {relation} set {column} = ? where regexp_matches({column}, ?)"
            count += count_of(connection, statement, [None if described.token_column else ERASED, name])
    found = connection.execute(
        f"select distinct cast(extra as varchar) from {relation} where regexp_matches(cast(extra as varchar), ?)",
        [words],
    ).fetchall()
    for (extra,) in found:
        statement = f"update {relation} set extra = ? where cast(extra as varchar) = ?"
        count += count_of(connection, statement, [without(extra, words), extra])
    return count


def without(extra: str, words: str) -> str | None:
    """The fields of `extra` that have none of these words in them; null if none is left."""
    fields = json.loads(extra).items()
    left = {key: value for key, value in fields if not re.search(words, json.dumps({key: value}, ensure_ascii=False))}
    return json.dumps(left, ensure_ascii=False) if left else None


def erase_rejects(connection: Connection, subject: Subject) -> int:
    """Empty the rejected records that name the person; that they were rejected, and why, stays."""
    return sum(
        count_of(
            connection,
            "update raw.rejects set text = ? where platform = ? and regexp_matches(text, ?)",
            [ERASED, platform, pattern(subject.words(platform))],
        )
        for (platform,) in connection.execute("select distinct platform from raw.rejects").fetchall()
        if subject.words(platform)
    )
