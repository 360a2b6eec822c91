"""The ledger: what a run has done, replaced and never added to."""

from datetime import date
from pathlib import Path

import pytest

from flows import ledger
from flows.receipts import Receipt
from flows.run import latest_run
from flows.settings import Settings
from flows.warehouse import connect

NIGHT = date(2026, 3, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def begin(settings: Settings, run_id: str) -> None:
    ledger.begin_run(settings, run_id, NIGHT, {"seed": 1}, "mark")


def rows(settings: Settings, query: str) -> list[tuple]:
    with connect(settings.warehouse) as connection:
        return connection.execute(query).fetchall()


def test_a_killed_run_knows_its_finished_stages(settings: Settings) -> None:
    """What a run had finished when it was killed comes back with its receipts."""
    begin(settings, "a")
    ledger.record_stage(settings, "a", ledger.now(), Receipt("encode", {"texts": 3}))
    assert ledger.finished_stages(settings, "a") == {"encode": {"stage": "encode", "rows": {"texts": 3}}}


def test_after_another_run_nothing_counts_as_done(settings: Settings) -> None:
    """Another run has rewritten the tables since, so the first one starts anew."""
    begin(settings, "a")
    ledger.record_stage(settings, "a", ledger.now(), Receipt("encode"))
    begin(settings, "b")
    ledger.record_stage(settings, "b", ledger.now(), Receipt("ingest"))
    assert ledger.finished_stages(settings, "a") == {}


def test_a_published_run_starts_anew(settings: Settings) -> None:
    """A run that ended well has nothing to resume."""
    begin(settings, "a")
    ledger.record_stage(settings, "a", ledger.now(), Receipt("publish"))
    ledger.end_run(settings, "a", "published", "3 rows")
    assert ledger.finished_stages(settings, "a") == {}


@pytest.mark.parametrize("status", ["held", "dry_run", "failed"])
def test_a_run_that_stopped_short_can_go_on(settings: Settings, status: str) -> None:
    """Held, failed or a dry run: what it had finished need not be done again to publish it after all."""
    begin(settings, "a")
    ledger.record_stage(settings, "a", ledger.now(), Receipt("encode"))
    ledger.end_run(settings, "a", status, "a sentence")
    assert list(ledger.finished_stages(settings, "a")) == ["encode"]


def test_an_older_home_gets_what_is_new(settings: Settings) -> None:
    """A ledger that was made when it had fewer columns gets the others, and keeps its rows."""
    begin(settings, "a")
    with connect(settings.warehouse) as connection:
        connection.execute("alter table ops.runs drop column forced_reason")
        connection.execute("drop table ops.uplift")
    begin(settings, "b")
    ledger.end_run(settings, "b", "published", "", forced_reason="known")
    assert rows(settings, "select run_id, forced_reason from ops.runs order by 1") == [("a", None), ("b", "known")]
    assert rows(settings, "select count(*) from ops.uplift") == [(0,)]


def test_a_zombie_is_called_failed_by_the_next_run(settings: Settings) -> None:
    """A run still called running when another begins was killed, and is marked so."""
    begin(settings, "a")
    begin(settings, "b")
    assert rows(settings, "select run_id, status from ops.runs order by 1") == [("a", "failed"), ("b", "running")]


def test_recording_again_replaces(settings: Settings) -> None:
    """A second judgement of the same gate takes the place of the first; the other gate's stands."""
    begin(settings, "a")
    ledger.record_gate_results(settings, "a", "training", [{"rule": "one"}, {"rule": "two"}])
    ledger.record_gate_results(settings, "a", "publication", [{"rule": "three"}])
    ledger.record_gate_results(settings, "a", "training", [{"rule": "four"}])
    found = rows(settings, "select gate, rule, logical_date from ops.gate_results order by rule")
    assert found == [("training", "four", NIGHT), ("publication", "three", NIGHT)]


def test_records_belong_to_a_run(settings: Settings) -> None:
    """Recording for a run that was never begun is refused with what to do."""
    begin(settings, "a")
    with pytest.raises(LookupError, match="there is no run 'x'"):
        ledger.record_realised(settings, "x", [])


def test_looking_at_a_run_leaves_it_as_it_is(settings: Settings) -> None:
    """A single command finds the night's newest run and changes neither its state nor its stages; no run is None."""
    assert latest_run(settings, NIGHT) is None
    begin(settings, "a")
    ledger.record_stage(settings, "a", ledger.now(), Receipt("publish"))
    ledger.end_run(settings, "a", "published", "3 rows")
    found = latest_run(settings, NIGHT)
    assert found is not None and found.run_id == "a"
    assert rows(settings, "select status from ops.runs") == [("published",)]
    assert rows(settings, "select stage from ops.stage_runs") == [("publish",)]


def test_thousands_of_figures_are_kept_in_little_memory(settings: Settings) -> None:
    """More rows than fit into a transaction one by one are recorded, and recorded again they are the same."""
    row = {"recommender": "joint", "platform": "shop", "segment": "all", "metric": "ndcg@10", "low": 0.0, "high": 1.0}
    outcome = {
        "metrics": [{**row, "night": "mean", "value": 0.5, "persons_count": 3}],
        "differences": [{**row, "against": str(number), "difference": 0.1} for number in range(12_000)],
        "jobs": [
            {"recommender": "joint", "night": "2026-03-01", "seed": 7, "is_masked": False, "seconds": 1, "facts": {}}
        ],
    }
    for _ in range(2):
        ledger.record_backtest(settings, "a", outcome)
    assert rows(settings, "select count(*), count(distinct against) from ops.backtest_differences") == [
        (12_000, 12_000)
    ]
    assert rows(settings, "select logical_date, value from ops.backtest_metrics") == [(None, 0.5)]
    assert rows(settings, "select logical_date, facts::varchar from ops.backtest_jobs") == [(NIGHT, "{}")]
