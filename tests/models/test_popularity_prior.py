"""The popularity prior: nothing from later, bursts where bursts pay, and one arithmetic for one day and for many."""

import numpy as np
import pytest

from models.popularity_prior import DailyCounts, PopularityPrior, choose_half_lives, fit_priors

LAST_DAY, WINDOW = 1000, 14


def made_counts(rows: list[tuple[int, int, int]], size: int) -> DailyCounts:
    """Counts from rows of (item, day, count)."""
    items, days, counts = np.array(rows).T
    return DailyCounts(items, days, counts, size)


def bursts(items: int = 30) -> DailyCounts:
    """Twenty items of steady fame, and each ten days another one that is taken much for a fortnight, and no more."""
    rows = [(one, day, 2) for one in range(20) for day in range(LAST_DAY - 200, LAST_DAY + 1)]
    for number in range(20):
        begin = LAST_DAY - 200 + 10 * number
        rows += [(20 + number % (items - 20), day, 12) for day in range(begin, min(begin + 14, LAST_DAY + 1))]
    return made_counts(rows, items)


def steady(items: int = 30) -> DailyCounts:
    """Items of lasting fame, taken on random days; recent counts are noise and say less than all of them."""
    chance = np.random.default_rng(6)
    fame = 0.6 / np.arange(1, items + 1) ** 0.5
    taken = chance.poisson(fame, (200, items))
    day, one = np.nonzero(taken)
    return DailyCounts(one, LAST_DAY - 199 + day, taken[day, one], items)


def test_later_rows_change_nothing() -> None:
    """Fitted and asked for a day the prior is the same whatever was taken after that day."""
    known = bursts()
    later = [(29, LAST_DAY + ahead, 500) for ahead in (1, 2, 30)]
    rows = [*zip(known.items.tolist(), known.days.tolist(), known.counts.tolist(), strict=True), *later]
    told = made_counts(rows, known.size)
    (prior,), (same,) = fit_priors([known], LAST_DAY, WINDOW), fit_priors([told], LAST_DAY, WINDOW)
    assert prior == same
    np.testing.assert_array_equal(prior.at(known, LAST_DAY), prior.at(told, LAST_DAY))
    days = prior.by_day(told, LAST_DAY - 5, LAST_DAY)
    np.testing.assert_array_equal(days, prior.by_day(known, LAST_DAY - 5, LAST_DAY))


def test_a_burst_wins_over_old_fame_where_bursts_paid() -> None:
    """Where past bursts went on after a cut a short half-life is chosen, and today's burst stands above old fame."""
    counts = bursts()
    (prior,) = fit_priors([counts], LAST_DAY, WINDOW)
    assert prior.half_life <= 7
    assert counts.taken(0, LAST_DAY)[29] < counts.taken(0, LAST_DAY)[:20].min()
    assert prior.at(counts, LAST_DAY).argmax() == 29  # the burst of the last days


def test_lasting_fame_gets_a_long_memory() -> None:
    """Where recent counts are noise a longer half-life is chosen than where bursts pay."""
    (short,), (long,) = (choose_half_lives([counts], LAST_DAY, WINDOW) for counts in (bursts(), steady()))
    assert long >= 14 > short


def test_platforms_lend_each_other_evidence() -> None:
    """A platform without any past takes the half-life of the others; without any at all it is a week."""
    none = DailyCounts(*(np.array([], int) for _ in range(3)), 5)
    known = bursts()
    assert choose_half_lives([known, none], LAST_DAY, WINDOW)[1] == choose_half_lives([known], LAST_DAY, WINDOW)[0]
    (prior,) = fit_priors([none], LAST_DAY, WINDOW)
    assert prior == PopularityPrior(7.0, 1.0)
    np.testing.assert_allclose(prior.at(none, LAST_DAY), np.log(1 / 5), rtol=1e-6)


@pytest.mark.parametrize("half_life", [1.0, 7.0, 90.0])
def test_every_day_of_a_table_equals_that_day_alone(half_life: float) -> None:
    """by_day, which decays from day to day, gives at() of each day; both are log-probabilities."""
    counts, prior = steady(), PopularityPrior(half_life, 0.7)
    table = prior.by_day(counts, LAST_DAY - 210, LAST_DAY)
    assert table.shape == (211, counts.size)
    for row, day in enumerate(range(LAST_DAY - 210, LAST_DAY + 1)):
        np.testing.assert_allclose(table[row], prior.at(counts, day), atol=1e-5)
    np.testing.assert_allclose(np.exp(table.astype(float)).sum(axis=1), 1, atol=1e-5)


def test_decayed_counts_by_hand() -> None:
    """A count weighs half for each half-life that has passed."""
    counts = made_counts([(0, 10, 4), (0, 12, 1), (1, 14, 3)], 3)
    np.testing.assert_allclose(counts.decayed(14, 2.0), [4 / 4 + 1 / 2, 3, 0])
    np.testing.assert_allclose(counts.decayed(12, 2.0), [4 / 2 + 1, 0, 0])
    np.testing.assert_allclose(counts.taken(10, 14), [1, 3, 0])
