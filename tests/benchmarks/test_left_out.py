"""Leave-one-out hides what it has to hide, and ranks as with a pencil."""

import numpy as np
import pandas as pd
import pytest

from models.popularity import daily_counts
from tests.benchmarks.left_out_networks import network_ranks
from tests.benchmarks.left_out_protocol import NETWORKS, Protocol
from tests.benchmarks.left_out_ranks import FILTERED, LATER, UNFILTERED, Judge, ndcg_of
from tests.benchmarks.left_out_sets import TEST, TRAIN, VALID, LeftOut, left_out, parted


class Fixed:
    """The same scores for everybody: the higher the item's place, the higher."""

    def scores(self, _platform: int, users: np.ndarray) -> np.ndarray:
        """See `models.ranking.Ranker`."""
        return np.tile(np.arange(6, dtype=np.float32), (len(users), 1))


def made(negatives: int | None = None, same_day: bool = False) -> LeftOut:
    """Person a: items 0, 5 and 1, then 3 to choose by and 2 to be foretold; person b on another platform."""
    items = pd.DataFrame([(name, str(one), "") for name in ("press", "shop") for one in range(6)])
    items.columns = ["platform", "item", "text"]
    events = parted(iter([("a", "shop", list("05132")), ("b", "press", list("0124"))]))
    events.loc[events.person == "a", "same_day"] = same_day
    return left_out("made", events, items, lambda _texts: np.zeros((0, 1), np.float32), negatives)


def test_what_is_left_out_is_in_no_log() -> None:
    """Training knows neither of the last two items, nor are they counted as popular; the last is known to nobody."""
    left = made()
    log = left.log(TRAIN)
    assert sorted(log.items) == [0, 1, 6, 7, 11]
    assert log.items[log.users == 0].tolist() == [6, 11, 7]
    counts = daily_counts(left.catalogue, log)
    assert [one.counts.sum() for one in counts] == [2, 3]
    assert sorted(left.log(TRAIN, VALID).items) == [0, 1, 2, 6, 7, 9, 11]
    for has_prior, expected in ((False, 0.0), (True, np.log(1.01 / 0.01))):
        table = Protocol({}, has_prior).popularity(left, log).table(1, -1)
        # every day that a target may see has the same prior: what was taken in training, or all alike
        assert table[0, 5] - table[0, 4] == pytest.approx(expected, rel=1e-3)


def test_ranks_by_hand() -> None:
    """Item 2 stands behind 5, 4 and 3; without those that the person had, behind 4 alone."""
    judge = Judge(made(), TEST)
    ranks = judge.ranks(Fixed(), [0, 1])
    assert ranks[FILTERED].tolist() == [2, 2]
    assert ranks[UNFILTERED].tolist() == [4, 2]
    assert judge.ranks(Fixed(), [1])[FILTERED].tolist() == [2, 0]
    assert {number: one.tolist() for number, one in judge.by_platform(ranks[UNFILTERED]).items()} == {
        0: [pytest.approx(1 / np.log2(3))],
        1: [pytest.approx(1 / np.log2(5))],
    }
    assert ndcg_of(np.array([10, 11])).tolist() == [pytest.approx(1 / np.log2(11)), 0]


def test_drawn_items_were_never_touched() -> None:
    """Of six items a person touched five: only the sixth can be drawn, whatever comes later; ties stand before."""
    left = made(negatives=1)
    assert Judge(left, VALID).drawn[0].tolist() == [4]

    class Tied(Fixed):
        def scores(self, _platform: int, users: np.ndarray) -> np.ndarray:
            return np.zeros((len(users), 6), np.float32)

    judge = Judge(left, TEST)
    assert judge.ranks(Tied(), [0, 1])["among 1 drawn items"].tolist() == [2, 2]


def test_later_days_are_told_apart() -> None:
    """A target on the day of the event before is in the whole, and not among those of later days."""
    judge = Judge(made(same_day=True), TEST)
    found = judge.segments(judge.ranks(Fixed(), [0, 1]))
    assert found[FILTERED].tolist() == [2, 2]
    assert found[FILTERED + LATER].tolist() == [0, 2]


def drawn(seed: int) -> LeftOut:
    """Sixty persons with four items each on two platforms of twelve; what half of them do last depends on the seed."""
    chance, other = np.random.default_rng(0), np.random.default_rng(seed)
    items = pd.DataFrame([(name, f"{one:02}", "") for name in ("press", "shop") for one in range(12)])
    items.columns = ["platform", "item", "text"]
    rows = [(f"{person:02}", ("press", "shop")[person % 2], chance.permutation(12)[:5]) for person in range(60)]
    last = [its[other.integers(3, 5)] if person < 30 else its[3] for person, (_, _, its) in enumerate(rows)]
    sequences = [
        (person, platform, [f"{one:02}" for one in (*its[:3], end)])
        for (person, platform, its), end in zip(rows, last, strict=True)
    ]
    return left_out("drawn", parted(iter(sequences)), items, lambda _texts: np.zeros((0, 1), np.float32))


def test_nothing_is_learned_of_the_last_items() -> None:
    """Whatever others do last, networks and their blends rank alike; each is the same alone and beside the others."""
    protocol = Protocol({"max_epochs": 2, "embedding_size": 8, "text_size": 1, "sequence_length": 4}, has_prior=True)
    one, other = (network_ranks(drawn(seed), NETWORKS, 7, protocol, lambda _line: None) for seed in (1, 2))
    assert set(one) == set(NETWORKS)
    assert drawn(1).targets(TEST)[1].tolist() != drawn(2).targets(TEST)[1].tolist()
    for name in NETWORKS:
        np.testing.assert_array_equal(one[name][FILTERED][30:], other[name][FILTERED][30:])
        alone = network_ranks(drawn(1), [name], 7, protocol, lambda _line: None)
        np.testing.assert_array_equal(alone[name][FILTERED], one[name][FILTERED])


def test_a_platform_alone_has_what_was_done_there() -> None:
    """Its persons keep their parts, and nothing of the other platform is left."""
    alone = made().of_platform(1)
    assert alone.items.tolist() == [6, 11, 7, 9, 8] and alone.targets(TEST)[1].tolist() == [8]
