"""What a night's recommender begins from: the last one, or nothing, by rules that are told in words."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import ledger
from flows.ingest import ingest
from flows.parent import Origin
from flows.run import inputs_of, latest_run, start_run
from flows.settings import Settings
from flows.warehouse import connect
from flows.withdraw import withdraw
from tests.flows.shop_landing import KEY, SHOP, event, land, shop_settings

FIRST = date(2026, 3, 1)
CONSENTS = """\
  consents:
    format: json_lines
    fields:
      - {name: customer, type: text, means: account_id}
      - {name: allowed, type: boolean, means: is_allowed}
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home of a shop with one purchase, that learns from nothing every third night."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    settings = shop_settings(tmp_path).model_copy(update={"retrain_days": 3})
    (settings.contracts / "platforms" / "shop.yml").write_text(SHOP + CONSENTS)
    land(settings, "events/good.jsonl", event("1"))
    ingest(settings)
    return settings


def after(days: int, settings: Settings, **choices: Any) -> Origin:
    """What a night so many days after the first one would begin from."""
    return inputs_of(settings.model_copy(update=choices), FIRST + timedelta(days=days)).origin


def publish(settings: Settings, days: int, status: str = "published") -> str:
    """Have a night so many days after the first one train and end; the version of its recommender."""
    run = start_run(settings, inputs_of(settings, FIRST + timedelta(days=days)))
    folder = settings.recommenders / run.recommender_version
    folder.mkdir(parents=True, exist_ok=True)
    version = {"folder": str(folder.relative_to(settings.home)), "parent": run.origin.parent}
    outcome = {"version": version, "metrics": [], "uplift": [], "shipped": [], "reliability": []}
    ledger.record_recommender(settings, run.run_id, run.recommender_version, outcome)
    ledger.end_run(settings, run.run_id, status, "a sentence")
    return run.recommender_version


def again(settings: Settings) -> Origin:
    """What the second night begins from when it is trained again by hand."""
    run = latest_run(settings, FIRST + timedelta(days=1))
    assert run is not None
    return run.origin


def test_nights_go_on_until_a_full_training_is_due(settings: Settings) -> None:
    """The second and third night go on from the one before, the fourth learns from nothing; a gap counts as nights."""
    assert "no earlier night" in after(0, settings).why
    versions = [publish(settings, days) for days in range(3)]
    assert after(1, settings).parent == versions[0] and after(2, settings).parent == versions[1]
    assert after(3, settings) == Origin(None, f"it is due, the last time was the night of {FIRST}")
    fourth = publish(settings, 3)
    assert after(5, settings).parent == fourth and after(6, settings).parent is None
    assert after(1, settings, retrain_days=1).parent is None


def test_the_parent_is_part_of_a_run(settings: Settings) -> None:
    """A night has one id for one parent and another for another; a night that was held is nobody's parent."""
    publish(settings, 0)
    before = inputs_of(settings, FIRST + timedelta(days=2)).run_id
    publish(settings, 1, "held")
    assert inputs_of(settings, FIRST + timedelta(days=2)).run_id == before
    publish(settings, 1)
    assert inputs_of(settings, FIRST + timedelta(days=2)).run_id != before
    # a night that is run again begins from what it had begun from, whatever came later
    assert publish(settings, 1) == publish(settings, 1)


def test_a_recommender_is_gone_on_with_only_while_all_it_learned_from_stands(settings: Settings) -> None:
    """Late records do not matter; a withdrawn file does, and so do a forgotten person and a refused consent."""
    wrong = land(settings, "events/wrong.jsonl", event("2"))
    ingest(settings)
    first = publish(settings, 0)
    land(settings, "events/late.jsonl", event("3"))
    land(settings, "consents/yes.jsonl", '{"customer": "c1", "allowed": true}\n')
    ingest(settings)
    assert after(1, settings).parent == first
    land(settings, "consents/no.jsonl", '{"customer": "c2", "allowed": false}\n')
    ingest(settings)
    assert "consent" in after(1, settings).why
    second = publish(settings, 0)
    assert after(1, settings).parent == second
    wrong.unlink()
    withdraw(settings, [wrong])
    assert "not all records still stand" in after(1, settings).why
    third = publish(settings, 0)
    assert after(1, settings).parent == third != second
    last = publish(settings, 1)
    assert again(settings).parent == third
    with connect(settings.warehouse) as connection:
        connection.execute("update ops.recommender_versions set must_retrain_by = ?", [ledger.now()])
    assert "forgotten" in after(2, settings).why and last in after(2, settings).why
    assert again(settings).parent is None


def test_other_settings_learn_from_nothing(settings: Settings) -> None:
    """Another encoder or weight does; the length of the lists does not."""
    first = publish(settings, 0)
    assert after(1, settings, published_k=5).parent == first
    assert after(1, settings, encoder="minilm", alphas={"shop": 2.0}).why.endswith("alphas, encoder")


def test_a_night_of_what_had_arrived_knows_no_parent_that_has_seen_more(settings: Settings) -> None:
    """As of a moment before the parent was trained there is none; as of a later one there is."""
    before = ledger.now()
    first = publish(settings, 0)
    night = FIRST + timedelta(days=1)
    assert "had not arrived" in inputs_of(settings, night, before).origin.why
    assert inputs_of(settings, night, ledger.now()).origin.parent == first
