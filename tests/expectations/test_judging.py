"""Every rule of every suite: it passes on healthy facts, fails on facts that break it, and says so in words."""

from typing import Any

import pandas as pd
import pytest

from expectations.judging import SUITES, Verdict, judge

HEALTHY: dict[str, dict[str, Any]] = {
    "platform_facts": {
        "events_count": 90_000, "day_events_count": 800, "usual_day_events_count": 812.5, "volume_ratio": 0.985,
        "freshness_hours": 0.2, "duplicate_share": 0.01, "reject_share": 0.001, "unknown_item_share": 0.02,
        "unknown_event_type_share": 0.0, "untitled_item_share": 0.1, "event_share": 0.2, "people_share": 0.3,
        "positive_share": 0.25, "usual_event_share": 0.22, "event_share_change": -0.02, "positives_count": 9_000,
        "duplicate_count": 8, "late_share": 0.01, "too_late_count": 0, "suspect_accounts_count": 1,
        "suspect_account_share": 0.001, "suspect_event_share": 0.02,
    },
    "platform_drift": {
        "usual_events_count": 812.5, "value_null_share": 0.4, "usual_value_null_share": 0.38, "value_null_change": 0.02,
        "session_null_share": 0.0, "usual_session_null_share": 0.01, "session_null_change": -0.01,
        "active_accounts_count": 90.0, "usual_active_accounts_count": 100.0, "accounts_ratio": 0.9,
        "active_items_count": 55.0, "usual_active_items_count": 50.0, "items_ratio": 1.1, "other_type_share": 0.05,
        "unknown_word_events_count": 0, "unknown_words": "none", "new_fields_count": 0, "new_fields": "none",
    },
    "night_facts": {
        "persons_count": 500, "accounts_count": 900, "matched_account_share": 0.6, "union_difference_count": 0,
        "duplicate_key_count": 0, "orphan_account_count": 0,
    },
    "identity_facts": {
        "refused_identifiers_count": 2, "refused_accounts_count": 9, "refused_account_share": 0.01,
        "split_groups_count": 0, "cut_links_count": 0, "kept_apart_links_count": 1, "largest_person_accounts_count": 6,
    },
    "consent_facts": {"withholding_accounts_count": 3, "mixed_rows_count": 0},
    "scored_facts": {
        "persons_count": 500, "lists_count": 500, "missing_lists_count": 0, "short_lists_count": 0,
        "rank_gap_count": 0, "consumed_count": 0, "unknown_item_count": 0, "unavailable_item_count": 0,
        "repeated_item_count": 0, "null_score_count": 0, "coverage_share": 0.3, "top_item_share": 0.4,
        "fallback_share": 0.1,
    },
}  # fmt: skip

