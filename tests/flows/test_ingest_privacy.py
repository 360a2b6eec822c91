"""Ingest stores nothing that names a person: tokens stand where identifiers stood, wherever that was."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.identifiers import Keyring
from flows.ingest import ingest
from flows.settings import Settings
from flows.warehouse import connect, identifier
from tests.flows.shop_landing import KEY, SHOP, accounts, event, land, query, shop_settings

EMAIL, PHONE = "Anna.Planted@mail.example", "01511/2345678"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty home with the contract of one shop."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    return shop_settings(tmp_path)


def test_identifiers_are_nowhere_but_in_the_landing(settings: Settings) -> None:
    """E-mails and phones in fields, in extra, in broken lines and in bad records: tokens, in no spelling themselves."""
    land(
        settings,
        "accounts/a.csv",
        accounts([f"anna;{EMAIL};{PHONE};1772352000000;was {EMAIL.upper()}", f";{EMAIL};;;"]),
    )
    land(
        settings,
        "accounts/b.csv",
        accounts([f'ben;" {EMAIL.lower()} ";+49 (0)1511 2345678;;', f"{EMAIL};broken", 'x;"']),
    )
    broken = (
        f'{{"id": "7", "note": "{EMAIL}, {PHONE}", \n' + event("8", at=f"call {PHONE}") + event("9", by={EMAIL: PHONE})
    )
    land(settings, "events/a.jsonl", broken)
    ingest(settings)
    keyring = Keyring(KEY)
    email, phone = keyring.token("email", EMAIL), keyring.token("phone", PHONE, "DE")
    assert query(settings, "select mail, phone from raw.shop_accounts") == [(email, phone)] * 2
    assert query(settings, "select extra from raw.shop_accounts order by customer") == [
        (f'{{"note": "was {email}"}}',),
        (None,),
    ]
    assert query(settings, "select extra from raw.shop_events") == [(json.dumps({"by": {email: phone}}),)]
    texts = [text for (text,) in query(settings, "select text from raw.rejects order by path, line")]
    assert texts[0] == f";{email};;;"
    assert texts[1] == f"{email};broken"
    assert texts[3] == f'{{"id": "7", "note": "{email}, {phone}", '
    assert not list(remains(settings))


@pytest.mark.parametrize(
    ("setting", "kept"),
    [
        ("", None),
        ("    extra: keep\n", '{"coupon": "c1", "colour": "red"}'),
        ("    extra: [colour]\n", '{"colour": "red"}'),
    ],
)
def test_a_field_that_no_contract_names_passes_only_where_it_may(
    settings: Settings, setting: str, kept: str | None
) -> None:
    """By default the values of such fields are left out; a kind may let all pass or some. Their names are noted."""
    contract = settings.contracts / "platforms" / "shop.yml"
    contract.write_text(SHOP.replace("    extra: keep\n", setting))
    land(settings, "events/a.jsonl", event("1", coupon="c1", colour="red") + event("2"))
    ingest(settings)
    assert query(settings, "select extra from raw.shop_events order by id") == [(kept,), (None,)]
    assert query(settings, "select field from raw.extra_fields order by field") == [("colour",), ("coupon",)]


def remains(settings: Settings) -> Iterator[str]:
    """Every place of the warehouse and of the files beside it where a planted identifier can be read."""
    with connect(settings.warehouse) as connection:
        tables = connection.execute("select table_name from information_schema.tables where table_schema = 'raw'")
        for (table,) in tables.fetchall():
            text = str(connection.execute(f"select * from raw.{identifier(table)}").fetchall()).lower()
            yield from (table for planted in ("planted", "2345678") if planted in text)
    for path in settings.home.rglob("*"):
        if path.is_file() and settings.landing not in path.parents:
            content = path.read_bytes().lower()
            yield from (str(path) for planted in (b"planted", b"2345678") if planted in content)
