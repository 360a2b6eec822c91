"""An encrypted home: the same nights, in files that nobody reads without the key."""

import shutil

import duckdb
import pytest

from flows.warehouse import FILE_KEY
from tests.conftest import NIGHT, Home
from tests.flows.test_nightly import assert_same, published

pytestmark = pytest.mark.slow

KEY = "a key for the files of tests"
FILES = ("warehouse.duckdb", "published.duckdb", "ops.duckdb")


@pytest.fixture(scope="module")
def encrypted(small_night: Home, new_home) -> Home:
    """The home of a night over the same landing as the small night's, with a key of files."""
    home = new_home("encrypted")
    home.environment[FILE_KEY] = KEY
    shutil.copytree(small_night.path / "landing", home.path / "landing")
    home.night()
    return home


def test_an_encrypted_night_publishes_what_a_plain_one_does(encrypted: Home, small_night: Home) -> None:
    """Ingest, dbt, gates, training and lists give the same tables, and SQL reads them with the key."""
    ours, plain = published(encrypted), published(small_night)
    assert_same({"recommendations": plain["recommendations"]}, {"recommendations": ours["recommendations"]})
    assert ours.keys() == plain.keys()
    count = encrypted.run("sql", "--format", "csv", "select count(*) as n from recommendations").split()
    assert count == ["n", str(len(plain["recommendations"]))]
    assert str(NIGHT) in encrypted.run("runs")


def test_nothing_can_be_read_without_the_key(encrypted: Home, small_night: Home) -> None:
    """Names of tables stand in the bytes of plain files and not in those of encrypted ones; the key is in no file."""
    for name in FILES:
        assert b"recommender_version" in (small_night.path / name).read_bytes()
        assert b"recommender_version" not in (encrypted.path / name).read_bytes()
        with pytest.raises(duckdb.CatalogException, match="without a key"):
            duckdb.connect(str(encrypted.path / name))
    assert not list(encrypted.path.glob("*.wal"))
    files = [path for path in encrypted.path.rglob("*") if path.is_file()]
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("key", "words"), [(None, f"its key is needed: set {FILE_KEY}"), ("another key of files", "another key than")]
)
def test_a_key_that_does_not_fit_is_told(encrypted: Home, key: str | None, words: str) -> None:
    """Without the key, or with another one, commands end with 1 and say what to set."""
    home = Home(encrypted.path, {})
    home.environment = {name: value for name, value in encrypted.environment.items() if name != FILE_KEY}
    home.environment.update({FILE_KEY: key} if key else {})
    for command in (["ingest"], ["sql", "select 1"]):
        assert words in home.run(*command, code=1)


def test_a_home_is_encrypted_and_decrypted_as_a_whole(encrypted: Home, new_home) -> None:
    """`keys encrypt` writes each file anew, `--undo` back; between them a plain home is told how to get encrypted."""
    home = new_home("turned")
    shutil.copytree(encrypted.path, home.path, dirs_exist_ok=True)
    home.environment[FILE_KEY] = KEY
    before = published(home)
    output = home.run("keys", "encrypt", "--undo")
    assert all(name in output for name in FILES)
    assert_same(before, published(Home(home.path, {FILE_KEY: ""})))
    assert "crossrec keys encrypt" in home.run("ingest", code=1)
    output = home.run("keys", "encrypt")
    assert all(name in output for name in FILES)
    assert_same(before, published(home))
    output = home.run("keys", "encrypt")
    assert not any(name in output for name in FILES)
    assert not list(home.path.glob(".*.rewritten*"))


@pytest.mark.thorough
def test_a_person_is_forgotten_in_an_encrypted_home(encrypted: Home, new_home) -> None:
    """Files are written anew, still encrypted, and the search finds nothing in them."""
    home = new_home("forgetful")
    shutil.copytree(encrypted.path, home.path, dirs_exist_ok=True)
    home.environment[FILE_KEY] = KEY
    who = published(home)["recommendations"]["user_id"].min()
    home.run("forget", who)
    assert "Nothing is left" in home.run("forget", "--verify", who)
    assert who not in set(published(home)["recommendations"]["user_id"])
