"""A whole run folder through both children: what the lists hold, what they learned, and that it can be repeated."""

import filecmp
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest

from models.evaluation import METRICS, SEGMENTS
from models.inputs import read_inputs
from models.saved_recommender import load_heads
from tests.models.tiny_run import (
    ACTIVE,
    CLUSTERS,
    COLD,
    CUT,
    EACH,
    GONE,
    IN_CLUSTER,
    PLATFORMS,
    SILENT,
    FinishedRun,
    cluster_of,
    item,
    platform_of,
    taste_of,
)

ERRORS = ("brier", "ece")


def consumed_pairs(run: FinishedRun) -> set[tuple[int, int]]:
    """Whom nothing of what may not be shown again."""
    log = read_inputs(run.folder).log
    return set(zip(log.consumed_users.tolist(), log.consumed_items.tolist(), strict=True))


def value_of(run: FinishedRun, recommender: str, platform: str = "macro") -> dict[str, float]:
    """The NDCG row of a recommender on a platform."""
    (row,) = (
        row
        for row in run.metrics["metrics"]
        if (row["recommender"], row["platform"], row["metric"]) == (recommender, platform, "ndcg@10")
    )
    return row


def test_everybody_gets_every_item_that_may_be_shown(finished_run: FinishedRun) -> None:
    """A person's list of a platform holds each available item once, but for what they took and may not return."""
    scored, consumed = finished_run.scored, consumed_pairs(finished_run)
    shown = list(zip(scored["user_index"].tolist(), scored["item_index"].tolist(), strict=True))
    expected = {
        (user, one)
        for user in range(ACTIVE + SILENT)
        for one in range(PLATFORMS * EACH)
        if one % IN_CLUSTER != GONE and (user, one) not in consumed
    }
    assert len(consumed) > 3 * ACTIVE
    assert len(shown) == len(set(shown))
    assert set(shown) == expected
    assert (platform_of(scored["item_index"]) == scored["platform_index"]).all()


def test_ranks_run_from_one_and_follow_the_scores(finished_run: FinishedRun) -> None:
    """Within a list ranks are 1, 2, 3 … in the file's order, and scores never rise."""
    scored = finished_run.scored
    lists = scored["platform_index"].astype(int) * (ACTIVE + SILENT) + scored["user_index"]
    starts_anew = np.diff(lists, prepend=-1) != 0
    assert (np.diff(lists) >= 0).all()
    first = np.flatnonzero(starts_anew)[np.cumsum(starts_anew) - 1]
    np.testing.assert_array_equal(scored["item_rank"], np.arange(len(lists)) - first + 1)
    assert (np.diff(scored["score"])[~starts_anew[1:]] <= 0).all()
    assert np.isfinite(scored["score"]).all()


def test_who_never_did_anything_gets_the_prior(finished_run: FinishedRun) -> None:
    """Persons without events get the popularity prior's list, marked as such and without reasons; nobody else does."""
    scored = finished_run.scored
    silent = scored["user_index"] >= ACTIVE
    np.testing.assert_array_equal(scored["is_fallback"], silent)
    np.testing.assert_array_equal(scored["source"] == "prior", silent)
    assert set(scored["source"]) == {"prior", "joint+single"}
    assert (scored["reason_item_index"][silent] == -1).all()
    last = scored["user_index"] == ACTIVE + SILENT - 1
    another = scored["user_index"] == ACTIVE
    np.testing.assert_array_equal(scored["item_index"][last], scored["item_index"][another])


def test_reasons_come_from_the_own_past_and_taste(finished_run: FinishedRun) -> None:
    """Published ranks name an item that the person took, mostly of the shown item's cluster; later ranks name none."""
    scored, log = finished_run.scored, read_inputs(finished_run.folder).log
    reasons, shown = scored["reason_item_index"], scored["item_index"]
    published = (scored["item_rank"] <= 10) & ~scored["is_fallback"]
    named = reasons >= 0
    assert not named[~published].any()
    assert named[published].mean() > 0.9
    taken = set(zip(log.users[log.is_positive].tolist(), log.items[log.is_positive].tolist(), strict=True))
    assert set(zip(scored["user_index"][named].tolist(), reasons[named].tolist(), strict=True)) <= taken
    own = named & (cluster_of(shown) == taste_of(scored["user_index"]))
    assert (cluster_of(reasons[own]) == cluster_of(shown[own])).mean() > 0.9


