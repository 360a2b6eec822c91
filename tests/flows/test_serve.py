"""Nights as people operate them: on the schedule, from the browser, held, killed; a real server, a real browser."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import duckdb
import psutil
import pytest

from flows.night_lock import read_holder
from tests.conftest import SMALL, Home

pytestmark = pytest.mark.slow

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
PATIENCE_SECONDS = 400


class Served:
    """A home that is served: its process, its server as a client sees it, and what was planted in its logs."""

    planted: dict[str, list[str]]

    def __init__(self, home: Home) -> None:
        from flows.server import free_port

        self.home, self.port = home, free_port()
        self.page = f"http://127.0.0.1:{self.port}"

    def start(self, cron: str = "0 3 * * *") -> None:
        """Serve it, and return when the deployments are there."""
        self.process = self.home.start("serve", "--port", str(self.port), "--cron", cron)
        wait_for(lambda: self.deployment("nightly") and self.process.poll() is None)

    def stop(self) -> None:
        """Tell it to stop; it has to end by itself, and with everything that it started."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        output, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, output
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not alive, [orphan.cmdline() for orphan in alive]

    def children(self) -> list[psutil.Process]:
        """The processes that it started: the server, and the engines of flow runs."""
        return psutil.Process(self.process.pid).children()

    def api(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """What the API answers."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.page}/api{path}", data, {"content-type": "application/json"}, method=method)
        for _ in range(20):
            try:
                content = urlopen(request, timeout=30).read()
                return json.loads(content) if content else None
            except HTTPError as error:
                if error.code != 503:  # the server's database is busy; every client asks again
                    raise
                time.sleep(1)
        return pytest.fail(f"the server stayed busy: {path}")

    def deployment(self, name: str) -> Any:
        """A deployment; None as long as there is none."""
        try:
            return self.api(f"/deployments/name/{name}/{name}")
        except (URLError, OSError):
            return None

    def submit(self, deployment: str = "nightly", **choices: Any) -> str:
        """Start a flow run of a deployment; its id."""
        word = "choice" if deployment == "stage" else "choices"
        path = f"/deployments/{self.deployment(deployment)['id']}/create_flow_run"
        return str(self.api(path, {"parameters": {word: choices}, "state": {"type": "SCHEDULED"}})["id"])

    def flow_runs(self) -> list[dict[str, Any]]:
        """All flow runs, the newest first."""
        found: list[dict[str, Any]] = self.api("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_DESC"})
        return found

    def state(self, flow_run_id: str) -> dict[str, Any]:
        """The state of a flow run."""
        found: dict[str, Any] = self.api(f"/flow_runs/{flow_run_id}")["state"]
        return found

    def end_of(self, flow_run_id: str) -> dict[str, Any]:
        """The last state of a flow run, waited for."""
        is_over = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
        wait_for(lambda: self.state(flow_run_id)["type"] in is_over)
        return self.state(flow_run_id)

    def published(self, query: str) -> list[tuple[Any, ...]]:
        """What a reader of the published file finds."""
        with duckdb.connect(str(self.home.path / "published.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()


def wait_for(is_so: Callable[[], Any]) -> None:
    """Return as soon as it is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if is_so():
            return
        time.sleep(0.5)
    pytest.fail(f"not so after {PATIENCE_SECONDS} seconds: {is_so}")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A small home with yesterday's logs, served, on a schedule that fires every minute until a test stops it."""
    home = Home(tmp_path_factory.mktemp("served"), {**SMALL, "CROSSREC_MODE": "popularity"})
    home.environment.pop("PREFECT_API_URL", None)
    home.simulate(until=YESTERDAY)
    service = Served(home)
    service.planted = json.loads((home.path / "truth" / "planted.json").read_text())  # forgetting removes the truth
    service.start("* * * * *")
    yield service
    if service.process.poll() is None:
        service.stop()


@pytest.fixture
def page(served: Served) -> Iterator[Any]:
    """A page of a real browser that reaches nothing but the server."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1900})
        page.set_default_timeout(1000 * PATIENCE_SECONDS)
        outside: list[str] = []
        page.on("request", lambda request: outside.append(request.url) if served.page not in request.url else None)
        yield page
        assert not [url for url in outside if url.startswith("http")]
        browser.close()


def field(page: Any, title: str) -> Any:
    """A field of the form by its title."""
    label = page.locator(".schema-form-property__label", has_text=title)
    return page.locator(".schema-form-property").filter(has=label).last


def look(page: Any, path: Path) -> None:
    """Keep a picture, to be looked at by people."""
    page.screenshot(path=path)


def test_the_schedule_fires_and_publishes(served: Served) -> None:
    """A schedule set to the next minute starts yesterday's night without anybody's doing, and it is published."""
    wait_for(lambda: any(run["auto_scheduled"] and run["start_time"] for run in served.flow_runs()))
    schedule = served.deployment("nightly")["schedules"][0]["id"]
    served.api(
        f"/deployments/{served.deployment('nightly')['id']}/schedules/{schedule}", {"active": False}, method="PATCH"
    )
    started = next(run for run in served.flow_runs() if run["start_time"])
    assert started["name"] == f"night of {YESTERDAY}"
    assert served.end_of(started["id"])["name"] == "Published"
    assert served.published("select distinct logical_date from recommendations") == [(YESTERDAY,)]


@needs_browser
def test_a_night_is_started_and_followed_in_the_browser(served: Served, page: Any, tmp_path: Path) -> None:
    """The form explains itself and refuses bad values; a run submitted there ends as published, with its artifacts."""
    page.goto(f"{served.page}/deployments/deployment/{served.deployment('nightly')['id']}/run")
    length = field(page, "Length of a list (k)").locator("input")
    length.wait_for()
    words = page.locator("form").inner_text()
    for title in ("Night", "Platforms", "Mode", "Weights of the platforms (α)", "Dry run", "Publish although", "Start"):
        assert title in words
    assert "nothing later is known" in words
    assert "home" not in [label.lower() for label in page.locator(".schema-form-property__label").all_inner_texts()]
    field(page, "Mode").locator("button.p-select-button__control").click()
    page.keyboard.press("ArrowDown")
    page.get_by_text("joint", exact=True).last.click()
    length.fill("500")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("500 is greater than the maximum of 100").first.wait_for()
    look(page, tmp_path / "form.png")
    length.fill("5")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**?tab=Runs")
    flow_run = next(run["id"] for run in served.flow_runs() if not run["auto_scheduled"])
    page.goto(f"{served.page}/runs/flow-run/{flow_run}")
    page.get_by_text("dbt staging …").first.wait_for(timeout=1000 * PATIENCE_SECONDS)
    look(page, tmp_path / "running.png")
    page.goto("about:blank")  # the moving picture of a run that is under way takes a core of its own
    assert served.end_of(flow_run)["name"] == "Published"
    page.goto(f"{served.page}/runs/flow-run/{flow_run}")
    page.get_by_text("Published", exact=True).first.wait_for()
    page.get_by_text("dbt training done").first.wait_for()
    look(page, tmp_path / "run.png")
    page.get_by_text("Artifacts", exact=True).first.click()
    for key in ("night-summary", "night-gates", "night-balance", "night-uplift"):
        page.get_by_text(key).first.wait_for()
    look(page, tmp_path / "artifacts.png")
    assert served.published("select max(item_rank) from recommendations") == [(5,)]
    assert not {"home", "key"} & set(json.dumps(served.deployment("nightly")["parameter_openapi_schema"]).split('"'))


@needs_browser
def test_the_report_page_needs_nothing_but_itself(served: Served, page: Any) -> None:
    """The report of the night opens beside the UI and from its file, with charts, and asks nobody for anything."""
    file = served.home.path / "reports" / f"{YESTERDAY}.html"
    for address in (f"{served.page}/reports/{file.name}", file.as_uri()):
        page.goto(address)
        assert page.locator("svg").count() >= 3
        assert "people have new lists" in page.locator("body").inner_text()
    summary = next(each for each in served.api("/artifacts/filter", {}) if each["key"] == "night-summary")
    page.goto(f"{served.page}/artifacts/artifact/{summary['id']}")
    link = page.get_by_role("link", name="The report of the night")
    link.wait_for()
    assert link.get_attribute("href") == f"/reports/{file.name}"


def test_a_stage_is_done_again(served: Served) -> None:
    """`stage` repeats one stage of the newest run: the published file is written anew, with the same rows."""
    before = served.published("select count(*), min(run_id), max(item_rank) from recommendations")
    (served.home.path / "published.duckdb").unlink()
    end = served.end_of(served.submit("stage", stage="publish"))
    assert (end["name"], end["message"][:8]) == ("Done", "publish:")
    assert served.published("select count(*), min(run_id), max(item_rank) from recommendations") == before
    refused = served.end_of(served.submit("stage", stage="publish", logical_date="1999-01-01"))
    assert refused["name"] == "Refused" and "none for 1999-01-01" in refused["message"]


@pytest.mark.thorough
def test_a_night_of_the_past_is_built_anew(served: Served) -> None:
    """`backfill` has a form that explains itself, builds a night, and leaves alone what people see."""
    form = served.deployment("backfill")["parameter_openapi_schema"]["definitions"]["BackfillChoices"]["properties"]
    assert all(field.get("title") and field.get("description") for field in form.values())
    assert form["platforms"]["items"]["enum"] == ["games", "music", "news", "shop", "video"]
    before, day = served.home.published_digest(), YESTERDAY - timedelta(days=1)
    end = served.end_of(served.submit("backfill", first_night=str(day), last_night=str(day)))
    assert end["name"] == "Done" and f"{day}  rebuilt" in end["message"]
    assert served.home.published_digest() == before
    refused = served.end_of(served.submit("backfill", first_night=str(YESTERDAY), last_night=str(day)))
    assert refused["name"] == "Refused" and f"found {YESTERDAY} to {day}" in refused["message"]


def test_better_hyperparameters_are_searched_for(served: Served) -> None:
    """`tune` has a form that explains itself, and ends with what to set; a choice that makes no sense is refused."""
    form = served.deployment("tune")["parameter_openapi_schema"]["definitions"]["TuneChoices"]["properties"]
    assert all(field.get("title") and field.get("description") for field in form.values())
    end = served.end_of(served.submit("tune", trials=1, window_days=2, recommender="popularity"))
    assert end["name"] == "Tuned" and "better than what is set now" in end["message"]
    refused = served.end_of(served.submit("tune", window_days=2, nights=[str(YESTERDAY)]))
    assert refused["name"] == "Refused" and f"found {YESTERDAY}" in refused["message"]


def test_a_person_is_forgotten(served: Served) -> None:
    """`forget` erases a person while the server runs, out of its own database and this very run as well."""
    wait_for(lambda: served.deployment("forget") and (served.home.path / "published.duckdb").exists())
    form = served.deployment("forget")["parameter_openapi_schema"]["definitions"]["ForgetChoices"]["properties"]
    assert all(field.get("title") and field.get("description") for field in form.values())
    ((user_id,),) = served.published("select min(user_id) from recommendations")
    for _ in range(5):  # a night that another test began may still be at work
        flow_run_id = served.submit("forget", who=user_id)
        end = served.end_of(flow_run_id)
        if end["name"] != "Refused":
            break
        time.sleep(10)
    assert end["name"] == "Forgotten" and "published.duckdb" in end["message"], end
    assert served.api(f"/flow_runs/{flow_run_id}")["parameters"] == {"choices": {"who": "[erased]"}}
    assert "Nothing is left" in served.home.run("forget", "--verify", user_id)
    refused = served.end_of(served.submit("forget", who="nobody-at-all"))
    assert refused["name"] == "Refused" and "nobody-at-all" not in refused["message"]


def test_unknown_platforms_are_refused_in_words(served: Served) -> None:
    """A platform without a contract: the run ends as refused and says which there are."""
    path = f"/deployments/{served.deployment('nightly')['id']}/create_flow_run"
    body = {"parameters": {"choices": {"platforms": ["zoo"]}}, "enforce_parameter_schema": False}
    end = served.end_of(served.api(path, {**body, "state": {"type": "SCHEDULED"}})["id"])
    assert end["name"] == "Refused"
    assert "one of games, music, news, shop, video; found zoo" in end["message"]


def test_a_killed_night_never_blocks_the_next(served: Served) -> None:
    """`kill -9` of a night that the UI started: it is called crashed, and the next one starts and publishes."""
    killed = served.submit(dry_run=True, fresh=True)
    wait_until_at_work(served, killed)
    engines = [
        child for child in psutil.Process(served.process.pid).children() if "flows.server" not in child.cmdline()
    ]
    family = [part for engine in engines for part in engine.children(recursive=True)]
    for engine in engines:
        engine.kill()
    assert served.end_of(killed)["type"] == "CRASHED"
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive
    assert served.end_of(served.submit())["name"] == "Published"


def test_after_the_end_of_everything_a_restart_goes_on(served: Served) -> None:
    """`kill -9` of `serve` in a night leaves no process; started again it marks that night and runs the next."""
    killed = served.submit(fresh=True)
    wait_until_at_work(served, killed)
    family = psutil.Process(served.process.pid).children(recursive=True)
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.communicate()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive, [orphan.cmdline() for orphan in alive]
    served.start()
    wait_for(lambda: served.state(killed)["type"] == "CRASHED")
    assert served.state(killed)["message"].startswith("Killed before it ended")
    assert served.end_of(served.submit())["name"] == "Published"


@pytest.mark.thorough
def test_the_server_is_kept_alive_and_choices_hold(served: Served) -> None:
    """`kill -9` of the Prefect server: `serve` starts it again, and a night runs, on the platforms chosen, and dry."""
    before = served.home.published_digest()
    servers = [child for child in served.children() if "flows.server" in child.cmdline()]
    assert len(servers) == 1
    servers[0].kill()
    wait_for(lambda: served.deployment("nightly"))
    end = served.end_of(served.submit(platforms=["shop", "news"], alphas={"shop": 2.0}, k=3, dry_run=True))
    assert end["name"] == "Dry run"
    with duckdb.connect(str(served.home.path / "warehouse.duckdb"), read_only=True) as connection:
        query = "select platform, max(item_rank) from published.recommendations group by platform order by platform"
        assert connection.execute(query).fetchall() == [("news", 3), ("shop", 3)]
    assert served.home.published_digest() == before


@needs_browser
def test_a_held_night_is_visibly_held(served: Served, page: Any, tmp_path: Path) -> None:
    """Repetitions hold a night: the UI says Held and why, no file changes; forced with a reason, it is published."""
    before = served.home.published_digest()
    newest = max((served.home.path / "landing" / "shop" / "events").iterdir())
    content = newest.read_bytes()
    newest.with_name("again.jsonl").write_bytes(content + content)
    held = served.submit()
    assert served.end_of(held)["name"] == "Held"
    page.goto(f"{served.page}/runs/flow-run/{held}")
    page.get_by_text("Held", exact=True).first.wait_for()
    page.get_by_text("Details", exact=True).first.click()
    page.get_by_text("At most half of the day's records of shop repeat another").first.wait_for()
    page.get_by_text("See More").first.click()
    page.get_by_text("Yesterday's lists stand.").first.wait_for()
    look(page, tmp_path / "held.png")
    assert served.home.published_digest() == before
    assert served.end_of(served.submit(force_publish="the repetitions are known"))["name"] == "Published"
    with duckdb.connect(str(served.home.path / "ops.duckdb"), read_only=True) as connection:
        query = "select status, is_flagged, forced_reason from runs order by started_at desc limit 1"
        assert connection.execute(query).fetchone() == ("published", True, "the repetitions are known")


def test_stopping_is_clean(served: Served) -> None:
    """Told to stop in the middle of a night, `serve` ends with all that it started, and says so with exit code 0."""
    cut_short = served.submit(fresh=True)
    wait_until_at_work(served, cut_short)
    served.stop()
    assert not (served.home.path / "prefect" / "address").exists()


def test_nothing_that_prefect_keeps_names_anybody(served: Served) -> None:
    """No planted e-mail or phone is in a byte of what Prefect keeps: states, logs, artifacts, parameters."""
    needles = {needle.encode() for kind in served.planted.values() for needle in kind}
    assert needles
    files = [path for path in (served.home.path / "prefect").rglob("*") if path.is_file()]
    assert any(path.name == "prefect.db" for path in files)
    places = [path.name for path in files for needle in needles if needle in path.read_bytes()]
    assert not places


def wait_until_at_work(served: Served, flow_run_id: str) -> None:
    """Return when this flow run holds the home."""
    holder = served.home.path / "night.holder"
    wait_for(lambda: read_holder(holder).get("flow_run_id") == flow_run_id)