EMPTY_DAY = {"day_events_count": 0, "volume_ratio": 0.0}
# suite, what is changed in healthy facts, and every rule that has to fail for it
BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("platform_facts", {**EMPTY_DAY, "freshness_hours": 24.5},
     "VolumeHolds VolumeIsUsual DayIsNotEmpty EventsAreFresh"),
    ("platform_facts", {"volume_ratio": 0.19}, "VolumeHolds VolumeIsUsual"),
    ("platform_facts", {"volume_ratio": 5.1}, "VolumeHolds VolumeIsUsual"),
    ("platform_facts", {"volume_ratio": 0.39}, "VolumeIsUsual"),
    ("platform_facts", {"volume_ratio": 2.6}, "VolumeIsUsual"),
    ("platform_facts", {**EMPTY_DAY, "usual_day_events_count": 19.0}, "DayIsNotEmpty"),
    ("platform_facts", {**EMPTY_DAY, "usual_day_events_count": 9.0}, ""),
    ("platform_facts", {**EMPTY_DAY, "usual_day_events_count": None, "volume_ratio": None}, ""),
    ("platform_facts", {"freshness_hours": 24.0}, ""),
    ("platform_facts", {"freshness_hours": 24.1}, "EventsAreFresh"),
    ("platform_facts", {"freshness_hours": 73}, "EventsAreFresh EventsKeepComing"),
    ("platform_facts", {"freshness_hours": 73, "usual_day_events_count": 2.75}, "EventsAreFresh"),
    ("platform_facts", {"freshness_hours": 337, "usual_day_events_count": 0.0, "volume_ratio": None},
     "EventsAreFresh PlatformIsAlive"),
    ("platform_facts", {"duplicate_share": 0.11}, "EventsComeOnce"),
    ("platform_facts", {"duplicate_share": 0.51}, "EventsComeOnce EventsAreNotDoubled"),
    ("platform_facts", {"reject_share": 0.021}, "RecordsAreReadable"),
    ("platform_facts", {"reject_share": 0.21}, "RecordsAreReadable FormatHolds"),
    ("platform_facts", {"unknown_item_share": 0.051}, "ItemsAreListed"),
    ("platform_facts", {"unknown_item_share": 0.51}, "ItemsAreListed ItemFilesBelong"),
    ("platform_facts", {"unknown_event_type_share": 0.31}, "EventWordsHold"),
    ("platform_facts", {"late_share": 0.051}, "EventsComeInTime"),
    ("platform_facts", {"too_late_count": 1}, "NothingComesTooLate"),
    ("platform_facts", {"suspect_event_share": 0.251}, "EventsAreHuman"),
    ("platform_facts", {"suspect_account_share": 0.051}, "AccountsAreHuman"),
    ("platform_facts", {"suspect_account_share": None, "suspect_event_share": None}, ""),
    ("platform_drift", {"value_null_change": 0.31}, "ValuesKeepComing"),
    ("platform_drift", {"value_null_change": -0.31}, "ValuesKeepComing"),
    ("platform_drift", {"session_null_change": 0.31}, "VisitsKeepComing"),
    ("platform_drift", {"session_null_change": -0.31}, "VisitsKeepComing"),
    ("platform_drift", {"other_type_share": 0.31}, "EventMixIsUsual"),
    ("platform_drift", {"other_type_share": 0.81}, "EventMixIsUsual EventMixHolds"),
    ("platform_drift", {"accounts_ratio": 0.39}, "AccountsAreUsual"),
    ("platform_drift", {"accounts_ratio": 2.51}, "AccountsAreUsual"),
    ("platform_drift", {"accounts_ratio": 0.09}, "AccountsAreUsual AccountsHold"),
    ("platform_drift", {"items_ratio": 0.29}, "ItemsAreUsual"),
    ("platform_drift", {"items_ratio": 3.1}, "ItemsAreUsual"),
    ("platform_drift", {"other_type_share": 0.9, "value_null_change": 1.0, "session_null_change": 1.0,
                        "usual_events_count": 49.0}, ""),
    ("platform_drift", {"accounts_ratio": 0.0, "usual_active_accounts_count": 19.0, "items_ratio": 0.0,
                        "usual_active_items_count": 19.0}, ""),
    ("platform_drift", {"accounts_ratio": None, "items_ratio": None, "other_type_share": None,
                        "usual_events_count": None, "usual_active_accounts_count": None}, ""),
    ("platform_drift", {"unknown_word_events_count": 3, "unknown_words": "swipe_up (2), poke (1)"},
     "EventWordsAreKnown"),
    ("platform_drift", {"new_fields_count": 2, "new_fields": "colour, size"}, "FieldsAreKnown"),
    ("platform_facts", {"untitled_item_share": 0.81}, "ItemsHaveTitles"),
    ("platform_facts", {"event_share": 0.91}, "EventsAreBalanced"),
    ("platform_facts", {"event_share": 0.004}, "EventsAreBalanced"),
    ("platform_facts", {"people_share": 0.91}, "PeopleAreBalanced"),
    ("platform_facts", {"people_share": 0.004}, "PeopleAreBalanced"),
    ("platform_facts", {"positive_share": 0.91}, "PositivesAreBalanced"),
    ("platform_facts", {"positive_share": 0.004}, "PositivesAreBalanced"),
    ("platform_facts", {"event_share_change": 0.16}, "ShareIsSteady"),
    ("platform_facts", {"event_share_change": -0.16}, "ShareIsSteady"),
    ("platform_facts", {"event_share_change": None, "usual_event_share": None}, ""),
    ("platform_facts", {"positives_count": 0}, "PositivesExist"),
    ("platform_facts", {"positives_count": None}, "PositivesExist"),
    ("night_facts", {"union_difference_count": 1}, "UnionsAreWhole"),
    ("night_facts", {"duplicate_key_count": 2}, "KeysAreUnique"),
    ("night_facts", {"orphan_account_count": 3}, "InteractionsHaveAccounts"),
    ("night_facts", {"matched_account_share": 0.009}, "PeopleAreJoined"),
    ("night_facts", {"matched_account_share": 0.981}, "PeopleAreJoined"),
    ("night_facts", {"persons_count": 0}, "PeopleExist"),
    ("night_facts", {"persons_count": None}, "PeopleExist"),
    ("night_facts", {"duplicate_key_count": None}, "KeysAreUnique"),
    ("identity_facts", {"refused_account_share": 0.051}, "IdentifiersArePersonal"),
    ("identity_facts", {"refused_account_share": None}, ""),
    ("identity_facts", {"split_groups_count": 1}, "PersonsAreSmall"),
    ("consent_facts", {"mixed_rows_count": 1}, "ConsentIsObeyed"),
    ("scored_facts", {"missing_lists_count": None}, "EverybodyHasAList"),
    ("scored_facts", {"missing_lists_count": 1}, "EverybodyHasAList"),
    ("scored_facts", {"short_lists_count": 1}, "ListsAreFull"),
    ("scored_facts", {"rank_gap_count": 1}, "RanksHaveNoGaps"),
    ("scored_facts", {"consumed_count": 1}, "NothingIsOfferedAgain"),
    ("scored_facts", {"unknown_item_count": 1}, "OfferedItemsAreKnown"),
    ("scored_facts", {"unavailable_item_count": 1}, "OfferedItemsAreAvailable"),
    ("scored_facts", {"repeated_item_count": 1}, "ItemsAreOfferedOnce"),
    ("scored_facts", {"null_score_count": 1}, "ScoresExist"),
    ("scored_facts", {"coverage_share": 0.009}, "CatalogueIsUsed"),
    ("scored_facts", {"top_item_share": 0.91}, "ListsDiffer"),
    ("scored_facts", {"fallback_share": 0.51}, "ListsArePersonal"),
]  # fmt: skip
CRITICAL = {
    "FactsExist", "VolumeHolds", "DayIsNotEmpty", "EventsKeepComing", "PlatformIsAlive", "EventsAreNotDoubled",
    "FormatHolds", "ItemFilesBelong", "EventMixHolds", "AccountsHold",
    "EventWordsHold", "PositivesExist", "UnionsAreWhole", "KeysAreUnique",
    "InteractionsHaveAccounts", "PeopleExist", "ConsentIsObeyed", "EverybodyHasAList", "ListsAreFull",
    "RanksHaveNoGaps",
    "NothingIsOfferedAgain", "OfferedItemsAreKnown", "OfferedItemsAreAvailable", "ItemsAreOfferedOnce",
    "ScoresExist",
}  # fmt: skip


