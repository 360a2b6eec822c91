"""Cold items among themselves: which they are, what a list of them is worth, and what chance would be."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from models.backtest_child import Job, Listed
from models.cold_items import AMONG_COLD, AT_RANDOM, ColdItems, find_cold
from models.comparison import measure_cold
from models.evaluation import judge_window
from models.inputs import Inputs
from models.ndcg import ndcg
from models.ranking import best_items
from tests.models.few_events import DAY, inputs_of

CUT = 100
# items 0-2 of the shop are taken before the cut, 3 is looked at; 4 has no text, 5 is not available yet; 6-9 are cold
BEFORE = [(0, 0, 90), (1, 1, 91), (2, 2, 92), (0, 3, 93)]
AFTER = [(0, 6, 105), (0, 1, 106), (1, 7, 107), (1, 8, 108), (2, 5, 109), (2, 4, 110), (1, 2, 111)]


def cold_of(rows: list[tuple[int, int, int]]) -> tuple[Inputs, ColdItems]:
    """What is known in the end, and the cold items of the night at the cut."""
    inputs = inputs_of({"shop": 10}, rows, 2 * CUT)
    items, log = np.arange(10), inputs.log
    log = replace(log, is_positive=log.items != 3)
    catalogue = replace(inputs.catalogue, has_text=items != 4, is_available=items != 5)
    return inputs, find_cold(catalogue, judge_window(catalogue, log, CUT * DAY, 30))


def test_what_is_cold() -> None:
    """Not what was taken or looked at before the cut, has no text or could not be shown; judged is who took some."""
    _, cold = cold_of(BEFORE + AFTER)
    assert np.flatnonzero(cold.catalogue.is_available).tolist() == [6, 7, 8, 9]
    (judged,) = cold.judged
    assert judged.users.tolist() == [0, 1]
    assert list(zip(judged.relevant_rows, judged.relevant_items, strict=True)) == [(0, 6), (1, 7), (1, 8)]


def test_the_future_decides_nothing() -> None:
    """What is taken in the window takes no item out of the pool, and what comes after it changes no judgement."""
    _, cold = cold_of(BEFORE + AFTER)
    _, other = cold_of([*BEFORE, *AFTER, (2, 9, 120), (0, 9, 140), (2, 6, 131)])
    assert (other.catalogue.is_available == cold.catalogue.is_available).all()
    assert other.judged[0].users.tolist() == [0, 1, 2]
    for row, user in enumerate((0, 1)):
        taken = [one.judged[0].relevant_items[one.judged[0].relevant_rows == row].tolist() for one in (cold, other)]
        assert taken[0] == taken[1], user


@pytest.mark.parametrize(("pool", "taken"), [(4, 1), (4, 3), (13, 2), (13, 11), (1, 1)])
def test_chance_is_the_mean_over_all_orders(pool: int, taken: int) -> None:
    """The NDCG@10 of a random order is the mean over all places that the taken items can have in the pool."""
    rows = [(0, 0, 90), *((0, 1 + item, 105) for item in range(taken))]
    inputs = inputs_of({"shop": pool + 1}, rows, 2 * CUT)
    catalogue = replace(inputs.catalogue, has_text=np.ones(pool + 1, bool))
    cold = find_cold(catalogue, judge_window(catalogue, inputs.log, CUT * DAY, 30))
    hits = [np.isin(np.arange(10), places) for places in combinations(range(pool), taken)]
    expected = ndcg(np.array(hits), np.full(len(hits), taken)).mean()
    assert cold.at_random(0)["ndcg@10"] == pytest.approx([expected])


def test_chance_knows_what_may_not_be_shown() -> None:
    """What a person had under another listing is in no list of theirs: chance picks from what is left of the pool."""
    inputs = inputs_of({"shop": 5}, [(0, 0, 90), (1, 0, 90), (0, 1, 105), (1, 1, 105)], 2 * CUT)
    log = inputs.log
    had = {"users": [*log.consumed_users, 0, 0], "items": [*log.consumed_items, 2, 3]}
    log = replace(
        log, **{f"consumed_{name}": np.array(values) for name, values in had.items()},
        consumed_times=np.array([*log.consumed_times, 80 * DAY, 80 * DAY]),
    )  # fmt: skip
    catalogue = replace(inputs.catalogue, has_text=np.ones(5, bool))
    cold = find_cold(catalogue, judge_window(catalogue, log, CUT * DAY, 30))
    whole = 1 / np.log2(np.arange(2, 6))
    assert cold.at_random(0)["ndcg@10"] == pytest.approx([whole[:2].mean(), whole.mean()])


class Fixed:
    """The same scores for everybody, warm items far above the others."""

    def __init__(self, *order: int) -> None:
        self.values = np.full(10, 100.0, np.float32)
        self.values[list(order)] = -np.arange(len(order))

    def scores(self, _platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        return np.tile(self.values, (len(users), 1))


def test_who_ranks_it_first_has_one() -> None:
    """Among cold items alone, behind whatever else: first gives 1, last of four 1/log₂5; chance stands beside."""
    _, cold = cold_of([*BEFORE, (0, 6, 105), (1, 6, 105)])
    (judged,) = cold.judged
    listed = {}
    for name, order in (("right", (6, 7, 8, 9)), ("wrong", (9, 8, 7, 6))):
        best, _ = best_items(Fixed(*order), cold.catalogue, 0, judged.users, judged.excluded, 10)
        listed[Job("a", name, 1)] = Listed([best], [best], 1.0, {})
    groups = measure_cold(lambda _job: cold, listed)[AMONG_COLD, "ndcg@10"]
    means = {name: values.mean() for (name, _, _), (_, values) in groups.items()}
    chance = (1 / np.log2(np.arange(2, 6))).mean()
    assert means == pytest.approx({"right": 1, "wrong": 1 / np.log2(5), AT_RANDOM: chance})
