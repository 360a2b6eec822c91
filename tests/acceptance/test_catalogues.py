"""Two real film catalogues, through the real stages, are matched as well as the bar asks."""

from pathlib import Path

import pytest

from tests.acceptance.catalogues import NEVER_TUNED_ON, matched


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.shared_acceptance
def test_films_are_matched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F1 is at least 0.95 with precision 0.99, on a draw of the catalogues that no weight was chosen on."""
    monkeypatch.setenv("CROSSREC_KEY", "a key for tests")
    result = matched(tmp_path, NEVER_TUNED_ON[0])
    assert result.is_good, f"precision {result.precision:.4f}, F1 {result.f1:.4f}"
