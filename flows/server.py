"""A Prefect server of a home's own, for where none runs: with its UI for `crossrec serve`, without for a single night.

Prefect would start one by itself, but that one outlives a killed night. This one ends with whoever started it: it
watches its standard input, the other end of which the starter holds. While it serves, its address stands in the home,
so that a night started by hand shows up there too.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from flows.settings import PROJECT, Settings

PATIENCE_SECONDS = 120


def prefect_environment(settings: Settings) -> dict[str, str]:
    """What Prefect reads from the environment: all it keeps lies under the home, and nothing is sent out."""
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "crossrec",
        "PREFECT_LOGGING_LEVEL": os.environ.get("PREFECT_LOGGING_LEVEL", "WARNING"),
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    }


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether a Prefect API answers at this address."""
    try:
        with urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.read().strip() == b"true")
    except (URLError, OSError, ValueError):
        return False


class Server:
    """A Prefect server in a child process."""

    def __init__(self, settings: Settings, host: str = "127.0.0.1", port: int | None = None, has_ui: bool = False):
        self.settings, self.host, self.port, self.has_ui = settings, host, port or free_port(), has_ui
        self.url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{self.port}/api"  # noqa: S104 - compared
        self.folder = settings.home / "prefect"

    def start(self) -> None:
        """Start it and return when it answers.

        Raises:
            RuntimeError: if it ends or stays silent for two minutes.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PREFECT_API_URL": self.url}
        environment["PREFECT_UI_API_URL"] = "/api"  # by whatever name the browser reached the page
        if not self.has_ui:
            environment["PREFECT__SERVER_EPHEMERAL"] = "1"
        command = [sys.executable, "-m", "flows.server", self.host, str(self.port), str(self.settings.reports)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if answers(self.url):
                return
            time.sleep(0.2)
        self.process.kill()
        raise RuntimeError(
            f"A Prefect server has to answer within {PATIENCE_SECONDS} seconds; the one started at {self.url} did not "
            f"(exit code {self.process.poll()}). Look into {self.folder / 'server.log'}, choose another --port, or set "
            "PREFECT_API_URL to a server that runs."
        )

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()


def address_file(settings: Settings) -> Path:
    """Where the address of the home's server stands while it serves."""
    return settings.home / "prefect" / "address"


def running_api(settings: Settings) -> str | None:
    """The API to report to: the one that PREFECT_API_URL names, else the one that serves this home now."""
    given = os.environ.get("PREFECT_API_URL")
    path = address_file(settings)
    if given or not path.exists():
        return given
    url = path.read_text().strip()
    return url if answers(url) else None


def report_link(settings: Settings, page: Path) -> str:
    """Where a report page is found from the UI: on the server of this home, else as a file."""
    is_served = address_file(settings).exists()
    return f"/reports/{page.name}" if is_served else page.as_uri()


@contextmanager
def prefect_api(settings: Settings) -> Iterator[str]:
    """The address of a Prefect API: one that runs, else one that lives as long as the block."""
    os.environ.update({**prefect_environment(settings), **given_to_prefect(os.environ)})
    given = running_api(settings)
    server = None if given else Server(settings)
    try:
        if server is not None:
            server.start()
        os.environ["PREFECT_API_URL"] = given or server.url  # type: ignore[union-attr]
        yield os.environ["PREFECT_API_URL"]
    finally:
        if server is not None:
            os.environ.pop("PREFECT_API_URL", None)
            server.stop()


def end_with_server() -> None:
    """From now on this process, if `crossrec serve` started it, ends as soon as that one does."""
    served_by = os.environ.get("CROSSREC_SERVED_BY")
    if served_by:
        threading.Thread(target=_wait_for_end_of, args=(int(served_by),), daemon=True).start()


def _wait_for_end_of(process: int) -> None:
    while True:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            os._exit(1)
        time.sleep(1)


def given_to_prefect(environment: Mapping[str, str]) -> dict[str, str]:
    """What the caller has set for Prefect stands."""
    return {name: value for name, value in environment.items() if name.startswith("PREFECT_")}


def run_server(host: str, port: int, reports: str) -> None:
    """Be the server, with the pages of the nights under /reports, until whoever started it ends."""
    import uvicorn
    from prefect.server.api.server import create_app
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    app = create_app()
    app.router.routes.insert(0, Mount("/reports", StaticFiles(directory=reports, html=True, check_dir=False)))
    uvicorn.run(app, host=host, port=port, log_level="error")


if __name__ == "__main__":
    from models.lifeline import end_with_parent

    end_with_parent()
    run_server(sys.argv[1], int(sys.argv[2]), sys.argv[3])
