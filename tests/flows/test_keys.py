"""Keys are changed without a delivery: every token gets the new one, and the old ones alone are of no use any more."""

from pathlib import Path

import pytest

from flows import cli, rekeying
from flows.erasure import forget
from flows.erasure_search import verify
from flows.identifiers import Keyring, WrongKeysError
from flows.ingest import ingest
from flows.keys import key_file
from flows.rekeying import rotate
from flows.settings import Settings, read_settings
from flows.suppression import suppression_file
from tests.flows.shop_landing import accounts, event, land, query, shop_settings

pytestmark = pytest.mark.usefixtures("uncompressed")

FIRST, SECOND, THIRD = "the first of the keys", "the second of the keys", "the third of the keys"
GONE = "customer-4711"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with tokens of the first key in columns, in `extra`, in rejects, in the ledger and on the list."""
    monkeypatch.setenv("CROSSREC_KEY", FIRST)
    settings = shop_settings(tmp_path)
    rows = [
        "anna;anna@mail.example;0151 23456789;;",
        f"{GONE};gone@mail.example;;;",
        "ben;ben@mail.example;;;call anna@mail.example",
    ]
    land(settings, "accounts/a.csv", accounts([*rows, ";nobody@mail.example;;;"]))
    land(settings, "events/a.jsonl", event("1", by="anna@mail.example") + event("2", actor={"id": GONE}))
    ingest(settings)
    forget(settings, f"shop:{GONE}")
    return settings


def records(settings: Settings) -> list[list[tuple]]:
    """What `raw` holds, but for when it was loaded."""
    tables = query(settings, "select table_name from duckdb_tables() where schema_name = 'raw' order by all")
    left_out = "columns(name -> name not in ('loaded_at', 'since', 'modified_at'))"
    return [query(settings, f"select {left_out} from raw.{table} order by all") for (table,) in tables]


def as_made_with(settings: Settings, keys: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home that got the same deliveries and the same erasure with these keys from the beginning."""
    monkeypatch.setenv("CROSSREC_KEY", keys)
    other = read_settings(home=settings.home.with_name("other"), contracts=settings.contracts)
    other.home.mkdir()
    (other.home / "landing").symlink_to(settings.landing)
    ingest(other)
    forget(other, f"shop:{GONE}")
    return other


def tokens_of(keys: str) -> set[str]:
    """The tokens that these keys make of everybody in the landing."""
    keyring = Keyring(*keys.split(","))
    names = ("anna@mail.example", "ben@mail.example", "gone@mail.example", "nobody@mail.example")
    found = {keyring.token("email", name) for name in names} | {keyring.token("phone", "0151 23456789", "DE")}
    return {token for token in found if token} | {keyring.account_token("shop", GONE)}


def bytes_of(settings: Settings) -> bytes:
    """Every byte of the home."""
    files = (path for path in settings.home.rglob("*") if path.is_file() and not path.is_symlink())
    return b"".join(path.read_bytes() for path in files)


