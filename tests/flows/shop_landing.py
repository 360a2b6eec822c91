"""A home with one shop, and what its platform would deliver: what the tests of ingest begin with."""

import json
from pathlib import Path
from typing import Any

from flows.settings import Settings, read_settings
from flows.warehouse import connect

KEY = "the key of these tests"
SHOP = """
platform: shop
title: Shop
time_zone: Europe/Berlin
phone_region: DE
event_words: {buy: purchase}
kinds:
  events:
    format: json_lines
    extra: keep
    fields:
      - {name: id, type: text, means: event_id}
      - {name: customer, path: actor.id, type: text, means: account_id}
      - {name: sku, type: text, means: item_id}
      - {name: verb, type: text, means: event_type}
      - {name: at, type: timestamp, means: event_at, unit: "%d.%m.%Y %H:%M:%S"}
      - {name: price, type: number, means: value}
  items:
    format: parquet
    extra: keep
    fields:
      - {name: sku, path: thing.sku, type: text, means: item_id}
      - {name: tags, type: text, means: category}
      - {name: since, type: timestamp, means: available_from}
  accounts:
    format: csv
    extra: keep
    delimiter: ";"
    fields:
      - {name: customer, type: text, means: account_id}
      - {name: mail, type: text, identifier: email}
      - {name: phone, type: text, identifier: phone}
      - {name: since, type: timestamp, means: created_at, unit: ms}
  links:
    format: json_lines
    extra: keep
    fields:
      - {name: one, type: text, means: account_id}
      - {name: other, type: text, means: linked_account_id}
"""


def shop_settings(folder: Path) -> Settings:
    """An empty home with the contract of one shop."""
    (folder / "contracts" / "platforms").mkdir(parents=True)
    (folder / "contracts" / "platforms" / "shop.yml").write_text(SHOP, encoding="utf-8")
    return read_settings(home=folder / "home", contracts=folder / "contracts")


def event(name: str, at: str = "01.03.2026 12:00:00", **others: Any) -> str:
    """A line of the shop's event log."""
    record = {"id": name, "actor": {"id": "anna"}, "sku": "kettle", "verb": "buy", "at": at, **others}
    return json.dumps({key: value for key, value in record.items() if value is not None}) + "\n"


def land(settings: Settings, name: str, content: str | bytes) -> Path:
    """Write a landing file of the shop."""
    path = settings.landing / "shop" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def query(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the warehouse."""
    with connect(settings.warehouse) as connection:
        return connection.execute(statement).fetchall()


def counts(settings: Settings) -> list[tuple[int, int, int]]:
    """Accepted, rejected and all records of each file, by name."""
    return query(settings, "select rows_count, rejects_count, records_count from raw.files order by path, loaded_at")


def check_accounts(settings: Settings) -> None:
    """Every record of every file was accepted, rejected or skipped, and what the manifest counts is there."""
    kinds = ("events", "items", "accounts", "links")
    raw = " union all ".join(f"select file_id, '{kind}' as kind from raw.shop_{kind}" for kind in kinds)
    assert not query(
        settings,
        f"""
        with
        lines as (
            select file_id, kind, sum(rows_count) as rows_count, sum(rejects_count) as rejects_count
            from raw.files group by all
        ),
        records as (select file_id, kind, count(*) as rows_count from ({raw}) group by all),
        rejects as (select file_id, kind, sum(records_count) as rejects_count from raw.rejects group by all)
        select file_id from raw.files where records_count <> rows_count + rejects_count + skipped_count
        union all
        select lines.file_id
        from lines
        full join records using (file_id, kind)
        full join rejects using (file_id, kind)
        where
            lines.rows_count is distinct from coalesce(records.rows_count, 0)
            or lines.rejects_count is distinct from coalesce(rejects.rejects_count, 0)
        """,
    )


def accounts(rows: list[str]) -> str:
    """A delivery of the shop's accounts."""
    return "\n".join(["customer;mail;phone;since;note", *rows, ""])
