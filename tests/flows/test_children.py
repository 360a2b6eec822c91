"""Child processes: heard while they work, reported when they fail, gone when their parent is."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from flows.children import ChildError, run_child
from tests.conftest import PROJECT


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a module of the given source where children find it, and gives its name."""
    monkeypatch.setattr("flows.children.PROJECT", tmp_path)

    def write(source: str) -> str:
        (tmp_path / "child_under_test.py").write_text(source)
        return "child_under_test"

    return write


def test_lines_of_a_child_arrive_in_order(module, tmp_path: Path) -> None:
    """What a child prints is handed on line by line, its folder is its only argument."""
    lines: list[str] = []
    run_child(module("import sys\nprint('one')\nprint(sys.argv[1])"), tmp_path, lines.append)
    assert lines == ["one", str(tmp_path)]


def test_noise_is_told_only_where_it_may_explain_something(module, tmp_path: Path) -> None:
    """What TensorFlow's libraries write before they can be quieted is not handed on; of a child that fails, it is."""
    lines: list[str] = []
    noise = "I0000 00:00:1795535566.374409 9810 cudart_stub.cc:31] Could not find cuda drivers"
    run_child(module(f"print('{noise}')\nprint('one')"), tmp_path, lines.append)
    assert lines == ["one"]
    with pytest.raises(ChildError, match="cuda drivers"):
        run_child(module(f"import sys\nprint('{noise}')\nsys.exit(4)"), tmp_path, lines.append)


def test_a_failed_child_is_reported_with_its_last_words(module, tmp_path: Path) -> None:
    """A child that ends with an error raises; the message holds the exit code and what it wrote last."""
    with pytest.raises(ChildError, match=r"ended with 4[\s\S]*out of luck"):
        run_child(module("import sys\nprint('out of luck')\nsys.exit(4)"), tmp_path, print)


@pytest.mark.parametrize("name", ["models.train_child", "models.recommend_child", "models.encode_child"])
def test_a_child_ends_with_its_parent(name: str, tmp_path: Path) -> None:
    """A child whose parent is killed with -9 ends too, even before it has found any work."""
    code = (
        f"from flows.children import run_child\nfrom pathlib import Path\nrun_child({name!r}, Path({str(tmp_path)!r}))"
    )
    # a named pipe in place of the inputs: the child would wait on it for ever
    (tmp_path / "inputs").mkdir()
    for place in (tmp_path / "inputs" / "configuration.json", tmp_path / "texts.parquet"):
        os.mkfifo(place)
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT)
    deadline = time.monotonic() + 60
    while (
        parent.poll() is None and not (family := psutil.Process(parent.pid).children()) and time.monotonic() < deadline
    ):
        time.sleep(0.05)
    time.sleep(2)
    assert parent.poll() is None, "the child found nothing to wait on"
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert family
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive
