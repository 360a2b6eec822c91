"""A gate reads the facts, notes every verdict in the ledger and says whether the night may go on."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from expectations.judging import Verdict
from flows.gate import judge_gate
from flows.ledger import begin_run
from flows.settings import Settings
from flows.warehouse import connect

NIGHT = date(2026, 3, 1)
COUNTS = [
    "persons_count", "lists_count", "missing_lists_count", "short_lists_count", "rank_gap_count", "consumed_count",
    "unknown_item_count", "unavailable_item_count", "repeated_item_count", "null_score_count",
]  # fmt: skip
SHARES = ["coverage_share", "top_item_share", "fallback_share"]
COLUMNS = COUNTS + SHARES
GOOD = {**dict.fromkeys(COLUMNS, 0), "persons_count": 9, "lists_count": 9, "coverage_share": 0.5}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home in which a run for the night has begun."""
    settings = Settings(home=tmp_path)
    begin_run(settings, "run", NIGHT, {}, "")
    return settings


def write_facts(settings: Settings, **platforms: dict[str, Any]) -> None:
    """Make `quality.scored_facts` hold one row a platform: good facts with these changes."""
    numbers = ", ".join(f"{name} {'double' if name.endswith('_share') else 'bigint'}" for name in COLUMNS)
    places = ", ".join("?" for _ in range(len(COLUMNS) + 2))
    with connect(settings.warehouse) as connection:
        connection.execute("create schema if not exists quality")
        connection.execute(
            f"create or replace table quality.scored_facts (platform varchar, logical_date date, {numbers})"
        )
        for platform, change in platforms.items():
            row = {**GOOD, **change}
            values = [platform, NIGHT, *(row[name] for name in COLUMNS)]
            connection.execute(f"insert into quality.scored_facts values ({places})", values)


def noted(settings: Settings) -> list[tuple[Any, ...]]:
    with connect(settings.warehouse) as connection:
        return connection.execute(
            "select logical_date, gate, expectation, platform, severity from ops.gate_results"
            " where not is_success order by all"
        ).fetchall()


def test_good_facts_open_the_gate(settings: Settings) -> None:
    """Nothing fails: open, no flag, and every verdict is in the ledger."""
    write_facts(settings, shop={}, news={})
    receipt = judge_gate(settings, "run", "publication")
    assert (receipt.is_open, receipt.is_flagged, receipt.failures) == (True, False, ())
    assert receipt.rows == {"ops.gate_results": 1 + 2 * 11}
    assert noted(settings) == []


def test_a_warning_flags_and_a_critical_failure_closes(settings: Settings) -> None:
    """Failures are sentences with platform, numbers and bounds; judging again replaces what the ledger held."""
    write_facts(settings, shop={"fallback_share": 0.75}, news={})
    receipt = judge_gate(settings, "run", "publication")
    assert (receipt.is_open, receipt.is_flagged) == (True, True)
    warning = (
        "warning: Most lists of shop are made from what is known of their person; found 75 % of the lists hold only"
        " what is popular, allowed at most 50 %."
    )
    assert receipt.failures == (warning,)
    write_facts(settings, shop={"fallback_share": 0.75}, news={"missing_lists_count": 2})
    receipt = judge_gate(settings, "run", "publication")
    assert (receipt.is_open, receipt.is_flagged) == (False, True)
    critical = "critical: Everybody has a list on news; found 2 of 9 persons have none, allowed exactly 0."
    assert receipt.failures == (critical, warning)
    assert noted(settings) == [
        (NIGHT, "publication", "EverybodyHasAList", "news", "critical"),
        (NIGHT, "publication", "ListsArePersonal", "shop", "warning"),
    ]


def test_critical_failures_are_named_first(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What closed the gate comes before what merely flags, whatever the order of the rules."""

    def judge(_facts: pd.DataFrame, suite: str) -> list[Verdict]:
        severities = ("warning", "critical", "warning")
        return [Verdict(suite, "Rule", "shop", severity, False, severity, "one", "none") for severity in severities]

    monkeypatch.setattr("flows.gate.judge", judge)
    write_facts(settings, shop={})
    failures = judge_gate(settings, "run", "publication").failures
    assert [failure.split(":")[0] for failure in failures] == ["critical", "warning", "warning"]


def test_no_facts_close_the_gate(settings: Settings) -> None:
    """An empty table of facts is a critical failure."""
    write_facts(settings)
    receipt = judge_gate(settings, "run", "publication")
    assert not receipt.is_open
    assert receipt.failures == ("critical: There are facts to judge; found rows: 0, allowed at least 1 row.",)


def test_an_unknown_gate_is_refused_in_words(settings: Settings) -> None:
    """The error names the gates that there are."""
    with pytest.raises(ValueError, match="training or publication; found 'garden'"):
        judge_gate(settings, "run", "garden")