def test_joint_learns_what_popularity_cannot(finished_run: FinishedRun) -> None:
    """On a planted taste the joint recommender's NDCG is above twice that of popularity, intervals far apart."""
    joint, popularity = value_of(finished_run, "joint"), value_of(finished_run, "popularity")
    assert joint["value"] > 2 * popularity["value"]
    assert joint["low"] > popularity["high"]


def test_joint_carries_a_taste_across_platforms(finished_run: FinishedRun) -> None:
    """Where a third of the persons is known from the other platform alone, joint beats single beyond chance."""
    (row,) = (
        row
        for row in finished_run.metrics["uplift"]
        if (row["platform"], row["segment"], row["metric"]) == ("deli", "all", "ndcg@10")
    )
    assert row["low"] > 0
    assert row["difference"] == pytest.approx(row["joint"] - row["single"])
    assert row["joint"] == value_of(finished_run, "joint", "deli")["value"]
    assert row["single"] == value_of(finished_run, "single", "deli")["value"]


def test_text_speaks_for_items_that_nobody_touched(finished_run: FinishedRun) -> None:
    """Among cold items a person finds that of their own taste above each of another cluster, nearly always."""
    scored = finished_run.scored
    for platform in range(PLATFORMS):
        ranks = np.zeros((ACTIVE, CLUSTERS), int)
        for cluster in range(CLUSTERS):
            rows = (scored["item_index"] == item(platform, cluster, COLD)) & (scored["user_index"] < ACTIVE)
            ranks[scored["user_index"][rows], cluster] = scored["item_rank"][rows]
        assert (ranks > 0).all()
        assert (ranks.argmin(axis=1) == taste_of(np.arange(ACTIVE))).mean() > 0.9


def test_metrics_have_every_row_once(finished_run: FinishedRun) -> None:
    """metrics.json has joint, single and popularity on each platform and macro, uplift by segment, and what it cost."""
    metrics, uplift = finished_run.metrics["metrics"], finished_run.metrics["uplift"]
    lineup, places = ("joint", "joint+single", "single", "popularity"), ("deli", "loft", "macro")
    expected = {(who, where, metric) for who in lineup for where in places for metric in METRICS}
    expected |= {(who, where, "coverage@10") for who in lineup for where in places[:2]}
    expected |= {(who, where, metric) for who in ("score", "probability") for where in places[:2] for metric in ERRORS}
    expected |= {(who, "loft", "rmse") for who in ("mean", "rating")}
    assert sorted((row["recommender"], row["platform"], row["metric"]) for row in metrics) == sorted(expected)
    for row in metrics + uplift:
        assert 0 < row["persons_count"] <= ACTIVE
        if row["low"] is not None:
            assert row["low"] <= row.get("value", row.get("difference")) <= row["high"]
    counts = {(row["platform"], row["segment"], row["metric"]): row["persons_count"] for row in uplift}
    assert len(counts) == len(uplift) and {segment for _, segment, _ in counts} <= set(SEGMENTS)
    for where in places[:2]:
        for metric in METRICS:
            of = {segment: counts.get((where, segment, metric), 0) for segment in SEGMENTS}
            assert of["few events"] + of["many events"] == of["one platform"] + of["several platforms"] == of["all"]
            assert of["few events"] > 0 and of["one platform"] > 0 and of["warm items"] > 0
    for row in finished_run.metrics["shipped"]:
        assert row["recommender"] == "joint+single" and row["network"] > 0 and "NDCG@10" in row["why"]
    version = finished_run.metrics["version"]
    assert version["parameters_count"] > 0 and 1 <= version["epochs"] <= 6 and version["peak_memory_mb"] > 0


def test_probabilities_are_calibrated_and_said(finished_run: FinishedRun) -> None:
    """Published rows of persons with a history have what the saved head says of their score, others nothing.

    It errs less than the score. Where impressions are logged it is learned from them, elsewhere from lists.
    """
    scored, heads = finished_run.scored, load_heads(finished_run.folder / "recommender")
    assert [head.probability.basis for head in heads] == ["impressions", "lists"]
    said = (scored["item_rank"] <= 10) & ~scored["is_fallback"]
    assert (np.isnan(scored["probability"]) == ~said).all()
    for platform, head in enumerate(heads):
        rows = said & (scored["platform_index"] == platform)
        np.testing.assert_array_equal(scored["probability"][rows], head.probability.of(scored["score"][rows]))
    errors = {
        (row["platform"], row["metric"], row["recommender"]): row["value"] for row in finished_run.metrics["metrics"]
    }
    for platform in ("deli", "loft"):
        for metric in ERRORS:
            assert errors[platform, metric, "probability"] < errors[platform, metric, "score"]
    bins = [(row["platform"], row["bin"]) for row in finished_run.metrics["reliability"]]
    assert len(bins) == len(set(bins)) and {platform for platform, _ in bins} == {"deli", "loft"}


