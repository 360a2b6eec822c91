"""What makes a night's lists can be chosen."""

from pathlib import Path

import keras
import numpy as np
import pytest

from models.recommend_child import recommend
from models.shipping import Verdict
from models.train_child import train
from tests.models.tiny_run import PLATFORMS, FinishedRun, platform_of, read_finished, write_run


def run_in(mode: str, folder: Path) -> FinishedRun:
    write_run(folder, mode=mode)
    keras.utils.set_random_seed(3)
    train(folder, "CPU")
    recommend(folder)
    return read_finished(folder, folder)


def test_single_lists_rest_on_their_platform_alone(tmp_path: Path) -> None:
    """A network for each platform, no joint one, no uplift; reasons name items of the list's own platform only."""
    run = run_in("single", tmp_path)
    kept = {path.name for path in (tmp_path / "recommender").glob("*.keras")}
    assert kept == {"network.deli.keras", "network.loft.keras"}
    recommenders = {row["recommender"] for row in run.metrics["metrics"] if row["segment"] == "all"}
    assert recommenders == {"single", "popularity"}
    assert run.metrics["uplift"] == []
    has_reason = run.scored["reason_item_index"] >= 0
    assert has_reason.any()
    reasons, platforms = run.scored["reason_item_index"][has_reason], run.scored["platform_index"][has_reason]
    assert (platform_of(reasons) == platforms).all()
    assert set(run.scored["source"]) <= {"single", "item-knn", "prior"}
    assert len(set(run.scored["platform_index"])) == PLATFORMS


def test_a_platform_that_joint_harms_gets_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the verdict is single, its network alone makes the platform's lists; elsewhere two do."""
    verdicts = [Verdict("joint+single", "it helps"), Verdict("single", "it does harm")]
    monkeypatch.setattr("models.shipping.ship", lambda *_: verdicts)
    run = run_in("joint", tmp_path)
    networks = {path.name for path in (tmp_path / "recommender").glob("*.keras")}
    assert networks == {"network.keras", "network.deli.keras", "network.loft.keras"}
    for platform, maker in enumerate(("joint+single", "single")):
        assert set(run.scored["source"][run.scored["platform_index"] == platform]) <= {maker, "item-knn", "prior"}
    of_loft = (run.scored["platform_index"] == 1) & (run.scored["reason_item_index"] >= 0)
    assert (platform_of(run.scored["reason_item_index"][of_loft]) == 1).all()


def test_popularity_lists_need_no_network(tmp_path: Path) -> None:
    """All persons get the popular items in the same order, what they have consumed aside, and nothing is trained."""
    run = run_in("popularity", tmp_path)
    assert not list((tmp_path / "recommender").glob("*.keras"))
    assert run.metrics["version"]["epochs"] == 0
    assert set(run.scored["source"]) == {"prior"}
    on_loft = run.scored["platform_index"] == 1  # where what was taken may return
    users = run.scored["user_index"][on_loft]
    lists = [run.scored["item_index"][on_loft][users == user] for user in np.unique(users)]
    assert all((found == lists[0]).all() for found in lists)
