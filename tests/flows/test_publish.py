"""What publishing a night changes, whichever night people see already."""

from datetime import date
from pathlib import Path

import pytest

from flows import ledger
from flows.nightly import ending
from flows.publish import TABLES, publish
from flows.receipts import PublishReceipt
from flows.settings import Settings, read_settings
from flows.warehouse import connect

OLDER, NIGHT, NEWER = date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home whose published tables are empty."""
    settings = read_settings(home=tmp_path)
    columns = "user_id varchar, platform varchar, item_rank integer, logical_date date"
    with connect(settings.warehouse) as connection:
        ledger.create_tables(connection)
        connection.execute("create schema published")
        for table in TABLES:
            connection.execute(f"create table published.{table} ({columns})")
    return settings


def publish_night(settings: Settings, night: date) -> PublishReceipt:
    """Publish a list of one item for a night."""
    with connect(settings.warehouse) as connection:
        connection.execute("delete from published.recommendations")
        connection.execute("insert into published.recommendations values ('ann', 'shop', 1, ?)", [night])
    return publish(settings, night)


def nights(settings: Settings, table: str) -> list[date]:
    """The nights of the lists that people find."""
    with connect(settings.published, read_only=True) as connection:
        query = f"select distinct logical_date from {table} order by 1"
        return [night for (night,) in connection.execute(query).fetchall()]


def test_the_published_file_goes_on_but_never_back(settings: Settings) -> None:
    """An older night goes to history alone, and says whose lists people see; the same night and a newer one replace."""
    assert publish_night(settings, NIGHT).published
    before = settings.published.read_bytes()
    receipt = publish_night(settings, OLDER)
    assert (receipt.published, receipt.newer_night) == ("", str(NIGHT))
    assert settings.published.read_bytes() == before
    assert (nights(settings, "recommendations"), nights(settings, "recommendation_history")) == (
        [NIGHT],
        [OLDER, NIGHT],
    )
    status, name, told = ending(receipt, 1)
    assert (status, name) == ("history_only", "History only") and f"newer lists of {NIGHT}" in told[0]
    for night in (NIGHT, NEWER):
        assert publish_night(settings, night).published
        assert nights(settings, "recommendations") == [night]
    settings.published.unlink()
    assert publish_night(settings, OLDER).published and nights(settings, "recommendations") == [OLDER]


def test_a_published_file_that_cannot_be_read_is_judged_by_the_ledger(settings: Settings) -> None:
    """Where the file tells nothing, the newest night that the ledger calls published counts, and no night else."""
    for run_id, night, status in (("a", NIGHT, "published"), ("b", NEWER, "held"), ("c", NEWER, "history_only")):
        ledger.begin_run(settings, run_id, night, {}, "")
        ledger.end_run(settings, run_id, status, "")
    settings.published.write_bytes(b"no database")
    assert publish_night(settings, OLDER).newer_night == str(NIGHT)
    assert publish_night(settings, NIGHT).published
    assert nights(settings, "recommendations") == [NIGHT]
