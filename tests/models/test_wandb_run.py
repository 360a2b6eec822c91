"""What Weights & Biases is told of a run: TensorBoard's curves and the settings, on this machine, and nothing else."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from models.wandb_run import WandbRun
from tests.models.test_run_folder import curves
from tests.models.tiny_run import RECOMMENDER, FinishedRun


def records_of(file: Path) -> list[Any]:
    """What an offline run has written down, as its own reader finds it."""
    from wandb.proto.wandb_internal_pb2 import Record
    from wandb.sdk.internal.datastore import DataStore

    store, records = DataStore(), []
    store.open_for_scan(str(file))
    while (data := store.scan_data()) is not None:
        record = Record()
        record.ParseFromString(data)
        records.append(record)
    return records


def test_weights_and_biases_is_told_what_tensorboard_is(finished_run: FinishedRun) -> None:
    """Every scalar of every epoch and training is the same; the hyperparameters are there, the machine is not."""
    (file,) = (finished_run.folder / "wandb").glob("offline-run-*/*.wandb")
    told: dict[str, dict[int, float]] = {}
    settings: dict[str, Any] = {}
    records = records_of(file)
    for record in records:
        settings |= {item.key: json.loads(item.value_json) for item in record.run.config.update}
        values = {"/".join(item.nested_key) or item.key: json.loads(item.value_json) for item in record.history.item}
        for name in values.keys() - {"_step", "_timestamp", "_runtime"}:
            training = "/".join(name.split("/")[:2])
            told.setdefault(name, {})[values[f"{training}/epoch"]] = values[name]
    shown: dict[str, dict[int, float]] = {}
    board = finished_run.folder / "tensorboard"
    for events in board.rglob("events.*"):
        training = events.parent.relative_to(board).as_posix()
        shown |= {f"{training}/{name}": curve for name, curve in curves(events).items()}
    assert {name for name in told if not name.endswith("/epoch")} == set(shown)
    for name, curve in shown.items():
        assert told[name] == pytest.approx(curve, rel=1e-6)
    assert settings["embedding_size"] == RECOMMENDER["embedding_size"] and settings["blocks"] == 1
    assert {record.run.host for record in records} == {"", "crossrec"}
    assert not [path.name for path in file.parent.joinpath("files").iterdir()]


def test_nothing_is_told_unless_asked(finished_run: FinishedRun) -> None:
    """Without the setting there are TensorBoard's files alone."""
    assert (finished_run.again / "tensorboard").exists()
    assert not (finished_run.again / "wandb").exists()


def test_the_extra_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for Weights & Biases without its package hears how to get it."""
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'crossrec\[wandb\]'"):
        WandbRun(tmp_path, "night", {})
