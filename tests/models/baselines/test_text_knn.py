"""Text-kNN scores by what texts say."""

from dataclasses import replace

import numpy as np
import pytest

from models.baselines.text_knn import enter
from models.contestants import Task
from tests.models.few_events import task_of

# two items of a shop, then three of a press, the last of them without a text
TEXTS = np.array([[2, 0], [0, 5], [3, 0], [0.6, 0.8], [0, 0]], np.float32)


def task(rows: list[tuple[int, int, int]]) -> Task:
    made = task_of({"shop": 2, "press": 3}, rows, cut_day=100)
    catalogue = replace(made.inputs.catalogue, embeddings=TEXTS, has_text=TEXTS.any(axis=1))
    return replace(made, inputs=replace(made.inputs, catalogue=catalogue))


def test_it_is_the_cosine_to_the_mean_text() -> None:
    """Who took (1, 0) and as lately (0, 1) has (.6, .8) before (1, 0), whatever the lengths; no text scores 0."""
    ranker = enter(task([(0, 0, 99), (0, 1, 99), (1, 0, 99), (2, 2, 99)]), is_joint=True).ranker
    found = ranker.scores(1, np.arange(3))
    assert found[0] / found[0, 0] == pytest.approx([1, 1.4, 0])
    assert found[1] / found[1, 0] == pytest.approx([1, 0.6, 0])
    np.testing.assert_allclose(found[2], found[1])


def test_other_platforms_count_if_it_is_joint() -> None:
    """Who took nothing on a platform is known there by the joint one alone, and never by what is later than the cut."""
    rows = [(0, 0, 99), (1, 2, 100), (2, 3, 99)]
    alone, joint = (enter(task(rows), is_joint=is_joint).ranker.scores(1, np.arange(3)) for is_joint in (False, True))
    assert not alone[:2].any()
    assert joint[0, 0] > joint[0, 1] > 0
    assert not joint[1].any()
    np.testing.assert_array_equal(alone[2], joint[2])
