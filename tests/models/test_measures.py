"""NDCG, recall and their intervals: by hand, and against the protocol that judges the product from outside."""

import importlib.util
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from models.bootstrap import bootstrap_means, interval
from models.evaluation import NOBODY, Scores, judge_window, score_lists
from models.inputs import Catalogue, Log
from models.lineup import metric_rows, uplift_rows
from models.ndcg import ndcg
from models.ranking import best_items
from models.recall import recall
from models.recommender import Blend, Scorer
from tests.conftest import SHARED

DAY = 86_400


def test_ndcg_by_hand() -> None:
    """One relevant item at rank 2 gives 1/log2(3); the ideal list is never longer than the list or the relevant."""
    hits = np.array([[0, 1, 0], [1, 0, 1], [1, 1, 1], [0, 0, 0], [0, 0, 0]], bool)
    expected = [0.63093, (1 + 0.5) / (1 + 0.63093), 1.0, 0.0, 0.0]
    np.testing.assert_allclose(ndcg(hits, np.array([1, 2, 7, 3, 0])), expected, atol=1e-5)


def test_recall_by_hand() -> None:
    """Recall is over all relevant items, more than the list can hold included, and 0 where there is none."""
    hits = np.array([[0, 1, 0], [1, 0, 1], [0, 0, 0]], bool)
    np.testing.assert_allclose(recall(hits, np.array([1, 4, 0])), [1.0, 0.5, 0.0])


def test_the_interval_covers_the_mean_as_often_as_it_says() -> None:
    """Over many samples of a known mean the 95 % interval holds it about 95 times in 100, and is not wide for it."""
    chance, covered, widths = np.random.default_rng(1), 0, []
    for _ in range(200):
        values = chance.normal(0.3, 1.0, 100)
        low, high = interval(bootstrap_means([values], [np.arange(100)], draws=400)[0])
        covered += low <= 0.3 <= high
        widths.append(high - low)
    assert 180 <= covered <= 199
    assert np.mean(widths) == pytest.approx(2 * 1.96 / 10, rel=0.1)


def test_a_person_is_drawn_with_all_their_values() -> None:
    """A person's values on several platforms stand or fall together: what cancels within persons never varies."""
    values = np.random.default_rng(2).normal(size=50)
    persons = np.arange(50) * 3
    backwards = np.arange(50)[::-1]
    means = bootstrap_means([values, -values[backwards]], [persons, persons[backwards]])
    np.testing.assert_allclose(means.sum(axis=0), 0, atol=1e-12)
    assert means[0].std() > 0.05


def test_a_paired_interval_is_of_the_differences() -> None:
    """Two recommenders that differ by the same amount for everybody differ by it for certain, in each segment."""
    spread = np.random.default_rng(3).uniform(0, 0.9, 40)
    of_half = np.where(np.arange(40) < 20, spread, np.nan)
    before, after = (
        Scores(np.arange(40), {("all", "ndcg@10"): spread + shift, ("few events", "ndcg@10"): of_half + 2 * shift}, 1.0)
        for shift in (0.0, 0.1)
    )
    rows = {(row["platform"], row["segment"]): row for row in uplift_rows(["only"], [before], [after])}
    assert set(rows) == {(where, which) for where in ("only", "macro") for which in ("all", "few events")}
    for (_, segment), row in rows.items():
        expected, count = (0.1, 40) if segment == "all" else (0.2, 20)
        assert [row["difference"], row["low"], row["high"]] == pytest.approx([expected] * 3)
        assert row["persons_count"] == count


def test_nobody_to_judge_gives_no_row_and_no_error() -> None:
    """A platform without judged persons has no figures; macro is of the others."""
    values = {("all", "ndcg@10"): np.array([0.5, 1.0]), ("all", "recall@10"): np.array([1.0, 1.0])}
    some = Scores(np.array([3, 4]), values, 0.5)
    rows = {(row["platform"], row["metric"]): row["value"] for row in metric_rows("joint", ["a", "b"], [NOBODY, some])}
    assert rows == {
        ("b", "ndcg@10"): 0.75,
        ("macro", "ndcg@10"): 0.75,
        ("b", "recall@10"): 1.0,
        ("macro", "recall@10"): 1.0,
        ("b", "coverage@10"): 0.5,
    }
    assert metric_rows("joint", ["a"], [NOBODY]) == []


