"""Contestants side by side: figures, segments and intervals are those that the outside judge or a pencil gives."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from models.backtest_child import Job, Listed
from models.cold_items import AMONG_COLD, AT_RANDOM, ColdItems, find_cold
from models.comparison import MEAN, NEW_HERE, compare
from models.evaluation import Judged, judge_window
from models.history import History
from models.inputs import Catalogue, Inputs, Log
from tests.models.few_events import DAY, inputs_of
from tests.models.test_measures import made_night, protocol


@dataclass
class Made:
    """A history and the lists that contestants made of it."""

    history: History
    listed: dict[Job, Listed]
    judged: dict[str, list[Judged]]
    cold: dict[str, ColdItems]

    def compare(self) -> dict:
        """The outcome."""
        return compare(self.history, lambda job: self.judged[job.night], lambda job: self.cold[job.night], self.listed)


def make(catalogue: Catalogue, log: Log, users_count: int, cuts: dict[str, int], lists: dict) -> Made:
    """By (night, recommender, seed) a function from (platform, judged) to lists `[persons, 10]`."""
    always = np.full(len(catalogue.item_ids), np.nan)
    history = History(Inputs({"cut": 2**40, "nights": cuts}, catalogue, log, users_count), always, always)
    judged = {night: judge_window(catalogue, log, cut, 30) for night, cut in cuts.items()}
    cold = {night: find_cold(catalogue, several) for night, several in judged.items()}

    def ranked(rank: Callable, several: list[Judged]) -> list[np.ndarray]:
        return [rank(number, one) for number, one in enumerate(several)]

    listed = {
        Job(night, name, seed): Listed(ranked(rank, judged[night]), ranked(rank, cold[night].judged), 1.0, {})
        for (night, name, seed), rank in lists.items()
    }
    return Made(history, listed, judged, cold)


def figure(rows: list[dict], **wanted: object) -> dict:
    """The one row with these values."""
    (found,) = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return found


def test_figures_by_hand() -> None:
    """One list for all, two persons on one platform: figures, segments and the difference come out as with a pencil."""
    rows = [(0, 0, 90), (1, 1, 90), (0, 1, 105), (1, 3, 105)]
    inputs = inputs_of({"shop": 4}, rows, 100)
    wide = np.full(8, -1)

    def listing(*items: int):
        return lambda _platform, judged: np.tile(np.concatenate([items, wide])[:10], (len(judged.users), 1))

    lists = {("a", "good", 1): listing(1, 3), ("a", "good", 2): listing(1, 3), ("a", "bad", 1): listing(2, 1)}
    made = make(inputs.catalogue, inputs.log, 2, {"a": 100 * DAY}, lists)
    outcome = made.compare()
    second = 1 / np.log2(3)
    means = [row for row in outcome["metrics"] if row["night"] == MEAN and row["platform"] == "macro"]
    ndcg = [row for row in means if row["metric"] == "ndcg@10"]
    assert figure(ndcg, recommender="good", segment="all")["value"] == pytest.approx((1 + second) / 2)
    assert figure(ndcg, recommender="bad", segment="all")["value"] == pytest.approx(second / 2)
    assert figure(ndcg, recommender="good", segment="warm items")["value"] == pytest.approx(1)
    assert figure(ndcg, recommender="good", segment="cold items")["value"] == pytest.approx(second)
    assert figure(ndcg, recommender="good", segment="one platform")["persons_count"] == 2
    assert not [row for row in ndcg if row["segment"] in ("several platforms", "many events")]
    found = figure(
        outcome["differences"], recommender="good", against="bad", platform="shop", metric="ndcg@10", segment="all"
    )
    assert found["difference"] == pytest.approx(0.5)
    # person 0 gains 1 − 1/log₂3, person 1 gains 1/log₂3; only draws of one person twice lie elsewhere than between
    assert (found["low"], found["high"]) == pytest.approx((1 - second, second))


def test_cold_items_stand_beside_chance() -> None:
    """Of two cold items one person took the first that is listed, one the second: 1 and 1/log₂3, as chance has it."""
    rows = [(0, 0, 90), (1, 1, 90), (0, 2, 105), (1, 3, 105)]
    inputs = inputs_of({"shop": 4}, rows, 100)
    catalogue = replace(inputs.catalogue, has_text=np.ones(4, bool))
    best = np.array([2, 3, *[-1] * 8])
    lists = {("a", "any", 1): lambda _platform, judged: np.tile(best, (len(judged.users), 1))}
    outcome = make(catalogue, inputs.log, 2, {"a": 100 * DAY}, lists).compare()
    second = 1 / np.log2(3)
    rows = [row for row in outcome["metrics"] if (row["segment"], row["metric"]) == (AMONG_COLD, "ndcg@10")]
    for name, low, high in (("any", second, 1), (AT_RANDOM, (1 + second) / 2, (1 + second) / 2)):
        row = figure(rows, recommender=name, night=MEAN, platform="macro")
        assert (row["value"], row["low"], row["high"]) == pytest.approx(((1 + second) / 2, low, high))
    found = figure(outcome["differences"], recommender="any", against=AT_RANDOM, platform="macro", metric="ndcg@10")
    assert (found["difference"], found["persons_count"]) == (pytest.approx(0), 2)


@pytest.mark.shared_data
def test_figures_over_nights_are_those_of_the_protocol() -> None:
    """Means over nights, warm and cold items, recall and intervals equal the outside judge's on the same lists."""
    judge = protocol()
    persons, items, cut_day, platforms = 150, 40, 19_700, list(judge.PLATFORMS)
    catalogue, log = made_night(persons, items, platforms, cut_day)
    cuts = {str(pd.Timestamp(day, unit="D").date()): (day + 1) * DAY for day in (cut_day - 10, cut_day)}
    chance = np.random.default_rng(4)

    def at_random(platform: int, judged: Judged) -> np.ndarray:
        table = [chance.permutation(items)[:10] + platform * items for _ in judged.users]
        table = np.array(table, int).reshape(-1, 10)
        excluded = set(zip(judged.excluded[0], judged.excluded[1], strict=True))
        shown = [[-1 if (row, one) in excluded else one for one in line] for row, line in enumerate(table)]
        return np.array(shown, int).reshape(-1, 10)

    made = make(catalogue, log, persons, cuts, {(night, "any", 1): at_random for night in cuts})
    names = np.array([f"u{user:04d}" for user in range(persons)])
    events = pd.DataFrame(
        {
            "person": names[log.users],
            "item_id": catalogue.item_ids[log.items],
            "day": pd.to_datetime(log.times, unit="s"),
            "platform": np.array(platforms)[catalogue.item_platforms[log.items]],
        }
    )
    known = {name: set(catalogue.item_ids[catalogue.items_of(row)]) for row, name in enumerate(platforms)}
    theirs = []
    for job, listed in made.listed.items():
        rows = [
            (platforms[number], names[user], catalogue.item_ids[item], rank + 1)
            for number, one in enumerate(made.judged[job.night])
            for user, line in zip(one.users, listed.best[number], strict=True)
            for rank, item in enumerate(line)
            if item >= 0
        ]
        lists = pd.DataFrame(rows, columns=["platform", "person", "item_id", "rank"])
        # a place left empty is a miss of the list, and what follows keeps its rank
        theirs.append(judge.score(filled(lists), judge.night(events, job.night), known).assign(night=job.night))
    scores = pd.concat(theirs)
    outcome = made.compare()
    for segment, metric, column in (
        ("all", "ndcg@10", "ndcg"), ("all", "recall@10", "recall"), ("warm items", "ndcg@10", "ndcg_warm"),
        ("cold items", "ndcg@10", "ndcg_cold"),
    ):  # fmt: skip
        rows = [row for row in outcome["metrics"] if (row["segment"], row["metric"]) == (segment, metric)]
        for night in cuts:
            one = scores[scores.night == night]
            assert figure(rows, night=night, platform="macro")["value"] == pytest.approx(
                judge.macro(one, column), abs=1e-9
            )
        by_platform = scores.groupby(["platform", "night"])[column].mean().groupby("platform").mean()
        intervals = judge.interval(scores, column)
        for name in (*platforms, "macro"):
            row = figure(rows, night=MEAN, platform=name)
            value = by_platform.mean() if name == "macro" else by_platform[name]
            assert row["value"] == pytest.approx(value, abs=1e-9)
            assert (row["low"], row["high"]) == pytest.approx(intervals[name], abs=1e-6)
    assert NEW_HERE not in {row["segment"] for row in outcome["metrics"]}


def filled(lists: pd.DataFrame) -> pd.DataFrame:
    """The lists with an unknown item in each empty place up to ten."""
    grid = lists[["platform", "person"]].drop_duplicates().merge(pd.DataFrame({"rank": range(1, 11)}), how="cross")
    whole = grid.merge(lists, on=["platform", "person", "rank"], how="left")
    return whole.assign(item_id=whole.item_id.fillna("none"))
