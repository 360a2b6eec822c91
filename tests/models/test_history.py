"""What a past night may know of all history, and what is hidden where a person is made new on a platform."""

from dataclasses import replace

import numpy as np

from models.history import History, draw_masks
from tests.models.few_events import DAY, inputs_of

SIZES = {"shop": 3, "press": 2}
ROWS = [(0, 0, 10), (0, 3, 12), (0, 1, 20), (1, 0, 10), (1, 4, 30), (2, 2, 11), (2, 1, 20)]


def history(from_: list[float] | None = None, until: list[float] | None = None, **more: object) -> History:
    always = [np.nan] * 5
    return History(inputs_of(SIZES, ROWS, 100), np.array(from_ or always), np.array(until or always), **more)


def test_nothing_later_than_the_cut_is_known() -> None:
    """Events, counts and consumptions from the cut on are absent, as are counts of over a year before and qualities."""
    known = history().as_of(20 * DAY, seed=5)
    assert known.cut == 20 * DAY
    assert known.configuration["seed"] == 5
    for times in (known.log.times, known.log.days * DAY, known.log.consumed_times):
        assert sorted(times // DAY) in ([10, 10, 11, 12], [10, 11, 12])
    assert sorted(history().as_of(376 * DAY, 5).log.days) == [11, 12, 20, 30]
    catalogue = replace(history().inputs.catalogue, qualities=np.ones(2))
    counted = replace(history(), inputs=replace(history().inputs, catalogue=catalogue))
    assert counted.as_of(20 * DAY, 5).catalogue.qualities is None


def test_the_catalogue_is_that_of_the_cut() -> None:
    """Items that are no longer or not yet available at a cut are left out of its lists, and in those of other cuts."""
    made = history(
        from_=[np.nan, 15 * DAY, 25 * DAY, 20 * DAY, np.nan], until=[19 * DAY, np.nan, np.nan, np.nan, 20 * DAY]
    )
    assert list(made.as_of(20 * DAY, 1).catalogue.is_available) == [False, True, False, False, False]
    assert list(made.as_of(26 * DAY, 1).catalogue.is_available) == [False, True, True, True, False]


def test_a_masked_platform_is_as_if_the_person_had_never_been_there() -> None:
    """Their events and consumptions there are gone, and taken off the items' daily counts; all else is left."""
    known = history(masked=np.array([0, -1, 1])).as_of(25 * DAY, 1).log
    assert list(zip(known.users, known.items, strict=True)) == [(0, 3), (1, 0), (2, 2), (2, 1)]
    assert list(zip(known.consumed_users, known.consumed_items, strict=True)) == [(0, 3), (1, 0), (2, 2), (2, 1)]
    counts = dict(zip(zip(known.day_items, known.days, strict=True), known.day_counts, strict=True))
    assert counts == {(0, 10): 1, (1, 20): 1, (2, 11): 1, (3, 12): 1}


def test_masks_are_drawn_among_those_on_several_platforms() -> None:
    """About the share asked for is masked, each on a platform where they were; who is on one platform never is."""
    rows = [(user, item, 10) for user in range(0, 2000, 2) for item in (0, 3)] + [
        (user, 1, 10) for user in range(1, 2000, 2)
    ]
    masked = draw_masks(inputs_of(SIZES, rows, 100), 0.2, seed=3)
    assert not (masked[1::2] >= 0).any()
    assert 0.15 < (masked[::2] >= 0).mean() < 0.25
    assert set(masked) == {-1, 0, 1}
