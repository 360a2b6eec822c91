"""Every benchmark runs to its end on little; what it measures there says nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import BENCHMARKS

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.thorough
@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmark_runs(name: str, tmp_path: Path) -> None:
    """It tells a number, and ends well or with the bars that so little data misses, never with an error."""
    command = [sys.executable, "-m", "tests.benchmarks", name, "--scale", "0.02", "--folder", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
    assert done.stdout.strip() and (done.returncode == 0 or "Bars that are missed" in done.stderr), done.stderr[-2000:]