def test_after_a_rotation_all_is_as_if_there_had_always_been_both_keys(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records, lists and rejects are those of a home made with both keys; no older token is in a byte of any file."""
    assert any(token.encode() in bytes_of(settings) for token in tokens_of(FIRST))
    monkeypatch.setenv("CROSSREC_KEY", f"{FIRST},{SECOND}")
    rotate(settings)
    content = bytes_of(settings)
    assert not [token for token in tokens_of(FIRST) if token.encode() in content]
    assert [token for token in tokens_of(f"{FIRST},{SECOND}") if token.encode() in content]
    other = as_made_with(settings, f"{FIRST},{SECOND}", monkeypatch)
    assert records(settings) == records(other)
    tokens = [
        [line.split(",")[0] for line in suppression_file(one.home).read_text().split()] for one in (settings, other)
    ]
    assert tokens[0] == tokens[1]


def test_what_comes_after_a_rotation_meets_what_came_before(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same e-mail has the same token, and who was forgotten stays forgotten; so after one more rotation."""
    for keys in (f"{FIRST},{SECOND}", f"{FIRST},{SECOND},{THIRD}"):
        monkeypatch.setenv("CROSSREC_KEY", keys)
        rotate(settings)
        name = f"{keys.count(',')}"
        land(settings, f"accounts/{name}.csv", accounts([f"anna{name};Anna@mail.example;;;", f"{GONE};;;;"]))
        ingest(settings)
    assert query(
        settings,
        "select count(*), count(distinct mail) from raw.shop_accounts where mail is not null and customer <> 'ben'",
    ) == [(3, 1)]
    assert query(settings, f"select * from raw.shop_accounts where customer = '{GONE}'") == []
    assert verify(settings, f"shop:{GONE}")[1] == []


@pytest.mark.parametrize("step", ["rekey_suppressions", "rekey_tables", "rewrite_warehouse", "copy_ops"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_rotation_that_was_killed_is_brought_to_its_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    """Until then nothing is ingested, erased or searched for; then all is as if it had not been killed."""
    monkeypatch.setenv("CROSSREC_KEY", f"{FIRST},{SECOND}")
    work = getattr(rekeying, step)

    def killed(*arguments: object) -> None:
        if when == "after":
            work(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(rekeying, step, killed)
        rotate(settings)
    for refused in (
        lambda: ingest(settings),
        lambda: forget(settings, "shop:anna"),
        lambda: verify(settings, "shop:anna"),
    ):
        with pytest.raises(WrongKeysError, match="keys rotate"):
            refused()
    rotate(settings)
    assert not [token for token in tokens_of(FIRST) if token.encode() in bytes_of(settings)]
    assert records(settings) == records(as_made_with(settings, f"{FIRST},{SECOND}", monkeypatch))


@pytest.mark.parametrize("keys", [SECOND, f"{SECOND},{FIRST}"])
def test_other_keys_are_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
    """Nothing is ingested, erased, searched for or rotated with them, and what is said names no key."""
    before = records(settings)
    monkeypatch.setenv("CROSSREC_KEY", keys)
    for refused in (ingest, rotate, lambda one: forget(one, "shop:anna"), lambda one: verify(one, "shop:anna")):
        with pytest.raises(WrongKeysError) as error:
            refused(settings)
        assert not [key for key in (FIRST, SECOND) if key in str(error.value)]
    assert records(settings) == before


def test_a_list_of_other_keys_is_refused_without_a_warehouse(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the warehouse is built anew with other keys, nobody who was forgotten comes back unseen."""
    settings.warehouse.unlink()
    monkeypatch.setenv("CROSSREC_KEY", SECOND)
    with pytest.raises(WrongKeysError, match="suppressions"):
        ingest(settings)


def test_keys_of_the_environment_are_added_by_their_owner(settings: Settings) -> None:
    """Where CROSSREC_KEY holds no key that is not in use, a rotation changes nothing and says what to do."""
    before = records(settings)
    with pytest.raises(WrongKeysError, match="after a comma"):
        rotate(settings)
    assert records(settings) == before


def test_a_key_file_gets_a_new_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`crossrec keys rotate` adds a line to the file, which stays its owner's alone; `crossrec keys list` tells ids."""
    monkeypatch.delenv("CROSSREC_KEY", raising=False)
    settings = shop_settings(tmp_path)
    land(settings, "accounts/a.csv", accounts(["anna;anna@mail.example;;;"]))
    ingest(settings)
    options = ["--home", str(settings.home), "--contracts", str(settings.contracts)]
    assert cli.main(["keys", "rotate", *options]) == 0
    keys = key_file(settings.home).read_text().split()
    assert len(keys) == 2 and key_file(settings.home).stat().st_mode & 0o777 == 0o600
    assert query(settings, "select mail from raw.shop_accounts") == [
        (Keyring(*keys).token("email", "anna@mail.example"),)
    ]
    capsys.readouterr()
    assert cli.main(["keys", "list", *options]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == Keyring(*keys).key_ids
