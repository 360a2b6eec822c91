"""Ingest under `kill -9`: the benchmark `killed` kills fifty of a million events, this test a few small ones."""

from pathlib import Path

from tests.benchmarks.ingest_killed import killed_ingests, land, undisturbed_ingest

EVENTS = 60_000
MOMENTS = 8


def test_an_ingest_that_is_killed_and_run_again_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    """Records, rejects and manifest are the same in the end, at whichever moment the first ingest was killed."""
    landing = land(tmp_path / "landing", EVENTS)
    undisturbed, seconds = undisturbed_ingest(tmp_path, landing)
    assert undisturbed["rejects"][0] > 0
    assert undisturbed["music_events"][0] > EVENTS / 5
    deaths = list(killed_ingests(tmp_path, landing, seconds, MOMENTS))
    assert {death.share: death.contents for death in deaths} == {death.share: undisturbed for death in deaths}
    assert any(death.was_killed and death.files_done for death in deaths), "no ingest was killed between two files"
