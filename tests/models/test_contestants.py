"""Contestants are found by name, those from outside too, and their lists are kept as long as their code stands."""

from pathlib import Path

import numpy as np
import pytest

from models.contestants import check_contestants, enter, fingerprint
from tests.models.few_events import task_of

OWN = """
import numpy as np
from models.contestants import Entry

class Always:
    def scores(self, platform, users):
        return np.full((len(users), 2), SCORE, np.float32)

def enter(task, name):
    return Entry(Always(), {"called": name})
"""


def test_one_from_outside_is_told_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MODULE:NAME learns by the module's `enter`; its lists are made anew if its file or its name is another."""
    monkeypatch.syspath_prepend(str(tmp_path))
    module = tmp_path / "recommender_of_mine.py"
    module.write_text(OWN.replace("SCORE", "3"))
    entry = enter("recommender_of_mine:loud", task_of({"shop": 2}, [(0, 0, 99)], cut_day=100))
    assert entry.facts == {"called": "loud"}
    assert entry.ranker.scores(0, np.array([0])).tolist() == [[3, 3]]
    before = fingerprint("recommender_of_mine:loud", {})
    assert fingerprint("recommender_of_mine:low", {}) != before
    assert fingerprint("recommender_of_mine:loud", {}) == before
    module.write_text(OWN.replace("SCORE", "4"))
    assert fingerprint("recommender_of_mine:loud", {}) != before


@pytest.mark.parametrize("name", ["oracle", "no_such_module:one", "no_such_package.module:one", "models.contestants"])
def test_who_is_not_there_is_told(name: str) -> None:
    """A wrong name, a module that is absent and one without a name list who can be compared."""
    with pytest.raises(ValueError, match="item-knn"):
        check_contestants(["popularity", name])
