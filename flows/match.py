"""Compares items across platforms, and accounts if that is asked for: scored pairs, for SQL to decide about.

What a pair of items scores depends on its two records alone, and which pairs are compared on the items known by the
night alone, so it does not matter which nights were run before. A night compares what is new or has changed, and what
lies in a block with it. Accounts are compared all together each night, for how much an agreement says is learned from
all of them.
"""

from collections.abc import Iterator

import pyarrow

from flows.matching.evidence import FLOOR, SCORED, WEIGHTS
from flows.matching.likeness import ACCOUNTS, COLUMNS, probable_pairs
from flows.matching.listings import LISTING_COLUMNS, listings
from flows.receipts import Receipt
from flows.settings import Settings
from flows.warehouse import Connection, connect, transaction

RULES = "1"
"""To be changed with the normal form of listings or with the weights: all items are then compared anew."""

LARGEST_BLOCK = 50
"""A block of more items says too little to compare them all; it bounds what an item can cost."""

BATCH = 20_000

CREATE = f"""
    create schema if not exists links;
    create table if not exists links.items (
        {", ".join(f"{name} {sql_type}" for name, sql_type in LISTING_COLUMNS.items() if name != "blocks")}
    );
    create table if not exists links.item_blocks (item_key varchar, platform varchar, block varchar);
    create table if not exists links.item_candidates (
        first_key varchar, second_key varchar, {", ".join(f"{name}_weight double" for name in WEIGHTS)},
        weight double, confidence double
    );
    create table if not exists links.account_candidates (
        {", ".join(f"{name} {sql_type}" for name, sql_type in COLUMNS.items())}
    );
"""

RECORDS = """
    select
        items.platform || ':' || items.item_id as item_key,
        items.platform,
        items.item_id,
        md5(concat_ws('|', $rules, $encoder, embeddings.text_hash, cast(row(
            items.title, items.creator, items.category, items.released_year,
            items.gtin, items.isbn, items.imdb, items.isrc
        ) as varchar))) as record_hash,
        items.title,
        items.creator,
        items.category,
        items.released_year,
        items.gtin,
        items.isbn,
        items.imdb,
        items.isrc,
        embeddings.text_hash
    from intermediate.int_items_deduplicated as items
    inner join intermediate.int_item_texts as texts
        on items.platform = texts.platform and items.item_id = texts.item_id
    left join features.text_embeddings as embeddings
        on texts.text_hash = embeddings.text_hash and embeddings.encoder = $encoder
"""

NEW = f"""
    select records.* from ({RECORDS}) as records
    anti join links.items as known on records.item_key = known.item_key and records.record_hash = known.record_hash
    order by records.item_key
"""

STALE = f"""
    create or replace temp table stale as
    select known.item_key from links.items as known
    anti join ({RECORDS}) as records on known.item_key = records.item_key and known.record_hash = records.record_hash
"""

TOUCHED = """
    create or replace temp table touched as
    select distinct block from (
        select block from links.item_blocks semi join stale using (item_key)
        union all
        select unnest(blocks) as block from fresh
    )
"""

AFFECTED = f"""
    insert into affected
    select unnest(list(item_key)) as item_key from links.item_blocks semi join touched using (block)
    group by block having count(*) <= {LARGEST_BLOCK}
"""

REPLACE = (
    "delete from links.items where item_key in (select item_key from stale)",
    "delete from links.item_blocks where item_key in (select item_key from stale)",
    "delete from links.item_candidates where first_key in (select item_key from stale)",
    "delete from links.item_candidates where second_key in (select item_key from stale)",
    "insert into links.items by name select * exclude (blocks) from fresh",
    "insert into links.item_blocks select item_key, platform, unnest(blocks) from fresh",
)

