"""Identifiers: many spellings, one token; and nothing readable is left where something was scrubbed."""

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.identifiers import Keyring
from flows.keys import read_keyring

KEYRING = Keyring("a secret of the tests")

NAMES = st.from_regex(r"[a-z0-9][a-z0-9._+-]{0,20}", fullmatch=True)
DOMAINS = st.from_regex(r"[a-z0-9]{1,10}\.(example|de|com)", fullmatch=True)
EMAILS = st.builds("{}@{}".format, NAMES, DOMAINS)
FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}


@pytest.mark.parametrize(
    "spelling",
    [
        "+4915112345678",
        "01511/2345678",
        "0049 1511 2345678",
        "+49 (0)1511 2345678",
        " 01511-23 45 678 ",
        "０１５１１２３４５６７８",
    ],
)
def test_a_phone_number_has_one_token_in_every_spelling(spelling: str) -> None:
    """National, international and untidy spellings of one number match; another number does not."""
    assert KEYRING.token("phone", spelling, "DE") == KEYRING.token("phone", "+49 1511 2345678", None)
    assert KEYRING.token("phone", spelling, "DE") != KEYRING.token("phone", "+49 1511 2345679", "DE")


@settings(deadline=None)
@given(EMAILS)
def test_an_email_has_one_token_in_every_spelling(email: str) -> None:
    """Capitals, spaces, full-width letters and invisible characters do not make another person."""
    token = KEYRING.token("email", email)
    assert token is not None
    assert token.startswith("email:")
    for spelling in (email.upper(), f"  {email}\t", email.translate(FULL_WIDTH), f"\u200b{email}", f"<{email}>"):
        assert KEYRING.token("email", spelling) == token


@pytest.mark.parametrize(
    ("kind", "text"),
    [("email", "anna"), ("email", "a b@c.example"), ("phone", "12"), ("phone", "none"), ("login", " ")],
)
def test_what_is_no_identifier_has_no_token(kind: str, text: str) -> None:
    """A text that cannot be one matches nobody."""
    assert KEYRING.token(kind, text, "DE") is None


@pytest.mark.parametrize(
    ("normaliser", "same", "other"),
    [
        ("exact", " Ab 1", "ab 1"),
        ("casefold", "ａB 1", "ab1"),
        ("alphanumeric", "a-b/1", "ab2"),
        ("digits", "No. 1", "12"),
    ],
)
def test_an_identifier_of_another_kind_is_spelt_as_its_normaliser_says(normaliser: str, same: str, other: str) -> None:
    """What the normaliser leaves out does not part two spellings, what it keeps does; what leaves nothing is none."""
    token = KEYRING.token("card", "Ab 1", normaliser=normaliser)
    assert str(token).startswith("own.card:")
    assert KEYRING.token("card", same, normaliser=normaliser) == token
    assert KEYRING.token("card", other, normaliser=normaliser) not in (token, None)
    assert KEYRING.token("card", "\u200b " if normaliser != "exact" else " ", normaliser=normaliser) is None


def test_tokens_differ_by_kind_and_by_key() -> None:
    """The same text as login and as device is not the same thing, and another key gives other tokens."""
    spelt = [KEYRING.token("login", "anna"), KEYRING.token("device", "anna"), Keyring("another").token("login", "anna")]
    assert len({str(token).partition(":")[2] for token in spelt}) == 3


@settings(deadline=None)
@given(EMAILS, st.text(" \t\"'{}[]:,;()<>\n", max_size=5), st.text(" \t\"'{}[]:,;()<>\n", max_size=5))
def test_scrubbing_replaces_an_email_by_its_token(email: str, before: str, after: str) -> None:
    """Whatever stands around an address, the address goes and its token comes."""
    clean = KEYRING.scrub(f"{before}{email.upper()}{after}", "DE")
    assert email not in clean.lower()
    assert KEYRING.token("email", email) in clean


@pytest.mark.parametrize(
    "text", ["anna@mail.example", r"anna\u0040mail.example", "anna＠mail.example", "anna%40mail.example"]
)
def test_an_email_in_disguise_is_scrubbed_to_the_same_token(text: str) -> None:
    """An escaped @ in a line that is not parsed is an @."""
    assert KEYRING.scrub(f'{{"e": "{text}"') == f'{{"e": "{KEYRING.token("email", "anna@mail.example")}"'


def test_scrubbing_leaves_what_is_no_identifier() -> None:
    """Times, ids and amounts of a record can still be read."""
    text = '{"at": "2026-03-01 08:00:00", "day": "01.03.2026", "ts": 1772352000, "id": "f41079528738", "price": 12.5}'
    assert KEYRING.scrub(text, "DE") == text


def test_json_is_scrubbed_in_keys_values_and_numbers() -> None:
    """Identifiers hide nowhere in a field that no contract names; what is empty goes."""
    extra = {"actor": {}, "old": ["anna@mail.example", 4915112345678], "b@c.example": {"n": 5}}
    clean = KEYRING.scrub_json(json.dumps(extra), "DE")
    email, phone = KEYRING.token("email", "anna@mail.example"), KEYRING.token("phone", "+4915112345678")
    assert json.loads(clean or "") == {"old": [email, phone], KEYRING.token("email", "b@c.example"): {"n": 5}}
    assert KEYRING.scrub_json('{"actor": {"address": {}}}') is None


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home gets a random key that nobody else may read and keeps it; the environment's key goes before it."""
    monkeypatch.delenv("CROSSREC_KEY", raising=False)
    ids = read_keyring(tmp_path / "home").key_ids
    assert read_keyring(tmp_path / "home").key_ids == ids != read_keyring(tmp_path / "other").key_ids
    assert stat.S_IMODE((tmp_path / "home" / "key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["key"]
    monkeypatch.setenv("CROSSREC_KEY", "from the environment")
    assert read_keyring(tmp_path / "home").key_ids == Keyring("from the environment").key_ids


def test_a_key_that_is_no_secret_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty or short key, as a killed process or a typing error leaves it, is not used."""
    monkeypatch.setenv("CROSSREC_KEY", "short")
    with pytest.raises(ValueError, match="CROSSREC_KEY has one of 5"):
        read_keyring(tmp_path)


@pytest.mark.parametrize(
    ("spelling", "same"),
    [
        ("Anna.Berg+shop@gmail.com", "annaberg@googlemail.com"),
        ("anna+news@outlook.com", "anna@outlook.com"),
        ("anna-berg+x@pm.me", "annaberg@protonmail.com"),
    ],
)
def test_an_email_is_the_mailbox_that_its_provider_delivers_to(spelling: str, same: str) -> None:
    """Tags go, and dots where the provider ignores them."""
    assert KEYRING.token("email", spelling) == KEYRING.token("email", same)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("anna.berg@mail.example", "annaberg@mail.example"),
        ("anna+x@mail.example", "anna@mail.example"),
        ("anna.berg@outlook.com", "annaberg@outlook.com"),
        ("+a@gmail.com", "+b@gmail.com"),
        ("anna@icloud.com", "anna@gmail.com"),
    ],
)
def test_other_mailboxes_stay_other_people(first: str, second: str) -> None:
    """Nothing is ignored that a provider may tell apart, and never the whole name."""
    assert KEYRING.token("email", first) != KEYRING.token("email", second)
