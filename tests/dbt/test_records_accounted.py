"""The data test over the manifest: whatever does not add up in `raw` stops the night."""

from datetime import date
from pathlib import Path

import pytest

from flows.ingest import ingest
from flows.settings import read_settings
from flows.simulate import simulate
from flows.transform import TransformError, transform
from flows.warehouse import connect, transaction
from tests.dbt.built_home import check

TABLES = ("files", "rejects", "shop_events")
NIGHT = {"logical_date": "2026-03-01", "run_id": "r"}

DAMAGES = {
    "a record is lost": "delete from raw.shop_events where line = 1",
    "a record moves between files": "update raw.shop_events set file_id = (select max(file_id) from raw.shop_events)",
    "a reject is lost": "delete from raw.rejects",
    "a line does not add up": "update raw.files set records_count = records_count + 1 where kind = 'items'",
}


def test_what_does_not_add_up_stops_the_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that grew, were known or refused are accounted for; a record lost, doubled or miscounted is an error."""
    monkeypatch.setenv("CROSSREC_KEY", "a key for tests")
    settings = read_settings(home=tmp_path)
    simulate(settings, people=20, days=2, until=date(2026, 3, 1))
    ingest(settings)
    events = sorted((settings.landing / "news" / "events").rglob("*.*"))
    events[0].with_name("again" + events[0].suffix).write_bytes(events[0].read_bytes())
    (settings.landing / "shop" / "items" / "broken.parquet").write_text("no parquet")
    (settings.landing / "shop" / "events" / "broken.jsonl").write_text("broken")
    ingest(settings)
    (settings.landing / "shop" / "events" / "broken.jsonl").write_text("broken again\n{}\n")
    ingest(settings)
    assert transform(settings, "staging", NIGHT).rows["nodes"] > 1
    assert len(check(settings, NIGHT, "records_are_accounted")) == 1
    for damage in DAMAGES.values():
        with connect(settings.warehouse) as connection:
            saved = {table: connection.execute(f"select * from raw.{table}").to_arrow_table() for table in TABLES}
            connection.execute(damage)
        with pytest.raises(TransformError, match="records_are_accounted"):
            check(settings, NIGHT, "records_are_accounted")
        with connect(settings.warehouse) as connection, transaction(connection):
            for table, rows in saved.items():
                connection.register("rows_before", rows)
                connection.execute(f"delete from raw.{table}")
                connection.execute(f"insert into raw.{table} from rows_before")
    check(settings, NIGHT, "records_are_accounted")
