"""A step in parts: added up, on several devices, in several processes and compiled, it is the step of one device."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from models.configuration import read_configuration
from models.distribution import Spread
from tests.models.tiny_run import PROJECT

HALF = {"precision": "float16"}
SPREAD: list[dict[str, Any]] = [
    {}, {"strategy": "mirrored", "accumulation": 2}, {"table_parts": 2}, HALF, {**HALF, "strategy": "mirrored"},
]  # fmt: skip
LOG_OF_XLA = {"TF_XLA_FLAGS": "--tf_xla_cpu_global_jit", "TF_CPP_MIN_LOG_LEVEL": "0"}

Found = list[dict[str, np.ndarray]]


def start(inputs: Path, target: Path, asked: list[dict[str, Any]], devices: int = 1, **environment: str) -> Any:
    """A process that learns as asked and ends with this one; what it writes lies beside its target."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.models.spread_child", inputs, str(devices), json.dumps(asked), target],
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=target.with_suffix(".log").open("w"),
        stderr=subprocess.STDOUT,
    )


def end(child: Any, target: Path) -> Found:
    """What it learned, for each of what was asked."""
    assert child.wait() == 0, target.with_suffix(".log").read_text()
    child.stdin.close()
    with np.load(target) as kept:
        count = 1 + max(int(name.split()[0]) for name in kept.files)
        return [{name.split()[1]: kept[name] for name in kept.files if name.startswith(f"{n} ")} for n in range(count)]


@pytest.fixture(scope="module")
def spread(tiny_inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What is learned on two devices of one process."""
    target = tmp_path_factory.mktemp("spread") / "learned.npz"
    return end(start(tiny_inputs, target, SPREAD, devices=2), target)


def assert_equal(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    """The same losses to 1e-5, and the same weights; they did move."""
    np.testing.assert_allclose(other["losses"], one["losses"], rtol=1e-5)
    assert (one["losses"][1] < one["losses"][0]).all() and one["deltas"].any()
    np.testing.assert_allclose(other["deltas"], one["deltas"], atol=1e-5)
    # Adam makes steps of what rounding leaves of a gradient that is 0, as that of a key's bias
    np.testing.assert_allclose(other["others"], one["others"], atol=1e-3)


def test_two_devices_learn_what_one_does(spread: Found) -> None:
    """Each with half of every batch, in two parts one after another; rows of tables move once, α is learned, too."""
    assert_equal(spread[0], spread[1])


def test_a_table_on_two_devices_learns_what_a_whole_one_does(spread: Found) -> None:
    """Half of the rows lies on each device, and so do the optimizer's moments of them."""
    assert_equal(spread[0], spread[2])
    for name in ("devices", "moments"):
        assert len({*spread[0][name]}) == 1 and len({*spread[2][name]}) == 2, name


def test_two_devices_scale_one_loss(spread: Found) -> None:
    """In float16 both take the same steps at the same scale, and learn about what one device does."""
    one, both = spread[3], spread[4]
    assert one["scale"] == both["scale"] > 0 and (one["losses"][1] < one["losses"][0]).all()
    np.testing.assert_allclose(both["losses"], one["losses"], rtol=1e-3)
    assert both["deltas"].any()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_two_processes_learn_what_one_does(spread: Found, tiny_inputs: Path, tmp_path: Path) -> None:
    """As on two machines: each has a part of every batch, and both end with all that was learned."""
    cluster = {"worker": [f"127.0.0.1:{free_port()}" for _ in range(2)]}
    targets = [tmp_path / f"{number}.npz" for number in range(2)]
    tasks = [json.dumps({"cluster": cluster, "task": {"type": "worker", "index": number}}) for number in range(2)]
    asked = [{"strategy": "multi_worker"}]
    children = [start(tiny_inputs, target, asked, TF_CONFIG=task) for target, task in zip(targets, tasks, strict=True)]
    for child, target in zip(children, targets, strict=True):
        assert_equal(spread[0], end(child, target)[0])


def test_compiled_it_learns_the_same(tiny_inputs: Path, tmp_path: Path) -> None:
    """XLA compiles parts of a step, and says so; losses are those of the step as it is."""
    target, small = tmp_path / "compiled.npz", {"blocks": 1, "tokens_per_batch": 100_000}
    found = end(start(tiny_inputs, target, [small, {**small, "compiler": "xla"}], **LOG_OF_XLA), target)
    assert "Compiled cluster using XLA" in target.with_suffix(".log").read_text()
    np.testing.assert_allclose(found[1]["losses"], found[0]["losses"], rtol=1e-4)


@pytest.mark.parametrize("rows", [7, 2, 0])
def test_parts_add_up_to_the_batch(rows: int) -> None:
    """Each row is in one part, also where there are fewer rows than parts; rows of a table are listed."""
    spread = Spread(read_configuration({"accumulation": 3}))
    table, numbers = tf.Variable(tf.ones([9, 2])), tf.range(rows)

    @tf.function
    def total() -> Any:
        def compute(part: tf.Tensor, factor: tf.Tensor) -> Any:
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.gather(table, part) * factor)
            return tf.reduce_sum(part), tape.gradient(loss, table)

        return spread.total(compute, [numbers], [tf.constant(2.0)])

    added, gradient = total()
    assert added == sum(range(rows))
    np.testing.assert_array_equal(gradient.indices, np.arange(rows))
    np.testing.assert_array_equal(gradient.values, np.full((rows, 2), 2.0))


def test_what_cannot_be_is_refused() -> None:
    """Parts are counted from one; a table is not split where what is learned is kept on each device."""
    with pytest.raises(ValueError, match="accumulation counts parts; found 0"):
        read_configuration({"accumulation": 0})
    with pytest.raises(ValueError, match="found strategy 'mirrored' with 2 table_parts"):
        read_configuration({"strategy": "mirrored", "table_parts": 2})