def test_ratings_follow_taste(finished_run: FinishedRun) -> None:
    """Where persons rate by taste, items of their own cluster are expected to be rated higher; elsewhere none is."""
    scored = finished_run.scored
    is_loft, has_rating = scored["platform_index"] == 1, ~np.isnan(scored["rating"])
    assert (has_rating == (is_loft & (scored["item_rank"] <= 10) & ~scored["is_fallback"])).all()
    own = cluster_of(scored["item_index"]) == taste_of(scored["user_index"])
    assert scored["rating"][has_rating & own].mean() > scored["rating"][has_rating & ~own].mean() + 0.3
    assert scored["rating"][has_rating].min() >= 2 and scored["rating"][has_rating].max() <= 5
    errors = {row["recommender"]: row["value"] for row in finished_run.metrics["metrics"] if row["metric"] == "rmse"}
    assert errors["rating"] < errors["mean"]


def test_the_card_says_what_it_is(finished_run: FinishedRun) -> None:
    """card.md tells each platform's figures as metrics.json has them, its data and weight, and where the limits are."""
    card = (finished_run.folder / "recommender" / "card.md").read_text()
    for platform in ("deli", "loft", "macro"):
        (row,) = (line for line in card.splitlines() if line.startswith(f"| {platform} |") and "[" in line)
        for name in ("popularity", "single", "joint", "joint+single"):
            assert f"{value_of(finished_run, name, platform)['value']:.4f}" in row
    assert "| deli | 120 | 36 | 35 |" in card and "## Limits" in card
    assert "| deli | impressions | brier |" in card and "| loft | ratings | rmse |" in card
    assert f"Nothing from {datetime.fromtimestamp(CUT, UTC):%Y-%m-%d %H:%M} UTC" in card


def test_the_same_inputs_give_the_same_bits(finished_run: FinishedRun) -> None:
    """Training and scoring the same inputs again gives the same file, byte for byte, and the same metrics."""
    files = [folder / "scored.parquet" for folder in (finished_run.folder, finished_run.again)]
    assert filecmp.cmp(*files, shallow=False)
    rows = [
        (folder / "recommender" / "metrics.json").read_text().split('"version"')[0]
        for folder in (finished_run.folder, finished_run.again)
    ]
    assert rows[0] == rows[1]


def test_the_vocabulary_says_what_each_index_means(finished_run: FinishedRun) -> None:
    """The saved recommender carries the platform and the id of each item index that it was trained with."""
    vocabulary = parquet.read_table(finished_run.folder / "recommender" / "vocabulary.parquet").to_pydict()
    assert vocabulary["item_index"] == list(range(PLATFORMS * EACH))
    assert vocabulary["item_id"] == [f"i{one:03d}" for one in range(PLATFORMS * EACH)]
    assert vocabulary["platform"] == ["deli"] * EACH + ["loft"] * EACH


def test_each_epoch_is_a_point_of_tensorboards_curves(finished_run: FinishedRun) -> None:
    """Each training is a run, once; its curves of loss are what was told, beside them NDCG, α and learning rate."""
    board, expected = finished_run.folder / "tensorboard", told_losses(finished_run)
    runs = {path.parent.relative_to(board).as_posix() for path in board.rglob("events.*")}
    kept = {path.name for path in (finished_run.folder / "recommender").glob("*.keras")}
    refitted = {f"refit/single-{name}" for name in ("deli", "loft") if f"network.{name}.keras" in kept}
    assert runs == {"choose/joint", "choose/single-deli", "choose/single-loft", "refit/joint", *refitted}
    for run in runs:
        (events,) = (board / run).glob("events.*")
        found = curves(events)
        platforms = [run.split("single-")[1]] if "single" in run else ["deli", "loft"]
        figures = ("loss", "alpha", "ndcg@10") if run.startswith("choose") else ("loss", "alpha")
        assert set(found) == {"learning_rate"} | {f"{figure}/{name}" for figure in figures for name in platforms}
        assert {tuple(curve) for curve in found.values()} == {tuple(range(1, 1 + len(found["learning_rate"])))}
        assert all(value == 1 for name in platforms for value in found[f"alpha/{name}"].values())
        for name in platforms if run.startswith("choose") else []:
            assert [f"{value:.3f}" for value in found[f"loss/{name}"].values()] == expected[run, name]
            assert 0.1 < max(found[f"ndcg@10/{name}"].values()) < 1
        rates = list(found["learning_rate"].values())
        assert 0 < rates[-1] < rates[0] <= 0.01


