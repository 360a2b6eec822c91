"""What accounts tell of a person is compared in forms; pairs are the same each time and need Splink."""

import sys

import pyarrow
import pytest

from flows.matching.likeness import COLUMNS, KINDS, probable_pairs
from flows.traits import forms_of
from flows.warehouse import MissingExtraError
from tests.flows.named_people import NamedAccount, named_accounts


def told(accounts: list[NamedAccount]) -> pyarrow.Table:
    """The accounts as `probable_pairs` takes them; any numbers do, so long as equal forms have equal ones."""
    records = []
    for account in accounts:
        forms = {}
        for means in ("given_name", "family_name", "birth_date", "postal_code"):
            forms |= forms_of(means, getattr(account, means) or "")
        numbers = {kind: hash((kind, forms[kind])) % 2**63 if kind in forms else None for kind in KINDS}
        records.append(
            {"unique_id": f"{account.platform}:{account.account_id}", "platform": account.platform, **numbers}
        )
    return pyarrow.Table.from_pylist(records)


@pytest.mark.parametrize(
    ("means", "one", "other", "kinds"),
    [
        ("given_name", "Zoë-Marie", " zoe ", {"given_name", "given_name_sound"}),
        ("family_name", "Müller", "Mueller", {"family_name_sound"}),
        ("family_name", "Novak", "Nowack", {"family_name_sound"}),
        ("family_name", "Brown", "Borwn", {"family_name_sound"}),
        ("family_name", "Brown", "Green", set()),
        ("birth_date", "1990-03-12T00:00:00Z", "12.03.1990", {"birth_date", "birth_digits", "birth_year"}),
        ("birth_date", "1990-03-12", "1990-12-03", {"birth_digits", "birth_year"}),
        ("birth_date", "1990-03-12", "1990-04-01", {"birth_year"}),
        ("birth_date", "1990-02-30", "0001-01-01", set()),
        ("birth_year", "1990", " 1990", {"birth_year"}),
        ("postal_code", "SW1A 1AA", "sw1a1aa", {"postal_code"}),
    ],
)
def test_forms_agree_as_far_as_the_traits_do(means: str, one: str, other: str, kinds: set[str]) -> None:
    """Spelling, accents and slips leave some form as it is; another name or day, or what is none, does not."""
    first, second = forms_of(means, one), forms_of(means, other)
    assert {kind for kind in first.keys() & second.keys() if first[kind] == second[kind]} == kinds


def test_a_day_of_birth_is_read_as_its_contract_says() -> None:
    """A form that nobody could guess right is told by `unit`."""
    assert forms_of("birth_date", "03/12/1990", "%m/%d/%Y") == forms_of("birth_date", "1990-03-12")
    assert forms_of("birth_date", "03/12/1990") == {}


def test_the_same_accounts_give_the_same_pairs() -> None:
    """Whatever their order and however many threads; pairs are of two platforms, the lesser key first."""
    accounts = told(named_accounts(300, seed=3))
    pairs = probable_pairs(accounts, "500MB", 2)
    assert pairs.equals(probable_pairs(accounts.sort_by([("birth_year", "descending")]), "500MB", 1))
    assert pairs.num_rows > 100
    assert all(pair["first_key"] < pair["second_key"] for pair in pairs.to_pylist())
    assert all(pair["first_key"].split(":")[0] != pair["second_key"].split(":")[0] for pair in pairs.to_pylist())


def test_too_few_accounts_are_not_compared() -> None:
    """What can be learned from ten people is chance."""
    assert probable_pairs(told(named_accounts(10, seed=3)), "500MB", 2).num_rows == 0


def test_without_splink_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody should have to guess the name of a package."""
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'crossrec\[splink\]'"):
        probable_pairs(pyarrow.table({name: [] for name in ("unique_id", "platform", *KINDS)}), "500MB", 2)
    assert set(COLUMNS) >= {"first_key", "second_key", "weight", "probability"}
