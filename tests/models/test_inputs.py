"""What reaches training: nothing from after the cut, no unknown hyperparameter; and what is learned before a window."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from models.configuration import Configuration, read_configuration
from models.inputs import Outcomes, read_inputs
from models.sequences import newest_sequences
from models.window import open_window
from tests.models.tiny_run import CUT, DAY, EACH, FIRST_DAY, UNTITLED


def test_inputs_are_read_as_they_were_written(tiny_inputs: Path) -> None:
    """Platforms, items and texts keep their places; an item without an embedding is one without text."""
    inputs = read_inputs(tiny_inputs)
    assert inputs.cut == CUT and inputs.catalogue.platforms == ("deli", "loft")
    assert inputs.catalogue.items_of(1) == slice(EACH, 2 * EACH)
    assert np.flatnonzero(~inputs.catalogue.has_text).tolist() == [UNTITLED]
    assert not inputs.catalogue.embeddings[UNTITLED].any() and inputs.catalogue.embeddings[1].any()
    assert inputs.catalogue.may_return.tolist() == [False, True] and np.isnan(inputs.catalogue.alphas).all()


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("events", "event_at", CUT), ("item_days", "day", CUT // DAY), ("consumed", "first_at", CUT)],
)
def test_what_is_not_before_the_cut_is_refused(
    tiny_inputs: Path, tmp_path: Path, table: str, column: str, value: int
) -> None:
    """The first second after the night stops training, in each of the three tables; the last one before does not."""
    shutil.copytree(tiny_inputs / "inputs", tmp_path / "inputs")
    path = tmp_path / "inputs" / f"{table}.parquet"
    content = parquet.read_table(path)
    for moved in (value - 1, value):
        values = content.column(column).to_numpy().copy()
        values[-1] = moved
        place = content.column_names.index(column)
        parquet.write_table(content.set_column(place, column, arrow.array(values)), path)
        if moved < value:
            read_inputs(tmp_path)
    with pytest.raises(ValueError, match=rf"at or after the cut {CUT}.*found {CUT}\. Correct"):
        read_inputs(tmp_path)


def test_a_window_is_chosen_on_without_having_been_learned(tiny_inputs: Path) -> None:
    """Whatever is taken in the window before the cut changes what judges, and nothing that is learned from."""
    inputs, configuration = read_inputs(tiny_inputs), Configuration(window_days=6)
    log, chance = inputs.log, np.random.default_rng(1)
    begin = CUT - 6 * DAY
    late, late_days, late_taken = log.times >= begin, log.days >= begin // DAY, log.consumed_times >= begin
    other = replace(
        log,
        items=np.where(late, chance.permutation(log.items), log.items),
        day_items=np.where(late_days, chance.permutation(log.day_items), log.day_items),
        consumed_items=np.where(late_taken, 0, log.consumed_items),
    )
    first, second = (open_window(inputs.catalogue, each, CUT, configuration) for each in (log, other))
    assert first.begin == begin and first.days == 6
    for name, values in vars(first.log).items():
        one, two = (vars(each) if isinstance(each, Outcomes) else each for each in (values, vars(second.log)[name]))
        np.testing.assert_equal(one, two)
    assert first.popularity.priors == second.popularity.priors
    np.testing.assert_array_equal(first.popularity.now(0), second.popularity.now(0))
    assert not np.array_equal(first.judged[0].relevant_items, second.judged[0].relevant_items)


def test_a_window_is_at_most_a_quarter_of_the_log(tiny_inputs: Path) -> None:
    """Of 39 whole days nine are left to judge, however long a window is wished for."""
    inputs = read_inputs(tiny_inputs)
    assert open_window(inputs.catalogue, inputs.log, CUT, Configuration()).days == 9


def test_a_target_is_what_follows_and_is_positive(tiny_inputs: Path) -> None:
    """Each token's target is the person's next event, if it is to be learned from; who has none is left out."""
    log = read_inputs(tiny_inputs).log
    first_day = FIRST_DAY + 10
    is_young = log.is_positive & (log.times // DAY >= first_day) & (log.users != 3)
    sequences = newest_sequences(log, 8).targeted(is_young)
    seen, targets = 0, []
    for length, rows in sequences.plan(160, 7):
        batch = sequences.padded(rows, length)
        for row, items, mask, wanted, days in zip(
            rows, batch.items, batch.mask, batch.targets, batch.target_days, strict=True
        ):
            begin, end = sequences.starts[row], sequences.ends[row]
            assert items[mask].tolist() == log.items[begin : end - 1].tolist()
            following = slice(begin + 1, end)
            expected = np.where(is_young[following], log.items[following], -1)
            assert (expected >= 0).any()
            assert wanted[mask].tolist() == expected.tolist() and (wanted[~mask] == -1).all()
            assert (days[wanted >= 0] >= first_day).all()
            seen, targets = seen + 1, [*targets, *expected[expected >= 0]]
    assert seen == len(sequences.users) == len(newest_sequences(log, 8).users) - 1 and len(targets) > 300
    assert sorted(targets) == sorted(log.items[sequences.targets()])


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"learning_rat": 0.1}, "one of embedding_size, .* found 'learning_rat'"),
        ({"blocks": 1.5}, "blocks is of type int; found 1.5"),
        ({"dropout": "0.1"}, "dropout is of type float; found '0.1'"),
        ({"heads": True}, "heads is of type int; found True"),
        ({"alpha": "best"}, "alpha is one of equal, size, inverse, quality, uncertainty, gap; found 'best'"),
        ({"optimizer": 1}, "optimizer is one of adamw, sgd; found 1"),
        ({"sampling_temperature": 0}, "sampling_temperature is above 0; found 0"),
        ({"encoder_blocks": 0}, "encoder_blocks is at least 1; found 0"),
        ({"token_dropout": 1}, "token_dropout is a share below 1; found 1"),
        ({"platform_dropout": 2}, "platform_dropout is a share below 1; found 2"),
    ],
)
def test_a_wrong_hyperparameter_is_refused(overrides: dict[str, object], message: str) -> None:
    """An unknown name or word, or a value of another type, is an error that says which and what is allowed."""
    with pytest.raises(ValueError, match=message):
        read_configuration(overrides)


def test_a_configuration_survives_json() -> None:
    """Overrides replace what they name and nothing else, and what is saved reads back the same."""
    chosen = read_configuration({"dropout": 0, "blocks": 3, "schedule": "constant"})
    assert (chosen.dropout, chosen.blocks) == (0.0, 3) and isinstance(chosen.dropout, float)
    assert replace(chosen, dropout=0.2, blocks=2, schedule="cosine") == Configuration()
    assert read_configuration(json.loads(json.dumps(chosen.as_dict()))) == chosen
