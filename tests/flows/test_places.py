"""Places: what lies on a real S3 server or web server comes into the landing folder, once, and nothing tells a key."""

import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from flows.contracts import ContractError, load_contracts
from flows.ingest import ingest
from flows.places import fetch_places
from flows.settings import Settings, read_settings
from flows.warehouse import MissingExtraError, connect
from tests.flows.bad_files.case import ITEMS

SECRET = "a-secret-that-nobody-may-read"
LINE = b'{"sku": "a"}\n'


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a server that speaks S3."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(address: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty bucket `logs`, and an environment that leads to it."""
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "eu-central-1",
        "CROSSREC_KEY": "the key of these tests",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.resource("s3")
    found = client.Bucket("logs")
    found.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield found
    found.objects.all().delete()
    found.delete()


def home_with(folder: Path, *places: str) -> Settings:
    """A home with a shop whose items lie at these places."""
    kind = {"format": "json_lines", "place": list(places), "fields": list(ITEMS)}
    contract = {"platform": "shop", "title": "Shop", "kinds": {"items": kind}}
    path = folder / "contracts" / "platforms" / "shop.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(contract), encoding="utf-8")
    return read_settings(home=folder / "home", contracts=folder / "contracts")


def fetched(settings: Settings) -> tuple[int, int, int]:
    """How many files were fetched, kept and left."""
    counts = fetch_places(settings, load_contracts(settings.contracts))
    return counts["fetched"], counts["kept"], counts["left"]


def landed(settings: Settings) -> dict[str, bytes]:
    """The items that have landed, all files of the folder, by name."""
    folder = settings.landing / "shop" / "items"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_lies_in_a_bucket_is_ingested_once(bucket: Any, tmp_path: Path) -> None:
    """Files of a folder come with their names and times; the next night fetches only what has changed."""
    settings = home_with(tmp_path, "s3://logs/shop/items")
    names = ["a.jsonl", "day=1/b [x].jsonl", "ü+%.jsonl"]
    for name in names:
        bucket.put_object(Key=f"shop/items/{name}", Body=LINE.replace(b"a", name[0].encode()))
    bucket.put_object(Key="shop/items_of_others/z.jsonl", Body=LINE)
    assert fetched(settings) == (3, 0, 0)
    assert landed(settings) == {name: LINE.replace(b"a", name[0].encode()) for name in names}
    modified = datetime.fromtimestamp((settings.landing / "shop" / "items" / "a.jsonl").stat().st_mtime, UTC)
    assert modified == bucket.Object("shop/items/a.jsonl").last_modified
    assert fetched(settings) == (0, 3, 0)
    bucket.put_object(Key="shop/items/a.jsonl", Body=LINE + b'{"sku": "n"}\n')
    assert fetched(settings) == (1, 2, 0)
    ingest(settings)
    with connect(settings.warehouse) as connection:
        rows = connection.execute("select sku from raw.shop_items order by sku").fetchall()
    assert rows == [("a",), ("d",), ("n",), ("ü",)]


def test_ingest_fetches_before_it_loads(bucket: Any, tmp_path: Path) -> None:
    """A place needs nobody to fetch from it; one file is a place too."""
    bucket.put_object(Key="one.jsonl", Body=LINE)
    assert ingest(home_with(tmp_path, "s3://logs/one.jsonl")).rows == {"raw.shop_items": 1}


def test_names_that_lead_astray_are_left(bucket: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A name that would leave the folder, be hidden, or stand at an earlier place too, is told and left."""
    settings = home_with(tmp_path, "s3://logs/one", "s3://logs/two")
    for name in ("one/a.jsonl", "one/../up.jsonl", "one/.hidden.jsonl", "one/what?.jsonl", "two/a.jsonl"):
        bucket.put_object(Key=name, Body=LINE)
    assert fetched(settings) == (1, 0, 4)
    assert set(landed(settings)) == {"a.jsonl"}
    assert caplog.text.count("is left where it is") == 4


def test_a_file_that_does_not_fit_is_left(bucket: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file larger than the memory is told with what to do; nothing of it stays, and the others come."""
    settings = home_with(tmp_path, "s3://logs/shop").model_copy(update={"memory_limit": "30MB"})
    bucket.put_object(Key="shop/a.jsonl", Body=b" " * 40_000_000)
    bucket.put_object(Key="shop/b.jsonl", Body=LINE)
    assert fetched(settings) == (1, 0, 1)
    assert landed(settings) == {"b.jsonl": LINE}
    assert "raise it" in caplog.text


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("place", ["s3://none/shop", "http://127.0.0.1:1/a.jsonl"])
def test_a_place_that_is_not_there_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture, place: str) -> None:
    """What has landed is ingested all the same; nothing that is told holds a key."""
    settings = home_with(tmp_path, place)
    path = settings.landing / "shop" / "items" / "a.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(LINE)
    assert ingest(settings).rows == {"raw.shop_items": 1}
    reason = "HTTP 404" if place.startswith("s3") else "IOException"
    assert f"{place} cannot be reached ({reason}); ingest goes on with what has landed" in caplog.text
    assert SECRET not in caplog.text


def test_a_web_server_is_a_place(tmp_path: Path) -> None:
    """A file of a web server comes under its name, and is not fetched again while it is the same."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "a.jsonl").write_bytes(LINE)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "web")))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        settings = home_with(tmp_path, f"http://127.0.0.1:{server.server_port}/a.jsonl")
        assert fetched(settings) == (1, 0, 0)
        assert landed(settings) == {"a.jsonl": LINE}
        assert fetched(settings) == (0, 1, 0)
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("name", "extra"), [("httpfs", "cloud"), ("avro", "avro")])
def test_without_its_extra_an_ingest_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, extra: str
) -> None:
    """A place, or a file of Avro, stops an ingest before anything is loaded, with a sentence that helps."""
    settings = home_with(tmp_path, *(["s3://logs/shop"] if name == "httpfs" else []))
    path = settings.contracts / "platforms" / "shop.yml"
    if name == "avro":
        path.write_text(path.read_text(encoding="utf-8").replace("json_lines", "avro"), encoding="utf-8")
    monkeypatch.setitem(sys.modules, f"duckdb_extension_{name}", None)
    monkeypatch.setenv("CROSSREC_KEY", "the key of these tests")
    with pytest.raises(MissingExtraError, match=rf"pip install 'crossrec\[{extra}\]'"):
        ingest(settings)
    assert not settings.warehouse.exists()


@pytest.mark.parametrize(
    "place",
    ["ftp://host/a", "http://host.example/a", "https://host.example/", "s3://logs/*.jsonl", "https://h.example/a?key=b",
     "https://user:password@h.example/a", "logs"],
)  # fmt: skip
def test_a_place_that_cannot_be_is_no_place(tmp_path: Path, place: str) -> None:
    """A contract names no wildcard, no unencrypted server of others, and no credentials; these are not told again."""
    with pytest.raises(ContractError, match="a place is s3://bucket") as caught:
        load_contracts(home_with(tmp_path, place).contracts)
    assert "password" not in str(caught.value)
