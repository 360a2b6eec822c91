"""`crossrec serve`: a Prefect server with its UI, the deployments, and the process that runs what they start.

Everything hangs on this one process: the server and every night that it started end with it, so a restart finds no
leftovers at work, and marks what was killed.
"""

import asyncio
import hashlib
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flows.contract_field import checked_time_zone
from flows.contracts import load_contracts
from flows.server import Server, address_file, answers, given_to_prefect, prefect_environment, running_api
from flows.settings import Settings

LOG = logging.getLogger("crossrec")

RUNNER_ENVIRONMENT = {
    "PREFECT_RUNNER_POLL_FREQUENCY": "5",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",  # the other UI asks an address outside for its configuration
}


@contextmanager
def prefect_server(settings: Settings, host: str, port: int) -> Iterator[str]:
    """The address of a Prefect API with a UI: the one that runs already, else one started here and kept alive."""
    url = os.environ.get("PREFECT_API_URL") or f"http://{host}:{port}/api"
    if answers(url):
        LOG.info("a Prefect server answers at %s", url)
        yield url
        return
    if "PREFECT_API_URL" in os.environ:
        raise ValueError(f"PREFECT_API_URL names a Prefect server that answers; {url} does not. Start it, or unset it.")
    LOG.info("starting a Prefect server …")
    server = Server(settings, host, port, has_ui=True)
    server.start()
    is_over = threading.Event()
    keeper = threading.Thread(target=keep_alive, args=(server, is_over), daemon=True)
    keeper.start()
    address_file(settings).write_text(server.url)
    try:
        yield server.url
    finally:
        address_file(settings).unlink(missing_ok=True)
        is_over.set()
        server.stop()


def keep_alive(server: Server, is_over: threading.Event) -> None:
    """Start the server again whenever it ends, until it is over."""
    while True:
        server.process.wait()
        if is_over.is_set():
            return
        LOG.warning("the Prefect server ended with exit code %s; starting it again", server.process.returncode)
        try:
            server.start()
        except RuntimeError as error:
            LOG.warning("%s", error)
            is_over.wait(10)


def deployments(settings: Settings, cron: str, time_zone: str) -> list[Any]:
    """The deployments `nightly`, on its schedule, `backfill`, `stage`, `forget` and `tune`."""
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.backfill import backfill
    from flows.forget import forget
    from flows.nightly import nightly, stage
    from flows.tune import tune

    schedule, by_module = Cron(cron, timezone=time_zone), EntrypointType.MODULE_PATH
    chosen = {"choices": {"mode": settings.mode, "k": settings.published_k, "alphas": settings.alphas}}
    tags = [home_tag(settings)]
    night: Any = nightly.to_deployment(
        "nightly", schedules=[schedule], parameters=chosen, tags=tags, entrypoint_type=by_module
    )
    past: Any = backfill.to_deployment("backfill", parameters=chosen, tags=tags, entrypoint_type=by_module)
    names = [contract.platform for contract in load_contracts(settings.contracts)]
    for deployment, form in ((night, "NightChoices"), (past, "BackfillChoices")):
        offer_platforms(deployment._parameter_openapi_schema.definitions[form]["properties"], names)
    by_hand: list[Any] = [
        stage.to_deployment("stage", tags=tags, entrypoint_type=by_module),
        forget.to_deployment("forget", tags=tags, entrypoint_type=by_module),
        tune.to_deployment("tune", tags=tags, entrypoint_type=by_module),
    ]
    return [night, past, *by_hand]


def home_tag(settings: Settings) -> str:
    """What tells the deployments of this home from those of another, without naming its path."""
    return f"home-{hashlib.sha256(str(settings.home).encode()).hexdigest()[:8]}"


def check_owner(settings: Settings, url: str) -> None:
    """Raise ValueError if the server has deployments of another home: these would take their place."""
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    with get_client(sync_client=True) as client:
        try:
            tags = client.read_deployment_by_name("nightly/nightly").tags
        except ObjectNotFound:
            return
    if home_tag(settings) not in tags:
        raise ValueError(
            f"The deployments of a server belong to one home; those at {url} belong to another. Choose another --port, "
            "or set PREFECT_API_URL to a server of this home's own."
        )


def offer_platforms(properties: dict[str, Any], names: list[str]) -> None:
    """Have the form offer the platforms by name, and a weight for each."""
    weights = {name: {"type": "number", "minimum": 0, "title": name} for name in names}
    properties["platforms"] |= {"items": {"type": "string", "enum": names}, "uniqueItems": True}
    properties["alphas"] |= {"properties": weights, "additionalProperties": False}


def serve(settings: Settings, host: str, port: int, cron: str, time_zone: str) -> None:
    """Serve the deployments until told to stop; started runs go one after the other.

    Raises:
        ValueError: if the cron line or the time zone is none, PREFECT_API_URL names a server that does not answer, this
            home is served already, or the server serves another home.
    """
    checked_time_zone(time_zone)
    served = running_api(settings)
    if served and "PREFECT_API_URL" not in os.environ:
        raise ValueError(f"One `crossrec serve` serves a home; one does at {served}. Use it, or stop it first.")
    os.environ.update({**prefect_environment(settings), **RUNNER_ENVIRONMENT, **given_to_prefect(os.environ)})
    os.environ.update(settings.environment())
    os.environ["CROSSREC_SERVED_BY"] = str(os.getpid())
    with prefect_server(settings, host, port) as url:
        os.environ["PREFECT_API_URL"] = url
        run_deployments(settings, url, cron, time_zone)


def run_deployments(settings: Settings, url: str, cron: str, time_zone: str) -> None:
    """Register the deployments, mark what was killed, and run what is due until told to stop."""
    from prefect.exceptions import TerminationSignal
    from prefect.runner import Runner

    from flows.recovery import mark_killed_of

    check_owner(settings, url)
    # one at a time, and never a schedule that stays paused because a stop was not clean
    runner = Runner(name="crossrec", limit=1, pause_on_shutdown=False)
    ids: list[Any] = [runner.add_deployment(deployment) for deployment in deployments(settings, cron, time_zone)]
    mark_killed_of(settings, ids)
    page = url.removesuffix("/api")
    LOG.info("every night at cron %r (%s); start one by hand, look at them: %s", cron, time_zone, page)
    # Prefect's own way to stop at SIGTERM ends in an error: it waits for itself
    runner.handle_sigterm = signal.default_int_handler  # type: ignore[method-assign]
    with suppress(KeyboardInterrupt, TerminationSignal):
        asyncio.run(runner.start())
    LOG.info("stopped")
