"""A night that goes on from an earlier recommender: what it keeps, what it learns, and when it must not."""

import filecmp
import json
import shutil
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from models.choosing import Choice
from models.evaluation import NOBODY
from models.heads import NO_HEADS, Heads
from models.inputs import Inputs, Log, read_inputs
from models.lesson import Lesson
from models.network import Network
from models.probability_head import ProbabilityHead
from models.recommend_child import recommend
from models.recommender import PRIOR_ALONE, Blend
from models.saved_recommender import load_network
from models.sequences import newest_sequences
from models.shipping import Chosen, Verdict, save_shipped
from models.train_child import train
from models.training import new_network
from models.warm_entered import known_before
from models.warm_start import Parent, carry_over, lessons, read_parent, why_anew
from tests.models.tiny_run import ACTIVE, CUT, DAY, EACH, SILENT, item

HEADS = [NO_HEADS, Heads(ProbabilityHead("lists", [-9.0, 0.0], [0.0, 0.5]))]
BLENDS = [Blend(0.3, 2.0), Blend(0.5, 0.0)]
ATTIC, MORE = 4, 2
"""Items of a platform that stands before the others, and further ones of `deli`."""


def moved(items: np.ndarray) -> np.ndarray:
    """Where items of the first night stand on the next."""
    return items + ATTIC + MORE * (items >= EACH)


def columns_of(folder: Path, name: str) -> dict[str, np.ndarray]:
    table = parquet.read_table(folder / "inputs" / f"{name}.parquet")
    return {column: table.column(column).to_numpy(zero_copy_only=False) for column in table.column_names}


