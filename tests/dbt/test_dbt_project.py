"""The dbt project as a night runs it: over nothing, over any order of nights, and its unit tests."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows import ledger
from flows.contracts import load_contracts
from flows.raw_tables import create_tables
from flows.settings import Settings, read_settings
from flows.transform import SELECTIONS, assemble_project, dbt_environment, invoke_dbt, transform
from flows.warehouse import connect, identifier

OTHERS = """
    create schema features; create schema scored;
    create table features.text_embeddings (text_hash varchar, encoder varchar, embedding float[]);
    create table scored.recommendations (
        user_id varchar, platform varchar, item_id varchar, item_rank integer, score double, source varchar,
        is_fallback boolean, reason_platform varchar, reason_item_id varchar, run_id varchar
    );
"""
JUDGED = (
    "marts.fct_interactions",
    "marts.dim_accounts",
    "marts.dim_users",
    "marts.dim_items",
    "quality.platform_days",
    "quality.platform_facts",
    "quality.night_facts",
    "training.sequences",
    "training.sequence_events",
    "training.item_days",
    "training.consumed",
)


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """What dbt is told through the environment is gone after the test."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def empty_home(home: Path) -> Settings:
    """A home whose warehouse holds all tables that dbt reads, without a row."""
    settings = read_settings(home=home)
    home.mkdir(exist_ok=True)
    with connect(settings.warehouse) as connection:
        create_tables(connection, load_contracts(settings.contracts))
        connection.execute(OTHERS)
        ledger.create_tables(connection)
    return settings


def land(settings: Settings, table: str, rows: list[dict[str, Any]]) -> None:
    """Add records to a raw table; fields that a record does not name are null."""
    with connect(settings.warehouse) as connection:
        for row in rows:
            names = ", ".join(identifier(name) for name in row)
            places = ", ".join("?" for _ in row)
            connection.execute(f"insert into raw.{identifier(table)} ({names}) values ({places})", list(row.values()))


def order(event_id: str, customer: str, day: int, loaded: int, sku: str = "kettle") -> dict[str, Any]:
    """A shop's order at noon of a day in March, loaded on the morning of another."""
    return {
        "id": event_id,
        "customer": customer,
        "sku": sku,
        "action": "order",
        "occurred_at": f"2026-03-{day:02} 12:00:00",
        "file_id": f"file of {loaded}",
        "line": 1,
        "loaded_at": f"2026-03-{loaded:02} 03:00:00",
    }


def build(settings: Settings, day: int, selections: tuple[str, ...] = ("staging", "training")) -> None:
    """Build selections for a night in March."""
    for selection in selections:
        transform(settings, selection, {"logical_date": f"2026-03-{day:02}", "run_id": "r"})


def contents(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of all tables that are compared, by table."""
    with connect(settings.warehouse) as connection:
        return {table: connection.execute(f"select * from {table} order by all").fetchall() for table in JUDGED}


def test_all_selections_build_over_empty_tables_and_unit_tests_pass(tmp_path: Path) -> None:
    """A home without a record builds; over its tables every unit test of the SQL passes."""
    settings = empty_home(tmp_path)
    build(settings, 10, SELECTIONS)
    os.environ.update(dbt_environment(settings))
    variables = json.dumps({"logical_date": "2026-03-10"})
    folders = ["--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"), "--quiet"]
    arguments = ["test", "--select", "test_type:unit", "--vars", variables, *folders]
    statuses = invoke_dbt(arguments, assemble_project(settings))
    assert len(statuses) >= 20
    assert set(statuses.values()) == {"pass"}


def test_a_night_is_the_same_whatever_nights_were_built_before(tmp_path: Path) -> None:
    """Late and repeated events, a merge of persons, skipped nights and a step back leave no trace of the way."""
    early = [order("e1", "ann", 1, 3), order("e2", "ben", 2, 3), order("e3", "ann", 2, 3), order("e9", "ann", 9, 3)]
    late = [order("e0", "cid", 1, 9), order("e2", "ben", 1, 9), order("e3", "ann", 8, 9), order("e8", "ann", 8, 9)]
    later = [order("e5", "ann", 3, 21)]
    accounts = [{"customer": name, "email": "token", "file_id": "a", "line": 1} for name in ("ann", "ben")]
    step_by_step, at_once = empty_home(tmp_path / "steps"), empty_home(tmp_path / "once")
    land(step_by_step, "shop_events", early)
    build(step_by_step, 9)
    land(step_by_step, "shop_events", late)
    land(step_by_step, "shop_accounts", accounts)
    build(step_by_step, 2)
    build(step_by_step, 20)
    land(step_by_step, "shop_events", later)
    build(step_by_step, 20)
    land(at_once, "shop_events", [*later, *late, *early])
    land(at_once, "shop_accounts", accounts)
    build(at_once, 20)
    assert contents(step_by_step) == contents(at_once)
    days = [(row[0], row[6].day) for row in contents(at_once)["marts.fct_interactions"]]
    assert days == [("e0", 1), ("e1", 1), ("e2", 1), ("e3", 2), ("e5", 3), ("e8", 8), ("e9", 9)]


def test_nothing_after_the_cut_changes_a_row(tmp_path: Path) -> None:
    """Events, accounts and items of later days, and an account's later identifier, change no table of the night."""
    settings = empty_home(tmp_path)
    land(settings, "shop_events", [order("e1", "ann", 1, 3), order("e2", "ben", 2, 3)])
    land(settings, "shop_accounts", [{"customer": "ann", "email": "token", "registered_at": "2026-03-01"}])
    build(settings, 2)
    before = contents(settings)
    land(settings, "shop_events", [order("e3", "cid", 3, 4), order("e1", "ann", 3, 4, "pan")])
    land(settings, "shop_accounts", [{"customer": "ben", "email": "token", "registered_at": "2026-03-03 00:00:00"}])
    land(settings, "shop_items", [{"sku": "pot", "name": "Pot", "listed_at": "2026-03-03 00:00:00"}])
    build(settings, 2)
    assert contents(settings) == before
