"""One at a time works in a home, and who is turned away hears who does."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flows.night_lock import HomeBusyError, is_held, night_lock
from flows.rejects import show_rejects
from flows.settings import Settings, read_settings

HOLD = """
import sys, time
from pathlib import Path
from flows.night_lock import night_lock
from flows.settings import read_settings
from flows.warehouse import connect
settings = read_settings(home=Path(sys.argv[1]))
with night_lock(settings, "a flow run", doing="ingest"), connect(settings.warehouse) as connection:
    print("holds", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An empty home."""
    return read_settings(home=tmp_path / "home")


@pytest.fixture
def holder(settings: Settings):
    """Another process that ingests in this home."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(settings.home)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "holds\n"
    yield process
    process.kill()
    process.communicate()


def test_who_holds_the_home_is_named(settings: Settings, holder: "subprocess.Popen[str]") -> None:
    """What it does, its process and since when; whoever wants to read rejects meanwhile is told to wait."""
    said = rf"an ingest \(process {holder.pid}, since \d{{4}}-.* UTC\) holds"
    with pytest.raises(HomeBusyError, match=said), night_lock(settings):
        pass
    assert is_held(settings)
    with pytest.raises(LookupError, match="Wait until it ends"):
        show_rejects(settings)


def test_a_lock_of_a_killed_process_is_taken_over(settings: Settings, holder: "subprocess.Popen[str]") -> None:
    """Nobody has to tidy up after a kill, and the next one hears which flow run it was."""
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert not is_held(settings)
    with night_lock(settings, "the next", doing="withdrawal") as killed:
        assert killed == "a flow run"
        described = json.loads((settings.home / "night.holder").read_text())
        assert (described["doing"], described["flow_run_id"]) == ("withdrawal", "the next")
    with night_lock(settings) as killed:
        assert killed is None


def test_the_command_waits_for_nobody(settings: Settings, holder: "subprocess.Popen[str]") -> None:
    """`crossrec ingest` and `crossrec replay` hold the home too, and end with the sentence instead of waiting."""
    for command in ("ingest", "replay"):
        arguments = [sys.executable, "-m", "flows", command, "--home", str(settings.home)]
        ended = subprocess.run(arguments, capture_output=True, text=True, check=False)
        assert ended.returncode == 1
        assert f"process {holder.pid}" in ended.stderr
