"""The table of encoders tells what a cell came to and what that cost."""

import json
from pathlib import Path

import pytest

from tests.benchmarks.encoders import Cell, Nights, cells, compare_encoders, row_of, table


def outcome(value: float, cold: float | None) -> dict:
    """Of two nights; figures that are not asked for are 0.9."""
    wanted = ("all", "ndcg@10", "macro", "mean", "joint")
    others = enumerate(("new items", "recall@10", "shop", "2014-01-24", "random"))
    found: dict = {(*wanted[:place], other, *wanted[place + 1 :]): 0.9 for place, other in others}
    found |= {wanted: value, ("cold items among themselves", *wanted[1:]): cold}
    names = ("segment", "metric", "platform", "night", "recommender")
    metrics = [
        {**dict(zip(names, key, strict=True)), "value": one, "low": one - 0.002, "high": one + 0.002}
        for key, one in found.items()
        if one is not None
    ]
    jobs = [
        {"seconds": seconds, "facts": {"parameters_count": 1_234_567, "peak_memory_mb": peak}}
        for seconds, peak in ((100, 2000.4), (201, 3000.4))
    ]
    return {"metrics": metrics, "jobs": jobs}


def test_what_a_cell_came_to_stands_in_its_row() -> None:
    """The macro means over the nights with their interval, seconds in the mean, memory and parameters at the most."""
    rows = [row_of(Cell("use", "lora", "frozen"), outcome(0.05, 0.012))]
    rows.append(row_of(Cell("minilm", "none", "frozen"), outcome(0.04, None)))
    assert [*table(rows)][2:] == [
        "| use / frozen / lora | 0.0500 | 0.0480 | 0.0520 | 0.0120 | 1,234,567 | 150 | 3,000 |",
        "| minilm / frozen / none | 0.0400 | 0.0380 | 0.0420 | – | 1,234,567 | 150 | 3,000 |",
    ]


def test_kept_cells_are_told_the_best_first(tmp_path: Path) -> None:
    """Cells that are kept are not measured again, and all of them are in the table, chosen or not."""
    asked, told = Nights(tmp_path, [], ["2014-01-24"], [7]), list[str]()
    for part, value in (("none", 0.04), ("norm", 0.06), ("lora", 0.05)):
        cell = Cell("use", part, "frozen")
        asked.kept(cell).parent.mkdir(exist_ok=True)
        asked.kept(cell).write_text(json.dumps(row_of(cell, outcome(value, 0.01))))
    assert compare_encoders(asked, cells([("encoder", "use"), ("part", "none")]), told.append) == 0
    parts = [line.split()[5] for line in "\n".join(told).splitlines() if line.startswith("| use")]
    assert parts == ["norm", "lora", "none"]
    assert (tmp_path / "encoders.png").stat().st_size > 0


def test_cells_are_named_by_what_they_are() -> None:
    """Several values of a property are alternatives, properties go together, and a wrong one tells the right ones."""
    chosen = cells([("encoder", "use"), ("encoder", "hashing"), ("part", "norm")])
    assert [str(cell) for cell in chosen] == ["use / frozen / norm", "hashing / frozen / norm"]
    with pytest.raises(ValueError, match="found part=loar"):
        cells([("part", "loar")])
    with pytest.raises(ValueError, match="by encoder, part or training; found parts=lora"):
        cells([("parts", "lora")])
