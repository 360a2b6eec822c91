"""Single events go when they are old enough, and what was counted of them stays."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from flows.encode import encode
from flows.ingest import ingest
from flows.match import match
from flows.receipts import IngestReceipt
from flows.retention import EXPIRED
from flows.run import open_run
from flows.settings import Settings, read_settings
from flows.simulate import simulate
from flows.transform import transform
from flows.warehouse import connect

pytestmark = pytest.mark.slow

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
DAYS = 90
FIRST_KEPT = datetime.now(UTC).date() - timedelta(days=DAYS)
SUMS = (
    "intermediate.int_account_days",
    "intermediate.int_item_days",
    "intermediate.int_items_taken",
    "intermediate.int_accounts_active",
    "marts.dim_users",
    "marts.dim_items",
    "quality.platform_days",
    "training.consumed",
)


def night(settings: Settings, logical_date: date = YESTERDAY) -> IngestReceipt:
    """A night up to what training reads; dbt's tests of the data pass."""
    receipt = ingest(settings)
    run = open_run(settings, logical_date)
    transform(settings, "staging", run.variables)
    encode(settings)
    match(settings)
    transform(settings, "training", run.variables)
    return receipt


def query(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the warehouse."""
    with connect(settings.warehouse) as connection:
        return connection.execute(statement).fetchall()


def sums(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """What was counted, by table."""
    left_out = "columns(name -> name <> 'loaded_until')"
    return {table: query(settings, f"select {left_out} from {table} order by all") for table in SUMS}


def oldest(settings: Settings) -> date:
    """The day of the oldest event that the marts hold."""
    return query(settings, "select min(event_date) from marts.fct_interactions")[0][0]


def test_old_events_go_and_sums_of_them_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of sums are the same before and after, also when an old event is delivered anew, and on the next night."""
    monkeypatch.setenv("CROSSREC_KEY", "a key for tests")
    keeping = read_settings(home=tmp_path / "home")
    simulate(keeping, people=60, days=100, until=YESTERDAY)
    reject = keeping.landing / "shop" / "events" / "broken.jsonl"
    reject.write_text("{broken by anna}\n")
    night(keeping)
    before, count = sums(keeping), query(keeping, "select count(*) from raw.shop_events")[0][0]
    assert oldest(keeping) < FIRST_KEPT
    with connect(keeping.warehouse) as connection:
        connection.execute("update raw.rejects set loaded_at = loaded_at - interval '200' day")

    dropping = read_settings(home=tmp_path / "home", retention_days=DAYS)
    receipt = night(dropping)
    assert receipt.dropped_count > 0
    assert oldest(dropping) == FIRST_KEPT
    assert 0 < query(dropping, "select count(*) from raw.shop_events")[0][0] < count
    assert set(query(dropping, "select text from raw.rejects")) == {(EXPIRED,)}
    assert sums(dropping) == before
    noted = query(
        dropping, "select sum(rows_count) from ops.retentions where place like 'raw.%' or place like 'marts.%'"
    )
    assert noted == [(receipt.dropped_count,)]

    landed = sorted((dropping.landing / "shop" / "events").glob("*"))
    again = landed[0].with_name(f"again-{landed[0].name}")
    again.write_bytes(landed[0].read_bytes() + (b"\n" if landed[0].suffix != ".gz" else b""))
    receipt = night(dropping)
    assert sums(dropping) == before
    assert oldest(dropping) == FIRST_KEPT

    night(dropping, YESTERDAY + timedelta(days=1))
    days = "select * from quality.platform_days where event_date <= ? order by all"
    with connect(dropping.warehouse) as connection:
        now = connection.execute(days, [YESTERDAY]).fetchall()
    assert now == [row for row in before["quality.platform_days"] if row[1] > YESTERDAY - timedelta(days=89)]


def test_too_short_a_retention_is_refused() -> None:
    """What a night looks back on has to be there: fewer than 90 days are no setting."""
    with pytest.raises(ValidationError, match="90"):
        read_settings(retention_days=30)