def protocol() -> ModuleType:
    """The protocol, which imports nothing of ours."""
    spec = importlib.util.spec_from_file_location("protocol", SHARED / "acceptance" / "protocol.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def made_night(persons: int, items: int, platforms: list[str], cut_day: int) -> tuple[Catalogue, Log]:
    """A catalogue and a random log around a cut, some persons known only after it; everything is positive."""
    chance = np.random.default_rng(11)
    total = items * len(platforms)
    catalogue = Catalogue(
        platforms=tuple(platforms),
        alphas=np.full(len(platforms), np.nan),
        may_return=np.zeros(len(platforms), bool),
        event_types=("purchase",),
        item_ids=np.array([f"i{number:04d}" for number in range(total)]),
        item_platforms=np.arange(total) // items,
        is_available=np.ones(total, bool),
        embeddings=np.zeros((total, 0), np.float32),
        has_text=np.zeros(total, bool),
    )
    count = persons * 8
    users, taken = np.sort(chance.integers(0, persons, count)), chance.integers(0, total, count)
    days = chance.integers(cut_day - 60, cut_day + 40, count)
    days[users % 7 == 0] = chance.integers(cut_day + 1, cut_day + 40, int((users % 7 == 0).sum()))
    order = np.lexsort((days, users))
    users, taken, times = users[order], taken[order], days[order] * DAY
    none = np.array([], np.int64)
    positive = np.ones(count, bool)
    log = Log(users, taken, np.zeros(count, int), times, positive, none, none, none, users, taken, times)
    return catalogue, log


@pytest.mark.shared_data
def test_our_figures_are_those_of_the_protocol() -> None:
    """Judged persons, NDCG, recall and intervals of a made-up night equal the outside judge's, person by person."""
    judge = protocol()
    persons, items, cut_day, platforms = 150, 40, 19_700, list(judge.PLATFORMS)
    catalogue, log = made_night(persons, items, platforms, cut_day)
    chance = np.random.default_rng(4)
    vectors = chance.normal(size=(items * 4, 5)).astype(np.float32)
    queries = [chance.normal(size=(persons, 5)).astype(np.float32) for _ in platforms]
    priors = [np.zeros(items, np.float32) for _ in platforms]
    network = (Blend(1.0, 0.0),) * len(platforms)
    scorer = Scorer(catalogue, vectors, queries, np.arange(persons), priors, None, network)
    judged = judge_window(catalogue, log, (cut_day + 1) * DAY, 30)
    ours = [score_lists(scorer, catalogue, number, one) for number, one in enumerate(judged)]

    names = np.array([f"u{user:04d}" for user in range(persons)])
    events = pd.DataFrame(
        {
            "person": names[log.users],
            "item_id": catalogue.item_ids[log.items],
            "day": pd.to_datetime(log.times, unit="s"),
            "platform": np.array(platforms)[catalogue.item_platforms[log.items]],
        }
    )
    facts = judge.night(events, str(pd.Timestamp(cut_day, unit="D").date()))
    known = {name: set(catalogue.item_ids[catalogue.items_of(row)]) for row, name in enumerate(platforms)}
    lists = pd.DataFrame(
        [
            (name, names[user], catalogue.item_ids[shown], rank + 1)
            for row, (name, one) in enumerate(zip(platforms, judged, strict=True))
            for user, best in zip(
                one.users, best_items(scorer, catalogue, row, one.users, one.excluded, 10)[0], strict=True
            )
            for rank, shown in enumerate(best)
        ],
        columns=["platform", "person", "item_id", "rank"],
    )
    assert judge.count_faults(lists, facts, known) == {"unknown": 0, "seen": 0, "repeated": 0, "rank_gaps": 0}
    theirs = judge.score(lists, facts, known)
    for row, name in enumerate(platforms):
        expected = theirs[theirs.platform == name].sort_values("person")
        assert list(expected.person) == list(names[ours[row].users])
        np.testing.assert_allclose(ours[row].ndcg, expected.ndcg)
        np.testing.assert_allclose(ours[row].values["all", "recall@10"], expected.recall)
    assert 0.05 < theirs.ndcg.mean() < 0.5
    intervals = judge.interval(theirs)
    for figures in metric_rows("joint", platforms, ours):
        if figures["metric"] == "ndcg@10":
            assert (figures["low"], figures["high"]) == pytest.approx(intervals[figures["platform"]], rel=1e-4)
            if figures["platform"] == "macro":
                assert figures["value"] == pytest.approx(judge.macro(theirs))
