"""A Prefect API of a night's own, for nights that are started where no Prefect server runs.

Prefect would start one by itself, but that one outlives a killed night. This one ends with the night: it watches its
standard input, the other end of which the night holds.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
    }


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the API answers.

    Raises:
        RuntimeError: if the server ends or stays silent for two minutes.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{url}/health", timeout=5):  # noqa: S310 - our own address
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(
        f"A night needs a Prefect API; the one it started at {url} did not answer within {PATIENCE_SECONDS} seconds "
        f"(exit code {server.poll()}). Look into prefect/server.log under the home, or set PREFECT_API_URL."
    )


@contextmanager
def prefect_api(settings: Settings) -> Iterator[str]:
    """The address of a Prefect API: the one that PREFECT_API_URL names, else one that lives as long as the block."""
    os.environ.update({**prefect_environment(settings), **_kept(os.environ)})
    given = os.environ.get("PREFECT_API_URL")
    if given:
        yield given
        return
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    folder = settings.home / "prefect"
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PREFECT__SERVER_EPHEMERAL": "1", "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "flows.server", str(port)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment)
    try:
        wait_until_healthy(url, server)
        os.environ["PREFECT_API_URL"] = url
        yield url
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.kill()
        server.wait()


def _kept(environment: Mapping[str, str]) -> dict[str, str]:
    """What the caller has set for Prefect stands."""
    return {name: value for name, value in environment.items() if name.startswith("PREFECT_")}


if __name__ == "__main__":
    import uvicorn

    from models.lifeline import end_with_parent

    end_with_parent()

    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="error",
    )
