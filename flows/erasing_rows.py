"""Deletes a person from the warehouse, and counts by table what went.

Raw records go by the contracts' fields. What was built from them goes by value: whichever row names the person, in
whatever table and column, so that a table that is thought of tomorrow is erased from as well.
"""

from collections import Counter
from datetime import date, timedelta

from flows.contracts import PlatformContract
from flows.erased_records import ERASED
from flows.erasing_raw import erase_raw
from flows.erasure_subject import Subject, pattern
from flows.retention import dropped_before
from flows.text_columns import Table, names_person, quoted, tables_of
from flows.warehouse import Connection, Error, count_of, table_exists

RETRAIN_WITHIN = timedelta(days=30)
"""Time to learn anew without a person what was learned from them; a nightly home does it the next night."""

KEPT_SCHEMAS = ("raw", "ops")
"""Here no row goes for naming somebody in a text: the name is taken out of it."""

BUILT = "marts.fct_interactions"


def erase_rows(connection: Connection, contracts: tuple[PlatformContract, ...], subject: Subject) -> Counter[str]:
    """Delete the person from every table; rows by table. To be called inside a transaction."""
    rows = erase_raw(connection, contracts, subject)
    rows[BUILT] += erase_interactions(connection, subject)
    rows["training (by number)"] += erase_numbers(connection, subject)
    for table in tables_of(connection, "warehouse"):
        if table.schema not in KEPT_SCHEMAS:
            where, parameters = names_person(table, subject)
            rows[table.place] += count_of(connection, f"delete from {table.relation} where {where}", parameters)
        elif table.schema == "ops":
            rows[table.place] += erase_ledger(connection, table, subject)
    mark_recommenders(connection, subject)
    return Counter({place: count for place, count in rows.items() if count})


def erase_interactions(connection: Connection, subject: Subject) -> int:
    """Delete the person's interactions; the table as a whole where another record must take the place of one."""
    if not table_exists(connection, "marts", "fct_interactions"):
        return 0
    where = "platform || ':' || account_id in (select unnest(?))"
    keys = [list(subject.keys)]
    connection.execute(
        f"create or replace temporary table gone_events as select platform, event_id from {BUILT} where {where}", keys
    )
    count = count_of(connection, f"delete from {BUILT} where {where}", list(keys))
    if count and has_heirs(connection):
        connection.execute(f"drop table {BUILT}")
        if table_exists(connection, "intermediate", "int_items_taken"):
            # of days whose events are no longer kept nothing can be made anew
            first = dropped_before(connection) or date.min
            connection.execute("delete from intermediate.int_items_taken where first_at >= ?", [first])
    connection.execute("drop table gone_events")
    return count


def has_heirs(connection: Connection) -> bool:
    """Whether a record of another account bears the id of an event that is gone."""
    try:
        query = """
            select count(*) from intermediate.int_events_unioned as records
            inner join gone_events using (platform, event_id)
        """
        row = connection.execute(query).fetchone()
    except Error:
        return True  # the views of the last night no longer fit the contracts: nobody can tell
    return bool(row and row[0])


def erase_numbers(connection: Connection, subject: Subject) -> int:
    """Delete rows that know the person by a number alone, and close the gap: numbers are places in arrays."""
    if not table_exists(connection, "training", "users"):
        return 0
    connection.execute(
        "create or replace temporary table gone_users as"
        " select user_index from training.users where user_id in (select unnest(?))",
        [list(subject.user_ids)],
    )
    count = 0
    for table in tables_of(connection, "warehouse"):
        if "user_index" in table.columns:
            count += count_of(connection, f"delete from {table.relation} where user_index in (from gone_users)", [])
            connection.execute(
                f"update {table.relation} set user_index = user_index - gaps.gaps_count from ("
                "  select numbers.user_index as number, count(*) as gaps_count"
                f"  from (select distinct user_index from {table.relation}) as numbers"
                "  inner join gone_users on gone_users.user_index < numbers.user_index group by numbers.user_index"
                ") as gaps where user_index = gaps.number"
            )
    connection.execute("drop table gone_users")
    return count


def erase_ledger(connection: Connection, table: Table, subject: Subject) -> int:
    """Take the person's names out of a table of `ops`; a row whose whole value is one of them goes."""
    words = tuple(word for word in subject.words() if not word.isdigit())
    count = 0
    for column in table.texts:
        value = f"cast({quoted(column)} as varchar)"
        statement = f"delete from {table.relation} where {value} in (select unnest(?))"
        count += count_of(connection, statement, [list(subject.names)])
        replaced = value
        for _ in range(2):  # two names side by side share what stands between them
            replaced = f"regexp_replace({replaced}, $words, '\\1{ERASED}\\3', 'g')"
        statement = (
            f"update {table.relation} set {quoted(column)} = cast({replaced} as {table.columns[column]})"
            f" where regexp_matches({value}, $words)"
        )
        row = connection.execute(statement, {"words": pattern(words)}).fetchone()
        count += int(row[0]) if row else 0
    return count


def mark_recommenders(connection: Connection, subject: Subject) -> None:
    """Note by when recommenders that may have learned from the person have to be replaced by others."""
    connection.execute(
        "update ops.recommender_versions set must_retrain_by = ? where must_retrain_by is null and trained_at <= ?"
        " and (cast(? as timestamp) is null or logical_date >= cast(cast(? as timestamp) as date))",
        [subject.erased_at + RETRAIN_WITHIN, subject.erased_at, subject.first_seen_at, subject.first_seen_at],
    )