PAIRS = f"""
    create or replace temp table pairs as
    with small as (
        select block from links.item_blocks semi join (
            select distinct block from links.item_blocks semi join affected using (item_key)
        ) using (block)
        group by block having count(*) between 2 and {LARGEST_BLOCK}
    ),
    members as (select * from links.item_blocks semi join small using (block))
    select distinct one.item_key as first_key, other.item_key as second_key
    from members as one
    inner join members as other on one.block = other.block and one.platform < other.platform
    where one.item_key in (select item_key from affected) or other.item_key in (select item_key from affected)
"""

FORGET = """
    delete from links.item_candidates as candidates
    where (first_key in (select item_key from affected) or second_key in (select item_key from affected))
    and not exists (
        select 1 from pairs
        where pairs.first_key = candidates.first_key and pairs.second_key = candidates.second_key
    )
"""

SCORE = f"""
    insert into links.item_candidates by name
    with pairs as (select * from pairs anti join links.item_candidates using (first_key, second_key))
    select * from ({SCORED}) where weight >= {FLOOR}
"""


def create_tables(connection: Connection) -> None:
    """The tables of `links`, empty where there are none."""
    connection.execute(CREATE)


def match(settings: Settings) -> Receipt:
    """Bring `links` to hold every pair of items of two platforms that may be one thing, as of the night in staging.

    With `probable_persons` every pair of accounts of two platforms that are probably one person too, else none.

    Raises:
        MissingExtraError: if they are asked for and Splink is not installed.
    """
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        create_tables(connection)
        values = {"rules": RULES, "encoder": settings.encoder}
        connection.execute(STALE, values)
        fresh = write_fresh(connection, values)
        with transaction(connection):
            scored = replace(connection, settings.encoder)
    rows = {"links.items": fresh, "links.item_candidates": scored}
    pairs = match_accounts(settings)
    return Receipt("match", rows | ({"links.account_candidates": pairs} if settings.probable_persons else {}))


def match_accounts(settings: Settings) -> int:
    """Compare all accounts anew, or leave no pair of them; how many pairs there are."""
    pairs = None
    if settings.probable_persons:
        with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
            accounts = connection.execute(ACCOUNTS).to_arrow_table()
        pairs = probable_pairs(accounts, settings.memory_limit, settings.threads)
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection, transaction(connection):
        connection.execute("delete from links.account_candidates")
        if pairs is not None:
            connection.register("pairs", pairs)
            connection.execute("insert into links.account_candidates by name select * from pairs")
            connection.unregister("pairs")
    return len(pairs) if pairs is not None else 0


def write_fresh(connection: Connection, values: dict[str, str]) -> int:
    """Put the listings that are new or have changed into the temporary table `fresh`; how many there are."""
    columns = ", ".join(f"{name} {sql_type}" for name, sql_type in LISTING_COLUMNS.items())
    connection.execute(f"create or replace temp table fresh ({columns})")
    connection.execute(f"create or replace temp table new_records as {NEW}", values)
    count = 0
    for batch in batches(connection):
        connection.register("batch", batch)
        connection.execute("insert into fresh by name select * from batch")
        connection.unregister("batch")
        count += len(batch)
    connection.execute("drop table new_records")
    return count


def batches(connection: Connection) -> Iterator[pyarrow.Table]:
    """The new records as listings, a bounded number at a time."""
    counted = connection.execute("select count(*) from new_records").fetchone()
    for start in range(0, counted[0] if counted else 0, BATCH):
        query = "select * from new_records where rowid >= ? and rowid < ?"
        yield listings(connection.execute(query, [start, start + BATCH]).to_arrow_table())


def replace(connection: Connection, encoder: str) -> int:
    """Let the fresh listings take the place of the stale ones, and compare what they touch; how many pairs are new.

    Items in a block that was small before, or is now, are affected: the block may begin or cease to make pairs.
    """
    connection.execute(TOUCHED)
    connection.execute("create or replace temp table affected (item_key varchar)")
    connection.execute(AFFECTED)
    for statement in REPLACE:
        connection.execute(statement)
    connection.execute(AFFECTED)
    connection.execute(PAIRS)
    connection.execute(FORGET)
    row = connection.execute(SCORE, {"encoder": encoder}).fetchone()
    return int(row[0]) if row else 0
