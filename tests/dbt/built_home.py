"""A home with raw tables that a test fills by hand, and what dbt makes of them."""

import os
from pathlib import Path
from typing import Any

from flows import ledger, match
from flows.contracts import load_contracts
from flows.raw_tables import create_tables
from flows.settings import Settings, read_settings
from flows.transform import assemble_project, dbt_arguments, dbt_environment, invoke_dbt, transform
from flows.warehouse import connect, identifier

OTHERS = """
    create schema features; create schema scored;
    create table features.text_embeddings (text_hash varchar, encoder varchar, embedding float[]);
    create table scored.recommendations (
        user_id varchar, platform varchar, item_id varchar, item_rank integer, score double, source varchar,
        is_fallback boolean, reason_platform varchar, reason_item_id varchar,
        probability double, rating double, run_id varchar
    );
"""
JUDGED = (
    "marts.fct_interactions",
    "marts.dim_accounts",
    "marts.dim_users",
    "marts.dim_items",
    "intermediate.int_account_days",
    "intermediate.int_accounts_suspected",
    "intermediate.int_items_consumed",
    "quality.platform_days",
    "quality.platform_facts",
    "quality.platform_drift",
    "quality.late_days",
    "quality.night_facts",
    "training.sequences",
    "training.sequence_events",
    "training.item_days",
    "training.consumed",
    "training.impressions",
    "training.ratings",
)


def empty_home(home: Path, contracts: Path | None = None) -> Settings:
    """A home whose warehouse holds all tables that dbt reads, without a row."""
    settings = read_settings(home=home, contracts=contracts)
    home.mkdir(exist_ok=True)
    with connect(settings.warehouse) as connection:
        create_tables(connection, load_contracts(settings.contracts))
        connection.execute(OTHERS)
        match.create_tables(connection)
        ledger.create_tables(connection)
    return settings


def land(settings: Settings, table: str, rows: list[dict[str, Any]]) -> None:
    """Add records to a raw table; fields that a record does not name are null."""
    with connect(settings.warehouse) as connection:
        for row in rows:
            names = ", ".join(identifier(name) for name in row)
            places = ", ".join("?" for _ in row)
            connection.execute(f"insert into raw.{identifier(table)} ({names}) values ({places})", list(row.values()))


def order(event_id: str, customer: str, day: int, loaded: int, sku: str = "kettle", second: int = 0) -> dict[str, Any]:
    """A shop's order in the minute of noon of a day in March, loaded on the morning of another."""
    return {
        "id": event_id,
        "customer": customer,
        "sku": sku,
        "action": "order",
        "occurred_at": f"2026-03-{day:02} 12:00:{second:02}",
        "file_id": f"file of {loaded}",
        "line": 1,
        "loaded_at": f"2026-03-{loaded:02} 03:00:00",
    }


def check(settings: Settings, variables: dict[str, Any], selected: str) -> dict[str, str]:
    """The status of each test that is selected, run by itself over the tables of a night that was built.

    dbt is told the same as when it built them, and so need not parse the project anew.
    """
    os.environ.update(dbt_environment(settings))
    arguments = dbt_arguments(settings, "training", variables)
    told = arguments[arguments.index("--vars") :]
    return invoke_dbt(["test", "--select", selected, *told], assemble_project(settings))


def build(settings: Settings, day: int, selections: tuple[str, ...] = ("staging", "training")) -> None:
    """Build selections for a night in March."""
    for selection in selections:
        transform(settings, selection, {"logical_date": f"2026-03-{day:02}", "run_id": "r"})


PERSONS = ("+dim_account_history", "+links_cut", "+identifiers_refused")


def build_persons(settings: Settings, day: int, *others: str) -> None:
    """Of the selection `training` what says who is who on a night in March, and what else is named."""
    os.environ.update(dbt_environment(settings))
    arguments = dbt_arguments(settings, "training", {"logical_date": f"2026-03-{day:02}", "run_id": "r"})
    place = arguments.index("--selector")
    arguments[place : place + 2] = ["--select", *PERSONS, *others, "--exclude", "path:contracts/models"]
    arguments += ["--indirect-selection", "cautious"]
    invoke_dbt(arguments, assemble_project(settings))


def contents(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of all tables that are compared, by table."""
    with connect(settings.warehouse) as connection:
        return {table: connection.execute(f"select * from {table} order by all").fetchall() for table in JUDGED}