@pytest.fixture(scope="module")
def first_night(tiny_inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recommender that has learned for an epoch: a network of both platforms, and one of loft beside it."""
    folder = tmp_path_factory.mktemp("first")
    keras.utils.set_random_seed(3)
    verdicts = [Verdict("joint", "it was asked for"), Verdict("joint+single", "they help")]
    lesson, choice = Lesson(read_inputs(tiny_inputs)), Choice(1, BLENDS, [NOBODY] * 2)
    lesson.path = np.array([0.5, 1.5])
    save_shipped(folder, lesson, Chosen(verdicts, choice, {1: choice}, choice), HEADS, lambda _line: None)
    return folder


@pytest.fixture(scope="module")
def next_night(tiny_inputs: Path, first_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of two days later: a platform, items, an event type and a person are new, all before the old."""
    folder = tmp_path_factory.mktemp("next")
    shutil.copytree(tiny_inputs / "inputs", folder / "inputs")
    shutil.copytree(first_night, folder / "inputs" / "parent")
    events = columns_of(folder, "events")
    events["item_index"] = moved(events["item_index"])
    for name in ("user_index", "platform_index", "event_type_index"):
        events[name] = events[name] + 1
    taken = moved(item(1, np.arange(ACTIVE) % 4, 1))
    new = [(user + 1, taken[user], 2, 2, CUT + 3600 + user, True) for user in range(0, ACTIVE, 2)]
    new += [(0, taken[0], 2, 2, CUT + 60, True), (0, moved(EACH - 1) + 1, 1, 2, CUT + DAY, True)]
    new += [(user + 1, user % ATTIC, 0, 0, CUT + DAY, False) for user in range(8)]
    rows = sorted([*zip(*events.values(), strict=True), *new], key=lambda row: (row[0], row[4]))
    table = {name: np.array(column) for name, column in zip(events, zip(*rows, strict=True), strict=True)}
    is_taken = table["is_positive"]
    pairs, counts = np.unique(
        np.stack([table["item_index"], table["event_at"] // DAY])[:, is_taken], axis=1, return_counts=True
    )
    of_deli = is_taken & (table["platform_index"] == 1)
    written = {
        "events": table,
        "item_days": {"item_index": pairs[0], "day": pairs[1], "positives_count": counts},
        "consumed": {
            name: table[source][of_deli]
            for name, source in (("user_index", "user_index"), ("item_index", "item_index"), ("first_at", "event_at"))
        },
        "event_types": {"event_type_index": [0, 1, 2], "event_type": ["click", "view", "purchase"]},
        "users": {
            "user_index": range(ACTIVE + SILENT + 1),
            "user_id": [f"v{user}" for user in range(ACTIVE + SILENT + 1)],
        },
        "platforms": {
            "platform_index": [0, 1, 2],
            "platform": ["attic", "deli", "loft"],
            "alpha": arrow.nulls(3, arrow.float64()),
            "consumed_may_return": [True, False, True],
            "positives_count": np.bincount(table["platform_index"][is_taken], minlength=3),
        },
        "items": with_new_items(parquet.read_table(folder / "inputs" / "items.parquet").to_pydict()),
    }
    for name in ("impressions", "ratings"):
        met = columns_of(folder, name)
        written[name] = met | {"user_index": met["user_index"] + 1, "item_index": moved(met["item_index"])}
    for name, columns in written.items():
        parquet.write_table(arrow.table(columns), folder / "inputs" / f"{name}.parquet")
    configure(folder, cut=CUT + 2 * DAY, parent="joint-first", why="so it was asked")
    return folder


def with_new_items(items: dict[str, list]) -> dict[str, list]:
    """The items with those that are new; the ids of the attic's are those of deli's first ones."""
    platforms = [0] * ATTIC + [1] * (EACH + MORE) + [2] * EACH
    ids, vectors = items["item_id"], items["embedding"]
    new = [[float(number)] * len(vectors[1]) for number in range(ATTIC + MORE)]
    return {
        "item_index": range(len(platforms)),
        "platform_index": platforms,
        "item_id": [*ids[:ATTIC], *ids[:EACH], "new1", "new2", *ids[EACH:]],
        "is_available": [True] * ATTIC + items["is_available"][:EACH] + [True] * MORE + items["is_available"][EACH:],
        "embedding": [*new[:ATTIC], *vectors[:EACH], *new[ATTIC:], *vectors[EACH:]],
    }


def configure(folder: Path, **changes: object) -> None:
    path = folder / "inputs" / "configuration.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.fixture(scope="module")
def inputs(next_night: Path) -> Inputs:
    return read_inputs(next_night)


def untrained(inputs: Inputs, parent: Parent) -> Network:
    keras.utils.set_random_seed(9)
    return new_network(inputs.catalogue, parent.configuration, 9, parent.whitening)


@pytest.fixture
def parent(first_night: Path, inputs: Inputs) -> Parent:
    return read_parent(first_night, "joint-first", inputs.catalogue)


def test_what_was_learned_is_found_again_under_its_names(
    first_night: Path, tiny_inputs: Path, inputs: Inputs, parent: Parent
) -> None:
    """Before it learns on, the network has the same item vectors and states of persons for what it knew, bit for bit.

    Items, platforms and event types that are new are as in a network that has learned nothing.
    """
    known, before = read_inputs(tiny_inputs), load_network(first_night)
    assert before is not None
    now, fresh = (untrained(inputs, parent) for _ in range(2))
    carry_over(now, before, parent.rows)
    old = np.arange(2 * EACH)
    np.testing.assert_array_equal(now.item_vectors(moved(old)).numpy(), before.item_vectors(old).numpy())
    sequences = newest_sequences(known.log, 12)
    batch = sequences.padded(np.arange(40), 12)
    states = before.last_states(batch.items, batch.event_types, batch.gaps, batch.mask)
    again = now.last_states(moved(batch.items), batch.event_types + 1, batch.gaps, batch.mask)
    np.testing.assert_array_equal(again.numpy(), states.numpy())
    for platform in range(2):
        np.testing.assert_array_equal(now.queries(again, platform + 1), before.queries(states, platform))
    for kind, tables in now.tables.items():
        is_new = parent.rows[kind] < 0
        assert is_new.any()
        for table, untouched in zip(tables, fresh.tables[kind], strict=True):
            np.testing.assert_array_equal(table.numpy()[is_new], untouched.numpy()[is_new])


def test_learned_from_are_the_new_days_and_some_persons_anew(inputs: Inputs) -> None:
    """All since the parent's cut, all that a share of the persons ever did, and nothing else; drawn alike each time."""
    log = inputs.log
    chosen = lessons(log, CUT, 0.2, (3, 20_041))
    assert chosen[log.times >= CUT].all()
    older = log.times < CUT
    replayed = np.unique(log.users[older & chosen])
    np.testing.assert_array_equal(chosen[older], np.isin(log.users[older], replayed))
    assert 0.1 * ACTIVE < len(replayed) < 0.3 * ACTIVE
    np.testing.assert_array_equal(chosen, lessons(log, CUT, 0.2, (3, 20_041)))
    assert (chosen != lessons(log, CUT, 0.2, (3, 20_042))).any()


def test_a_warm_night_can_be_repeated(next_night: Path, first_night: Path, tmp_path: Path) -> None:
    """Twice from the same parent: the same lists, byte for byte, by what shipped before; no figures; it says so."""
    folders = [next_night, tmp_path / "again"]
    shutil.copytree(next_night, folders[1])
    for folder in folders:
        keras.utils.set_random_seed(3)
        train(folder, "CPU")
        recommend(folder)
    assert filecmp.cmp(*(folder / "scored.parquet" for folder in folders), shallow=False)
    recommender = next_night / "recommender"
    outcome = json.loads((recommender / "metrics.json").read_text())
    assert outcome["metrics"] == outcome["uplift"] == outcome["reliability"] == []
    assert outcome["version"]["parent"] == "joint-first" and outcome["version"]["epochs"] == 2
    assert "Goes on from joint-first: so it was asked.\n" in (recommender / "card.md").read_text()
    facts = json.loads((recommender / "configuration.json").read_text())
    assert facts["makers"] == ["joint+single", "joint", "joint+single"]
    assert facts["alphas"] == [0.0, 0.5, 1.5]
    assert facts["heads"] == [one.as_dict() for one in (NO_HEADS, *HEADS)]
    assert [Blend(**blend) for blend in facts["blends"]] == [PRIOR_ALONE, *BLENDS]
    scored = parquet.read_table(next_night / "scored.parquet").to_pandas()
    assert set(scored.item_index) >= {moved(EACH - 1) + 1, moved(EACH - 1) + 2, 0}
    assert set(scored[scored.platform_index == 0].source) == {"prior"}
    for platform in (None, "loft"):
        before, now = load_network(first_night, platform), load_network(recommender, platform)
        assert before is not None and now is not None
        kept, learned = before.tower.deltas.numpy(), now.tower.deltas.numpy()[moved(np.arange(2 * EACH))]
        assert 0 < np.abs(learned - kept).max() < np.abs(kept).max()


def changed(inputs: Inputs, **others: object) -> Inputs:
    return replace(inputs, configuration={**inputs.configuration, **others})


def without_old_items(log: Log, items: np.ndarray) -> Log:
    """Since the parent's cut only these were taken."""
    return replace(log, is_positive=log.is_positive & ((log.times < CUT) | np.isin(log.items, items)))


def test_a_night_learns_from_nothing_when_too_much_is_new(inputs: Inputs, parent: Parent) -> None:
    """It goes on unless a platform was never learned from, most of what was taken is unknown, or settings differ."""
    alphas = np.array([0.0, 1.0, 1.0])
    assert why_anew(parent, inputs, alphas) is None
    assert why_anew(parent, inputs, np.ones(3)) == "joint-first has learned nothing of attic"
    unknown = replace(inputs, log=without_old_items(inputs.log, np.flatnonzero(parent.rows["items"] < 0)))
    assert "100% of what was taken since" in str(why_anew(parent, unknown, alphas))
    other = changed(inputs, recommender={**inputs.configuration["recommender"], "blocks": 2})
    assert "hyperparameters" in str(why_anew(parent, other, alphas))
    taught = {**inputs.configuration["recommender"], "encoder_training": "lora"}
    of_its_own = replace(parent, facts={**parent.facts, "configuration": taught})
    assert "a text encoder that learned with it" in str(
        why_anew(of_its_own, changed(inputs, recommender=taught), alphas)
    )
    with pytest.raises(ValueError, match="earlier"):
        why_anew(parent, changed(inputs, cut=CUT), alphas)


def test_a_week_of_nights_knows_on_each_what_was_known_then(inputs: Inputs) -> None:
    """Of three days before the cut nothing later is left: no event, no count, no consumption."""
    earlier = known_before(inputs, 3, None)
    assert earlier.cut == inputs.cut - 3 * DAY == earlier.configuration["cut"]
    for times in (earlier.log.times, earlier.log.days * DAY, earlier.log.consumed_times):
        assert len(times) and times.max() < earlier.cut
    assert known_before(inputs, 0, "x").configuration["parent"] == "x"
