"""The grid of dials tells whether uplift is nothing where nothing is shared, and rises with each dial."""

from collections.abc import Callable
from itertools import product

import pytest

from tests.benchmarks.simulated_uplift import DIALS, Row, judge


def grid(uplift: Callable[[float, float], float], shipped: float) -> list[Row]:
    """A row for each cell, with intervals of ±0.01."""
    rows = []
    for overlap, transfer in product(DIALS, DIALS):
        row: Row = {"overlap": overlap, "transfer": transfer, "seed": 7}
        for prefix, gain in (("", uplift(overlap, transfer)), ("shipped_", shipped * overlap)):
            row |= {f"{prefix}difference": gain, f"{prefix}low": gain - 0.01, f"{prefix}high": gain + 0.01}
        rows.append(row)
    return rows


@pytest.mark.parametrize(
    ("uplift", "shipped", "holds"),
    [
        (lambda overlap, transfer: 0.05 * overlap * (transfer - 0.5 * (transfer < 1)), 0.02, [True, True, True, True]),
        (lambda overlap, transfer: 0.02 + 0.05 * overlap * transfer, 0.0, [False, True, True, True]),
        (lambda overlap, _transfer: 0.05 * overlap, 0.0, [True, True, False, True]),
        (lambda overlap, transfer: 0.05 * transfer - 0.01 * overlap, 0.0, [True, False, True, True]),
        (lambda overlap, transfer: 0.05 * transfer * (overlap != 0.5) + 0.01 * overlap, 0.0, [True, False, True, True]),
        (lambda overlap, transfer: 0.05 * overlap * transfer, -0.02, [True, True, True, False]),
    ],
)
def test_verdicts(uplift: Callable[[float, float], float], shipped: float, holds: list[bool]) -> None:
    """Each verdict for itself: nothing gained with both dials off, overlap, transfer, and what ships; no step back."""
    assert [is_so for _, is_so in judge(grid(uplift, shipped))] == holds
