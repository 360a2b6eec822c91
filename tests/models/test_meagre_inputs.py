"""Inputs with hardly anything in them: every person still gets a full list, and every figure is a number."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet
import pytest

from models.recommend_child import recommend
from models.train_child import train
from tests.models.tiny_run import ACTIVE, CUT, DAY, EACH, GONE, IN_CLUSTER, PLATFORMS, SILENT, write_run

Tables = dict[str, arrow.Table]
OF_EVENTS = ("events", "item_days", "consumed")


def without_events(tables: Tables) -> Tables:
    """Nobody ever did anything."""
    return {name: tables[name].slice(0, 0) for name in OF_EVENTS}


def without_text(tables: Tables) -> Tables:
    """No item has a text."""
    nothing = arrow.nulls(PLATFORMS * EACH, arrow.list_(arrow.float32()))
    items = tables["items"]
    return {"items": items.set_column(items.schema.get_field_index("embedding"), "embedding", nothing)}


def without_takers(tables: Tables) -> Tables:
    """Nobody took anything on the second platform; they only looked."""
    events, item_days = tables["events"], tables["item_days"]
    is_first = compute.equal(events["platform_index"], 0)
    place = events.schema.get_field_index("is_positive")
    positive = compute.and_(events["is_positive"], is_first)
    return {
        "events": events.set_column(place, "is_positive", positive),
        "item_days": item_days.filter(compute.less(item_days["item_index"], EACH)),
    }


def of_the_last_day(tables: Tables) -> Tables:
    """The log began on the night's own day."""
    first = (CUT - DAY, CUT // DAY - 1, CUT - DAY)
    columns = ("event_at", "day", "first_at")
    return {
        name: tables[name].filter(compute.greater_equal(tables[name][column], begin))
        for name, column, begin in zip(OF_EVENTS, columns, first, strict=True)
    }


def with_an_empty_platform(tables: Tables) -> Tables:
    """A third platform has neither items nor events."""
    row = tables["platforms"].slice(0, 1).to_pylist()[0] | {
        "platform_index": 2,
        "platform": "zoo",
        "positives_count": 0,
    }
    return {
        "platforms": arrow.concat_tables(
            [tables["platforms"], arrow.Table.from_pylist([row], tables["platforms"].schema)]
        )
    }


@pytest.fixture
def meagre(tmp_path: Path) -> Callable[[Callable[[Tables], Tables]], dict[str, Any]]:
    """Trains and scores the tiny run with some of its tables replaced; its lists and metrics."""

    def run(change: Callable[[Tables], Tables]) -> dict[str, Any]:
        inputs = write_run(tmp_path) / "inputs"
        tables = {path.stem: parquet.read_table(path) for path in inputs.glob("*.parquet")}
        for name, table in change(tables).items():
            parquet.write_table(table, inputs / f"{name}.parquet")
        configuration = json.loads((inputs / "configuration.json").read_text())
        configuration["recommender"]["max_epochs"] = 1
        (inputs / "configuration.json").write_text(json.dumps(configuration))
        train(tmp_path, "CPU")
        recommend(tmp_path)
        lists = parquet.read_table(tmp_path / "scored.parquet").to_pandas()
        return {"lists": lists, **json.loads((tmp_path / "recommender" / "metrics.json").read_text())}

    return run


@pytest.mark.parametrize(
    "change", [without_events, without_text, without_takers, of_the_last_day, with_an_empty_platform]
)
def test_everybody_gets_a_list_whatever_is_missing(meagre, change: Callable[[Tables], Tables]) -> None:
    """Each person has each platform's available items, less what they consumed, with finite scores and figures."""
    found = meagre(change)
    lists = found["lists"]
    assert np.isfinite(lists.score).all()
    sizes = lists.groupby(["user_index", "platform_index"]).size()
    available = EACH - sum(number % IN_CLUSTER == GONE for number in range(EACH))
    assert len(sizes) == PLATFORMS * (ACTIVE + SILENT)
    assert sizes.max() == available and sizes.min() > available - IN_CLUSTER
    for row in found["metrics"] + found["uplift"]:
        assert all(np.isfinite(value) for value in row.values() if isinstance(value, float))


def test_without_events_everybody_falls_back(meagre) -> None:
    """With nothing to learn from there is no network: all lists are the prior's, without epochs and figures."""
    found = meagre(without_events)
    lists = found["lists"]
    assert lists.is_fallback.all() and set(lists.source) == {"prior"} and lists.reason_item_index.isna().all()
    assert found["version"]["epochs"] == 0 and found["metrics"] == found["uplift"] == []


def test_a_platform_nobody_takes_from_is_the_priors(meagre) -> None:
    """Where nobody took anything the source is the prior, though persons have a history; it has no figures."""
    found = meagre(without_takers)
    lists = found["lists"]
    active = lists[lists.user_index < ACTIVE]
    assert set(active[active.platform_index == 1].source) == {"prior"} and not active.is_fallback.any()
    assert {row["platform"] for row in found["metrics"]} == {"deli", "macro"}
