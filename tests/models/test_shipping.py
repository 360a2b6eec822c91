"""The ship rule on made-up scores: both networks make the lists unless that does harm beyond chance."""

import numpy as np

from models.choosing import Choice
from models.evaluation import NOBODY, Scores
from models.recommender import Blend
from models.shipping import BOTH, SINGLE, Chosen, Verdict, ship


def scores_around(mean: float, noise: float = 0.05, persons: int = 400, seed: int = 0) -> Scores:
    """Of so many persons."""
    values = mean + noise * np.random.default_rng(seed).standard_normal(persons)
    return Scores(np.arange(persons), {("all", "ndcg@10"): values}, 0.5)


def test_both_ship_unless_that_does_harm_beyond_chance() -> None:
    """Better, or a little behind: both; clearly worse: the platform's own; nobody to tell: both. It says why."""
    single = [scores_around(0.2), scores_around(0.2), scores_around(0.2), NOBODY]
    both = [scores_around(0.3, seed=1), scores_around(0.197, seed=2), scores_around(0.1, seed=3), NOBODY]
    verdicts = ship(("a", "b", "c", "d"), single, both)
    assert [verdict.recommender for verdict in verdicts] == [BOTH, BOTH, SINGLE, BOTH]
    helps, chance, harms, nobody = (verdict.why for verdict in verdicts)
    assert "both together are better" in helps and "+0.10" in helps and "may be chance" in chance
    assert "difference -0.00" in chance  # behind, but no more than chance explains
    assert "does harm" in harms and "-0.10" in harms and "nobody" in nobody


def test_what_no_network_ranks_is_told_as_such() -> None:
    """Where the blend leaves the network out, neighbours or popularity make the lists, whatever the verdict was."""
    blends = [Blend(0.4, 4.0), Blend(0.0, 2.0), Blend(0.0, 0.0)]
    chosen = Chosen([Verdict(BOTH, "both together are better")] * 3, both=Choice(3, blends, [NOBODY] * 3))
    rows = chosen.shipped(("a", "b", "c"))
    assert [row["recommender"] for row in rows] == [BOTH, "item-knn", "prior"]
    assert rows[0]["why"] == "both together are better" and all("no network" in row["why"] for row in rows[1:])