def facts_of(suite: str) -> pd.DataFrame:
    """A healthy row, then one for each broken case of the suite, all judged in one go; `platform` is the row's name."""
    changes = [{}] + [change for name, change, _ in BROKEN if name == suite]
    rows = [{**HEALTHY[suite], **change, "platform": f"platform {place}"} for place, change in enumerate(changes)]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def verdicts() -> dict[str, list[Verdict]]:
    return {suite: judge(facts_of(suite), suite) for suite in SUITES}


def failures(verdicts: list[Verdict], place: int) -> list[str]:
    return [
        verdict.expectation
        for verdict in verdicts
        if verdict.platform == f"platform {place}" and not verdict.is_success
    ]


@pytest.mark.parametrize("suite", SUITES)
def test_healthy_facts_pass_every_rule(suite: str, verdicts: dict[str, list[Verdict]]) -> None:
    """Facts as they usually are break no rule."""
    assert failures(verdicts[suite], 0) == []


@pytest.mark.parametrize(("suite", "change", "expected"), BROKEN)
def test_broken_facts_fail_their_rules_and_no_others(
    suite: str, change: dict[str, Any], expected: str, verdicts: dict[str, list[Verdict]]
) -> None:
    """Each bound of each rule, from just outside; no past and volumes too small to tell pass, a missing count fails."""
    place = 1 + [case for case in BROKEN if case[0] == suite].index((suite, change, expected))
    assert failures(verdicts[suite], place) == expected.split()