def told_losses(run: FinishedRun) -> dict[tuple[str, str], list[str]]:
    """The losses in the lines of progress, by the training's run and platform."""
    told: dict[tuple[str, str], list[str]] = {}
    for line in (run.folder / "train_child.log").read_text().splitlines():
        if " of at most " in line:
            training, losses = line.split(": ")[0].replace(" ", "-"), line.split("loss ")[1].split()
            for name, loss in zip(losses[::2], losses[1::2], strict=True):
                told.setdefault((f"choose/{training}", name), []).append(loss)
    return told


def curves(events: Path) -> dict[str, dict[int, float]]:
    """Value by step of each curve in a file of events, as TensorBoard reads it."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    read = EventAccumulator(str(events)).Reload()
    return {
        tag: {point.step: make_ndarray(point.tensor_proto).item() for point in read.Tensors(tag)}
        for tag in read.Tags()["tensors"]
    }


def test_the_projector_shows_items_by_platform(finished_run: FinishedRun) -> None:
    """The refitted network's items lie there with platform and id, a row each, their vectors those that rank."""
    from google.protobuf import text_format
    from tensorboard.plugins.projector import ProjectorConfig

    from models.recommender import all_item_vectors
    from models.saved_recommender import load_network

    folder = finished_run.folder / "tensorboard" / "refit" / "joint"
    (shown,) = text_format.Parse((folder / "projector_config.pbtxt").read_text(), ProjectorConfig()).embeddings
    head, *rows = (folder / shown.metadata_path).read_text().splitlines()
    vectors = np.loadtxt(folder / shown.tensor_path)
    assert head.split("\t") == ["platform", "item_id"] and len(rows) == len(vectors) == PLATFORMS * EACH
    items = [int(row.split("\ti")[1]) for row in rows]
    assert [row.split("\t")[0] for row in rows] == [("deli", "loft")[one // EACH] for one in items]
    expected = all_item_vectors(load_network(finished_run.folder / "recommender"), PLATFORMS * EACH)[items]
    np.testing.assert_allclose(vectors, expected, atol=1e-4)


def test_a_board_starts_empty_and_is_bounded(
    tiny_inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier run left is gone; beyond the most items of the projector the most often taken are shown."""
    from models.board import Board, shown_items

    (tmp_path / "board" / "choose").mkdir(parents=True)
    Board(tmp_path / "board")
    assert not (tmp_path / "board").exists()
    inputs = read_inputs(tiny_inputs)
    monkeypatch.setattr("models.board.MOST_ITEMS", 20)
    items = shown_items(inputs.catalogue, inputs.log, [0, 1])
    counts = np.bincount(inputs.log.items[inputs.log.is_positive], minlength=PLATFORMS * EACH)
    assert np.bincount(platform_of(items)).tolist() == [10, 10]
    assert counts[items[:10]].min() >= np.sort(counts[:EACH])[-10]


@pytest.mark.gpu
def test_a_gpu_computes_what_the_processor_computes(finished_run: FinishedRun) -> None:
    """Where TensorFlow sees a GPU training uses it, and item vectors and states equal the processor's."""
    import tensorflow as tf

    if not tf.config.list_physical_devices("GPU"):
        pytest.skip("TensorFlow sees no GPU: tf.config.list_physical_devices('GPU') is empty")
    from models.configuration import Configuration
    from models.popularity import Popularity, daily_counts
    from models.recommender import make_scorer
    from models.saved_recommender import load_network, load_recommender

    assert finished_run.metrics["version"]["device"] != "CPU"
    inputs = read_inputs(finished_run.folder)
    scorers = []
    for device in ("/GPU:0", "/CPU:0"):
        with tf.device(device):
            network = load_network(finished_run.folder / "recommender")
            priors, _, facts = load_recommender(finished_run.folder / "recommender")
            popularity = Popularity(daily_counts(inputs.catalogue, inputs.log), priors, inputs.cut // 86_400 - 1)
            configuration = Configuration(**facts["configuration"])
            scorers.append(
                make_scorer(network, inputs.catalogue, inputs.log, popularity, configuration, inputs.users_count)
            )
    np.testing.assert_allclose(scorers[0].vectors, scorers[1].vectors, atol=2e-3)
    for platform in range(PLATFORMS):
        np.testing.assert_allclose(scorers[0].queries[platform], scorers[1].queries[platform], atol=2e-2)
