"""What a night hands to the child that trains."""

import json
from pathlib import Path

from pyarrow import parquet

from flows.settings import Settings
from flows.train import write_inputs
from flows.warehouse import connect


def test_texts_are_handed_on_to_an_encoder_that_learns(tmp_path: Path) -> None:
    """Frozen, its vectors are enough; else each item's own text goes with them, and no row where there is none."""
    settings = Settings(home=tmp_path)
    items = [(0, "news", "a", "tea"), (1, "news", "b", None), (2, "shop", "a", "a hat")]
    with connect(settings.warehouse) as connection:
        connection.execute("create schema training; create schema intermediate")
        connection.execute("create table training.items (item_index integer, platform varchar, item_id varchar)")
        connection.execute("create table intermediate.int_item_texts (platform varchar, item_id varchar, text varchar)")
        connection.executemany("insert into training.items values (?, ?, ?)", [item[:3] for item in items])
        connection.executemany("insert into intermediate.int_item_texts values (?, ?, ?)", [item[1:] for item in items])
    assert write_inputs(settings, tmp_path, {}, {"recommender": {}}) == {}
    assert [path.name for path in (tmp_path / "inputs").iterdir()] == ["configuration.json"]
    learning = {"recommender": {"encoder_training": "lora"}}
    assert write_inputs(settings, tmp_path, {}, learning) == {"texts": 2}
    handed = parquet.read_table(tmp_path / "inputs" / "texts.parquet").to_pydict()
    assert handed == {"item_index": [0, 2], "text": ["tea", "a hat"]}
    assert json.loads((tmp_path / "inputs" / "configuration.json").read_text()) == learning