def test_no_rule_is_untested(verdicts: dict[str, list[Verdict]]) -> None:
    """Every rule of every suite has facts that break it, and the severity that this page gives it."""
    rules = {verdict.expectation: verdict.severity for suite in SUITES for verdict in verdicts[suite]}
    assert rules.keys() - {"FactsExist"} == {rule for _, _, expected in BROKEN for rule in expected.split()}
    assert {rule for rule, severity in rules.items() if severity == "critical"} == CRITICAL
    assert set(rules.values()) == {"critical", "warning"}


def test_verdicts_are_plain_words(verdicts: dict[str, list[Verdict]]) -> None:
    """A verdict names the platform, the numbers and what is allowed, as a person would."""
    by_rule = {
        verdict.expectation: verdict for verdict in verdicts["platform_facts"] if verdict.platform == "platform 1"
    }
    assert by_rule["VolumeHolds"] == Verdict(
        suite="platform_facts",
        expectation="VolumeHolds",
        platform="platform 1",
        severity="critical",
        is_success=False,
        rule="The night's volume of platform 1 is at least a fifth and at most five times what its last four such "
        "weekdays brought",
        observed="0 events against 812.5 usually",
        threshold="between 20 % and 500 %",
    )
    assert by_rule["EventsAreFresh"].observed == "an event 24.5 hours before the end of the day"
    assert by_rule["RecordsAreReadable"].observed == "0.1 % of the records are in raw.rejects"
    assert by_rule["PositivesExist"].threshold == "at least 1"
    drift = {verdict.expectation: verdict.observed for verdict in verdicts["platform_drift"] if not verdict.is_success}
    assert drift["EventWordsAreKnown"] == "3 of the day's records with other words: swipe_up (2), poke (1)"
    assert drift["FieldsAreKnown"] == "2 new in the day's files: colour, size"
    night = {verdict.expectation: verdict for verdict in verdicts["night_facts"] if verdict.platform == "platform 0"}
    assert night["PeopleAreJoined"].observed == "60 % of 900 accounts share their person with another"
    assert night["UnionsAreWhole"].threshold == "exactly 0"


def test_nothing_to_compare_with_is_said() -> None:
    """Where there is no past the rule passes and the words say why; a column of nulls alone is no error."""
    facts = facts_of("platform_facts").head(1).assign(volume_ratio=None, usual_day_events_count=None)
    volume = next(verdict for verdict in judge(facts, "platform_facts") if verdict.expectation == "VolumeHolds")
    assert volume.is_success
    assert volume.observed == "nothing to compare with"


def test_an_expectation_that_raises_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that breaks down closes the gate like one that is broken, for every platform; the others still judge."""
    from expectations import scored_facts

    def collapse(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("no lists at all")

    monkeypatch.setattr(scored_facts.ListsAreFull, "_validate", collapse)
    facts = facts_of("scored_facts").head(2)
    found = judge(facts.drop(columns="null_score_count").assign(rank_gap_count="many"), "scored_facts")
    for rule, words in (
        ("ListsAreFull", "no lists at all"),
        ("ScoresExist", "null_score_count"),
        ("RanksHaveNoGaps", ""),
    ):
        broken = [verdict for verdict in found if verdict.expectation == rule]
        assert [verdict.is_success for verdict in broken] == [False, False]
        assert all(verdict.observed.startswith("that it cannot be judged: ") for verdict in broken)
        assert all(words in verdict.observed for verdict in broken)
    assert {verdict.is_success for verdict in found if verdict.expectation == "ListsDiffer"} == {True}


def test_a_table_without_rows_proves_nothing() -> None:
    """No facts, no pass: the one verdict on an empty table is a critical failure."""
    found = judge(facts_of("night_facts").head(0), "night_facts")
    assert [(verdict.expectation, verdict.severity, verdict.is_success) for verdict in found] == [
        ("FactsExist", "critical", False)
    ]
    assert found[0].observed == "rows: 0"


def test_an_unknown_suite_is_refused_in_words() -> None:
    """The error names the suites that there are."""
    suites = "platform_facts, platform_drift, night_facts, identity_facts, consent_facts, scored_facts"
    with pytest.raises(ValueError, match=f"{suites}; found 'facts'"):
        judge(pd.DataFrame(), "facts")
