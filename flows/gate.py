"""Judges the facts of a night: may training begin, may the lists be published."""

from dataclasses import asdict

import pandas as pd

from expectations.judging import Verdict, judge
from flows.ledger import record_gate_results
from flows.receipts import GateReceipt
from flows.settings import Settings
from flows.warehouse import connect, identifier

GATES = {
    "training": ("platform_facts", "platform_drift", "night_facts", "identity_facts", "consent_facts"),
    "publication": ("scored_facts",),
}


def judge_gate(settings: Settings, run_id: str, gate: str) -> GateReceipt:
    """Judge the gate's tables of `quality`, note every verdict in the ledger, and say whether the gate is open.

    It is open unless a critical rule failed and flagged if any did. What to do about it is the flow's to decide.
    """
    if gate not in GATES:
        raise ValueError(f"A gate is {' or '.join(GATES)}; found {gate!r}.")
    verdicts = [verdict for table in GATES[gate] for verdict in judge(_read_facts(settings, table), table)]
    record_gate_results(settings, run_id, gate, [asdict(verdict) for verdict in verdicts])
    failed = sorted((verdict for verdict in verdicts if not verdict.is_success), key=lambda verdict: verdict.severity)
    return GateReceipt(
        stage=f"gate {gate}",
        rows={"ops.gate_results": len(verdicts)},
        gate=gate,
        is_open=not any(verdict.severity == "critical" for verdict in failed),
        is_flagged=bool(failed),
        failures=tuple(_in_words(verdict) for verdict in failed),
    )


def _read_facts(settings: Settings, table: str) -> pd.DataFrame:
    """A table of facts in an order that stays."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        return connection.execute(f"select * from quality.{identifier(table)} order by all").df()


def _in_words(verdict: Verdict) -> str:
    """The failure as one sentence, the critical ones named so."""
    return f"{verdict.severity}: {verdict.rule}; found {verdict.observed}, allowed {verdict.threshold}."
