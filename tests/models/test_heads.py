"""Probability and rating: calibrated on who had no say in them, learned from the past alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from models.evaluation import judge_window
from models.heads import call_witnesses, learn_heads, listed_pairs
from models.inputs import Outcomes, read_inputs
from models.probability_head import Pairs, fit_probability, judge_probability
from models.rating_head import fit_baseline, fit_rating
from models.recommender import PRIOR_ALONE, Scorer
from tests.models.few_events import DAY, catalogue_of, log_of
from tests.models.tiny_run import CUT, write_run


def made_pairs(count: int = 40_000, seed: int = 0) -> Pairs:
    """Pairs whose chance is 1 % to 40 % by the score, each second standing for three."""
    chance = np.random.default_rng(seed)
    scores = chance.normal(-6, 1.5, count)
    is_taken = chance.random(count) < 0.01 + 0.39 / (1 + np.exp(-2 * (scores + 5)))
    return Pairs(np.arange(count) // 10, scores, is_taken, np.where(np.arange(count) % 2, 3.0, 1.0))


def test_probabilities_hold_for_the_other_half() -> None:
    """One half's head says of the other half what happens: the error falls to next to nothing, Brier's score too."""
    pairs = made_pairs()
    found = judge_probability("lists", pairs, pairs.users % 2 == 0)
    assert found is not None
    values = {(row["recommender"], row["metric"]): row["value"] for row in found["metrics"]}
    assert values["score", "ece"] > 0.05 and values["probability", "ece"] < 0.01
    assert values["probability", "brier"] < values["score", "brier"] - 0.01
    assert [row["bin"] for row in found["reliability"]] == list(range(1, 11))
    for row in found["reliability"]:
        assert row["observed"] == pytest.approx(row["predicted"], abs=0.025)


def test_a_probability_never_falls_with_the_score() -> None:
    """Nor does it leave what was seen, however high or low a score is; the mean is that of the pairs by weight."""
    pairs = made_pairs()
    head = fit_probability("lists", pairs)
    assert head is not None
    grid = head.of(np.linspace(-100, 100, 2001))
    assert (np.diff(grid) >= 0).all() and 0 < grid[0] < 0.05 and 0.3 < grid[-1] < 0.5
    expected = np.average(pairs.is_taken, weights=pairs.weights)
    assert np.average(head.of(pairs.scores), weights=pairs.weights) == pytest.approx(expected, rel=0.05)


def test_few_taken_pairs_say_nothing() -> None:
    """With fewer than two steps of taken pairs there is no head, and where a half has fewer there is no probability."""
    pairs = made_pairs()
    few = pairs.only(~pairs.is_taken | (np.cumsum(pairs.is_taken) <= 49))
    assert fit_probability("lists", few) is None
    assert judge_probability("lists", pairs, pairs.users < 20) is None


def test_a_rating_follows_means_and_network() -> None:
    """What persons, items and the network add to a rating is found, and no rating leaves the scale."""
    chance = np.random.default_rng(3)
    users, items = chance.integers(0, 30, 6000), chance.integers(0, 20, 6000)
    affinities, generous = chance.normal(2, 1, 6000), np.where(np.arange(30) % 2, 0.5, -0.5)
    ratings = np.clip(3 + generous[users] + 0.4 * (affinities - 2) + chance.normal(0, 0.1, 6000), 1, 5)
    rated = Outcomes(users, items, np.zeros(6000, int), ratings)
    baseline = fit_baseline(rated, 30, 20)
    assert baseline is not None
    head = fit_rating(baseline, rated, affinities)
    assert head is not None and head.slope == pytest.approx(0.4, abs=0.05)
    two = head.of(baseline, np.array([1, 1]), np.array([0, 0]), np.array([2.0, 100.0]))
    assert two == pytest.approx([3.5, ratings.max()], abs=0.1)
    assert fit_rating(baseline, rated.only(np.arange(6000) < 49), affinities[:49]) is None


@pytest.mark.parametrize("is_random", [False, True])
def test_a_rating_that_is_no_better_than_the_mean_is_not_told(is_random: bool) -> None:
    """Where items differ there is a head, where ratings are thrown by dice there is none; both errors are told."""
    chance = np.random.default_rng(4)
    catalogue, rows = catalogue_of({"shop": 20}), [(user, user % 20, 90) for user in range(200)]
    log, begin = log_of([*rows, (0, 1, 105)]), 100 * DAY
    users, items = np.repeat(np.arange(200), 10), chance.integers(0, 20, 2000)
    ratings = chance.normal(3, 1, 2000) + (0 if is_random else items % 5)
    times = np.where(np.arange(2000) % 2, 105, 90) * DAY
    log = replace(log, rated=Outcomes(users, items, times, ratings))
    known, judged = log.until(begin), judge_window(catalogue, log, begin, 30)
    witnesses = call_witnesses(known.users, log, begin, judged)
    vectors, queries = chance.normal(size=(20, 3)), [chance.normal(size=(200, 3)).astype(np.float32)]
    prior = np.zeros(20, np.float32)
    scorer = Scorer(catalogue, vectors, queries, np.arange(200), [prior], None, (PRIOR_ALONE,))
    heads = learn_heads(scorer, 0, witnesses, judged[0], known)
    errors = {row["recommender"]: row["value"] for row in heads.metrics if row["metric"] == "rmse"}
    assert (heads.rating is None) == is_random == (errors["rating"] >= errors["mean"])


def test_lists_of_the_past_by_hand() -> None:
    """Listed pairs hold what could be listed when the window began; who took nothing in it stands for all such."""
    catalogue = catalogue_of({"shop": 3})
    rows = [(0, 0, 90), (1, 0, 90), (2, 2, 90), (0, 1, 105), (1, 2, 131)]
    log, begin = log_of(rows), 100 * DAY
    known, judged = log.until(begin), judge_window(catalogue, log, begin, 30)
    witnesses = call_witnesses(known.users, log, begin, judged)
    assert witnesses.users.tolist() == [0, 1, 2] and witnesses.weights.tolist() == [1, 1, 1]
    nothing, prior = [np.zeros((0, 2), np.float32)], np.log([0.5, 0.3, 0.2]).astype(np.float32)
    scorer = Scorer(catalogue, np.zeros((3, 2)), nothing, np.full(3, -1), [prior], None, (PRIOR_ALONE,))
    pairs = listed_pairs(scorer, 0, witnesses, judged[0], known)
    found = set(zip(pairs.users.tolist(), pairs.scores.round(3).tolist(), pairs.is_taken.tolist(), strict=True))
    half, third, fifth = prior.astype(float).round(3)
    assert found == {
        (0, third, True), (0, fifth, False), (1, third, False), (1, fifth, False), (2, half, False), (2, third, False)
    }  # fmt: skip


def test_nothing_later_reaches_the_heads() -> None:
    """A rating of after a cut, and an item shown less than a day before it, are not in the log as of then."""
    log = log_of([(0, 0, 90)])
    met = Outcomes(np.zeros(4, int), np.zeros(4, int), 100 * DAY - np.array([DAY + 1, DAY, 1, 0]), np.ones(4))
    known = replace(log, shown=met, rated=met).until(100 * DAY)
    assert known.shown.times.tolist() == [99 * DAY - 1]
    assert known.rated.times.tolist() == [99 * DAY - 1, 99 * DAY, 100 * DAY - 1]


@pytest.mark.parametrize(
    ("table", "column", "moment"), [("impressions", "shown_at", CUT - 86_400), ("ratings", "rated_at", CUT)]
)
def test_inputs_that_know_the_future_are_refused(tmp_path: Path, table: str, column: str, moment: int) -> None:
    """An item shown so late that what came of it is not known yet, or a rating of the next day, stops the training."""
    path = write_run(tmp_path) / "inputs" / f"{table}.parquet"
    rows = parquet.read_table(path)
    late = rows.slice(0, 1).set_column(rows.column_names.index(column), column, arrow.array([moment]))
    parquet.write_table(arrow.concat_tables([rows, late]), path)
    with pytest.raises(ValueError, match="Nothing at or after the cut"):
        read_inputs(tmp_path)
