"""What the tests share: one Prefect server, one small home, one small night that has been run and published."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

# several workers share the cores, and threads of OpenBLAS wait for one another by spinning; before anything loads it
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import duckdb
import pytest
from filelock import FileLock

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"
NIGHT = date(2026, 3, 1)
SMALL = {"CROSSREC_ENCODER": "use", "CROSSREC_RECOMMENDER": '{"max_epochs": 1}', "CROSSREC_KEY": "a key for tests"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need the real data skip, and say so, where its folder is absent; files of many slow tests come first.

    Two workers share the files between them, and none should begin with a long one when the other is done.
    """
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])
    for item in items:
        needed = [SHARED / folder for folder in ("data", "acceptance") if item.get_closest_marker(f"shared_{folder}")]
        for folder in needed:
            if not folder.is_dir():
                item.add_marker(pytest.mark.skip(reason=f"the folder is absent: {folder}"))


@pytest.fixture(autouse=True)
def window(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is laid out for a terminal is laid out for one of this width, wherever the tests run."""
    monkeypatch.setenv("COLUMNS", "110")


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow can be configured only before it computes, and in this process other tests have computed."""
    monkeypatch.setattr("models.device._configure", lambda: "CPU")


class Home:
    """A home under test, worked on as people do: through the console script, in processes of its own."""

    def __init__(self, path: Path, environment: dict[str, str]) -> None:
        self.path = path
        self.environment = {**os.environ, **environment, "CROSSREC_HOME": str(path)}

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command; its output, both streams in one, is read by the caller."""
        command = [sys.executable, "-m", "flows", *arguments]
        return subprocess.Popen(
            command, cwd=PROJECT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run a command to its end, which has to be `code`; what it wrote."""
        process = self.start(*arguments)
        output, _ = process.communicate()
        assert process.returncode == code, f"crossrec {' '.join(arguments)} ended with {process.returncode}:\n{output}"
        return output

    def published_digest(self) -> str:
        """What the published file holds, as a number short enough to read where it differs."""
        return hashlib.sha256((self.path / "published.duckdb").read_bytes()).hexdigest()

    def simulate(self, until: date = NIGHT, days: int = 10) -> None:
        """Land the logs of 200 people up to a day."""
        self.run("simulate", "--people", "200", "--days", str(days), "--until", until.isoformat())

    def night(self, logical_date: date = NIGHT, code: int = 0, *options: str) -> str:
        """Run a night."""
        return self.run("night", "--date", logical_date.isoformat(), *options, code=code)


@pytest.fixture(scope="session")
def prefect_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Prefect API that all nights of the session report to."""
    from flows.server import prefect_api
    from flows.settings import read_settings

    before = dict(os.environ)
    with prefect_api(read_settings(home=tmp_path_factory.mktemp("prefect"))) as url:
        os.environ.clear()
        os.environ.update(before)
        yield url


@pytest.fixture(scope="session")
def new_home(prefect_url: str, tmp_path_factory: pytest.TempPathFactory):
    """Makes empty homes for small, quick nights."""

    def make(name: str) -> Home:
        return Home(tmp_path_factory.mktemp(name), {**SMALL, "PREFECT_API_URL": prefect_url})

    return make


@pytest.fixture(scope="session")
def small_night(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home of a small night with a Prefect of its own, published; tests read it and leave it as it is.

    Workers that run tests side by side share it: the first makes it, another waits.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    home = Home(folder / "small_night", SMALL)
    home.environment.pop("PREFECT_API_URL", None)
    with FileLock(folder / "small_night.lock"):
        if not (home.path / "published.duckdb").exists():
            home.simulate()
            home.night()
    return home


@pytest.fixture(scope="session")
def next_day() -> date:
    """The day after the small night."""
    return NIGHT + timedelta(days=1)


@pytest.fixture
def uncompressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this process writes databases without compression."""
    connect = duckdb.connect

    def plain(*arguments: object, config: dict[str, object] | None = None, **options: object) -> object:
        return connect(*arguments, config={**(config or {}), "force_compression": "uncompressed"}, **options)

    monkeypatch.setattr("flows.warehouse.duckdb.connect", plain)
