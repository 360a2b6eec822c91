"""Judges a frame of facts by its suite: a verdict for each rule and row. Great Expectations loads on first use."""

import logging
import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pandas as pd

# each is a module of this package with its RULES
SUITES = ("platform_facts", "platform_drift", "night_facts", "identity_facts", "consent_facts", "scored_facts")


@dataclass(frozen=True)
class Verdict:
    """How one rule judged one row of facts, in plain words; `platform` is None where a rule judges all of them."""

    suite: str
    expectation: str
    platform: str | None
    severity: str
    is_success: bool
    rule: str
    observed: str
    threshold: str


def judge(facts: pd.DataFrame, suite: str) -> list[Verdict]:
    """The verdicts of a suite, rule by rule in its order, row by row in the frame's.

    A null passes where a rule compares with the past. A rule that cannot be applied has failed for every row.

    Args:
        facts: the rows of the table that the suite is named after.
        suite: one of `SUITES`.
    """
    if suite not in SUITES:
        raise ValueError(f"A suite is one of {', '.join(SUITES)}; found {suite!r}.")
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    facts = facts.reset_index(drop=True)
    rules = {rule.expectation_type: rule for rule in (rule() for rule in import_module(f"expectations.{suite}").RULES)}
    results = _validate(facts, suite, list(rules.values()))
    return [verdict for name, rule in rules.items() for verdict in _verdicts(suite, rule, results[name], facts)]


def _validate(facts: pd.DataFrame, suite: str, rules: list[Any]) -> dict[str, Any]:
    """Great Expectations' results by the type of the expectation; nothing is written anywhere."""
    import great_expectations as gx
    from great_expectations.data_context.types import base

    for name in ("great_expectations", base.__name__):  # of its temporary folders nobody need hear
        logging.getLogger(name).setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = base.ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("quality").add_dataframe_asset(suite)
    batch = asset.add_batch_definition_whole_dataframe("night").get_batch({"dataframe": facts})
    outcome = batch.validate(gx.ExpectationSuite(name=suite, expectations=rules), result_format="COMPLETE")
    return {result.expectation_config.type: result for result in outcome.results}


def _verdicts(suite: str, rule: Any, result: Any, facts: pd.DataFrame) -> list[Verdict]:
    """A verdict for each row, or one for the table where the rule judges the table."""
    error = _error_of(result.exception_info)
    if not hasattr(rule, "column"):
        return [_verdict(suite, rule, {"rows_count": len(facts)}, bool(result.success), error)]
    failed = set(result.result.get("unexpected_index_list") or ())
    if not result.success and not failed:
        error = error or "Great Expectations gave no reason"
    return [
        _verdict(suite, rule, row, place not in failed and rule.is_complete(row), error)
        for place, row in enumerate(facts.to_dict("records"))
    ]


def _verdict(suite: str, rule: Any, facts: Mapping[Hashable, Any], holds: bool, error: str | None) -> Verdict:
    return Verdict(
        suite=suite,
        expectation=type(rule).__name__,
        platform=facts.get("platform"),
        severity=rule.severity.value,
        is_success=holds and error is None,
        rule=rule.rule(facts),
        observed=rule.observed(facts) if error is None else f"that it cannot be judged: {error}",
        threshold=rule.threshold(),
    )


def _error_of(exception_info: Mapping[str, Any]) -> str | None:
    """The message of what an expectation raised; Great Expectations nests it by metric where a metric raised it."""
    for info in (exception_info, *exception_info.values()):
        if isinstance(info, Mapping) and info.get("raised_exception"):
            return str(info.get("exception_message"))
    return None
