"""Listings as they are compared: their records in normal form, and the blocks that they lie in."""

from typing import Any

import pyarrow

from flows.matching.blocks import creator_blocks, title_blocks
from flows.matching.external_ids import NORMALISERS, external_ids
from flows.matching.titles import category_words, normal_name, normal_title, normal_year

LISTING_COLUMNS = {
    "item_key": "varchar",
    "platform": "varchar",
    "item_id": "varchar",
    "record_hash": "varchar",
    "title_text": "varchar",
    "title_core": "varchar",
    "title_numbers": "varchar[]",
    "creator": "varchar",
    "released_year": "integer",
    "category_words": "varchar[]",
    "id_kinds": "varchar[]",
    "external_ids": "varchar[]",
    "text_hash": "varchar",
    "blocks": "varchar[]",
}
"""The columns of `links.items`; `blocks` lie in a table of their own."""

TEXTS = pyarrow.list_(pyarrow.string())
ARROW = {"varchar": pyarrow.string(), "varchar[]": TEXTS, "integer": pyarrow.int32()}
SCHEMA = pyarrow.schema([(name, ARROW[sql_type]) for name, sql_type in LISTING_COLUMNS.items()])


def listings(records: pyarrow.Table) -> pyarrow.Table:
    """The records in normal form.

    Args:
        records: item_key, platform, item_id, record_hash, title, creator, category, released_year, a column for each
            kind of external id, and text_hash.
    """
    return pyarrow.Table.from_pylist([listing(record) for record in records.to_pylist()], SCHEMA)


def listing(record: dict[str, Any]) -> dict[str, Any]:
    """One record in normal form; one without a title lies in no block."""
    title = normal_title(record["title"] or "")
    creator, year = normal_name(record["creator"] or "") or None, normal_year(record["released_year"])
    ids = external_ids({kind: record[kind] for kind in NORMALISERS})
    return {
        **{name: record[name] for name in ("item_key", "platform", "item_id", "record_hash", "text_hash")},
        "title_text": title.text,
        "title_core": title.core or None,
        "title_numbers": list(title.numbers),
        "creator": creator,
        "released_year": year,
        "category_words": category_words(record["category"] or ""),
        "id_kinds": sorted({kind for kind, _ in ids}),
        "external_ids": [f"{kind} {value}" for kind, value in ids],
        "blocks": title_blocks(title) + creator_blocks(creator, year) if title.words else [],
    }
