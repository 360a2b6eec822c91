"""A score is made of its parts as it says: prior, network and neighbours, each with its weight."""

import numpy as np

from models.item_knn import learn_neighbours
from models.recommender import PRIOR_ALONE, Blend, Scorer, averaged
from tests.models.few_events import task_of

ROWS = [(0, 0, 99), (0, 1, 99), (1, 0, 99), (1, 1, 99), (2, 1, 99)]


def test_a_score_is_the_weighted_sum_of_its_parts() -> None:
    """Log prior + n * network + k * log(1 + item-kNN); who has no state gets nothing of the network."""
    inputs, chance = task_of({"shop": 3}, ROWS, cut_day=100).inputs, np.random.default_rng(2)
    near = learn_neighbours(inputs.catalogue, inputs.log, 4, inputs.cut)
    vectors, queries = chance.normal(size=(3, 5)).astype(np.float32), chance.normal(size=(3, 5)).astype(np.float32)
    prior, users = np.log(np.array([0.5, 0.3, 0.2], np.float32)), np.array([0, 2, 3])
    scorer = Scorer(inputs.catalogue, vectors, [queries], np.array([0, 1, 2, -1]), [prior], near, (PRIOR_ALONE,))
    network = np.concatenate([queries[[0, 2]] @ vectors.T, np.zeros((1, 3), np.float32)])
    neighbours = np.log1p(near.scores(0, users))
    assert neighbours.any()
    for blend in (PRIOR_ALONE, Blend(0.3, 0.0), Blend(0.0, 2.0), Blend(0.5, 4.0)):
        expected = prior + blend.network * network + blend.neighbours * neighbours
        np.testing.assert_allclose(scorer.blended(blend).scores(0, users), expected, rtol=1e-5)


def test_two_networks_score_by_their_mean() -> None:
    """Of whom both know, it is the mean of both networks; of whom a platform does not know, the shared one's."""
    inputs, chance = task_of({"shop": 3, "news": 2}, ROWS, cut_day=100).inputs, np.random.default_rng(3)

    def scorer(rows: list[int]) -> Scorer:
        count = max(rows) + 1
        vectors = chance.normal(size=(5, 4)).astype(np.float32)
        queries = [chance.normal(size=(count, 4)).astype(np.float32) for _ in range(2)]
        priors = [np.full(3, -1.0, np.float32), np.full(2, -1.0, np.float32)]
        alone = (Blend(1.0, 0.0),) * 2
        return Scorer(inputs.catalogue, vectors, queries, np.array(rows), priors, None, alone)

    shared, single, users = scorer([0, 1, 2, -1]), scorer([-1, 1, 0, -1]), np.arange(4)
    both, alone, own = (each.scores(0, users) for each in (averaged(shared, {0: single}), shared, single))
    np.testing.assert_allclose(both[1:3], (alone[1:3] + own[1:3]) / 2, rtol=1e-5)
    np.testing.assert_allclose(both[[0, 3]], alone[[0, 3]], rtol=1e-5)
    assert (both[1:3] != alone[1:3]).all()
    np.testing.assert_allclose(averaged(shared, {0: single}).scores(1, users), shared.scores(1, users), rtol=1e-5)
