"""The grid of dials tells whether uplift is nothing where nothing is shared, and rises with each dial."""

from collections.abc import Callable
from itertools import product

import pytest

from tests.benchmarks.simulated_uplift import DIALS, Row, judge


def grid(uplift: Callable[[float, float], float]) -> list[Row]:
    """A row for each cell, with intervals of ±0.01."""
    found = ((overlap, transfer, uplift(overlap, transfer)) for overlap, transfer in product(DIALS, DIALS))
    return [
        {
            "overlap": overlap,
            "transfer": transfer,
            "seed": 7,
            "difference": gain,
            "low": gain - 0.01,
            "high": gain + 0.01,
        }
        for overlap, transfer, gain in found
    ]


@pytest.mark.parametrize(
    ("uplift", "holds"),
    [
        (lambda overlap, transfer: 0.05 * overlap * transfer, [True, True, True]),
        (lambda overlap, transfer: 0.02 + 0.05 * overlap * transfer, [False, True, True]),
        (lambda overlap, _transfer: 0.05 * overlap, [True, True, False]),
        (lambda overlap, transfer: 0.05 * transfer - 0.01 * overlap, [True, False, True]),
        (lambda overlap, transfer: 0.05 * transfer * (overlap != 0.5) + 0.01 * overlap, [True, False, True]),
    ],
)
def test_verdicts(uplift: Callable[[float, float], float], holds: list[bool]) -> None:
    """Nothing gained with both dials off, overlap, transfer: each is told for itself, and a step back is no rise."""
    assert [is_so for _, is_so in judge(grid(uplift))] == holds
