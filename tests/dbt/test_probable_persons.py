"""Accounts that share no identifier are one person by names, birth and home, if asked for; as private as others."""

import json
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from flows.contracts import load_contracts
from flows.erasure import forget
from flows.erasure_search import verify
from flows.identity import explain
from flows.ingest import ingest
from flows.kept_apart import keep_apart
from flows.match import match
from flows.platforms.staging_text import staging_texts
from flows.rekeying import rotate
from flows.settings import Settings
from flows.synchronise import synchronise
from flows.warehouse import connect
from tests.dbt.built_home import build, build_persons, empty_home
from tests.flows.named_people import PLATFORMS, NamedAccount, named_accounts

CONTRACT = """
platform: {platform}
title: {platform}
kinds:
  accounts:
    format: json_lines
    fields:
      - {{name: account_id, type: text, means: account_id}}
      - {{name: given_name, type: text, means: given_name}}
      - {{name: family_name, type: text, means: family_name}}
      - {{name: birth_date, type: text, means: birth_date}}
      - {{name: postal_code, type: text, means: postal_code}}
      - {{name: email, type: text, identifier: email}}
"""
PEOPLE = 1200

Pairs = set[tuple[str, str]]


def settings_with_names(folder: Path) -> Settings:
    """A home of platforms that know their customers by name."""
    contracts = folder / "contracts"
    (contracts / "platforms").mkdir(parents=True)
    for platform in PLATFORMS:
        (contracts / "platforms" / f"{platform}.yml").write_text(CONTRACT.format(platform=platform))
    for contract in load_contracts(contracts):
        for name, text in staging_texts(contract).items():
            (contracts / name).parent.mkdir(parents=True, exist_ok=True)
            (contracts / name).write_text(text)
    synchronise(contracts)
    return empty_home(folder / "home", contracts)


def deliver(settings: Settings, accounts: Iterable[NamedAccount]) -> None:
    """What the platforms know."""
    for account in accounts:
        path = settings.landing / account.platform / "accounts" / "2026-03-01.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        told = {name: value for name, value in vars(account).items() if name not in ("person", "platform")}
        with path.open("a") as file:
            file.write(json.dumps(told) + "\n")
    ingest(settings)


def night(settings: Settings, is_new: bool = False, **choices: Any) -> None:
    """What a night does about persons."""
    settings = settings.model_copy(update=choices)
    if is_new:
        build(settings, 2, ("staging",))
    match(settings)
    build_persons(settings, 2)


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """What a query finds."""
    with connect(settings.warehouse) as connection:
        return connection.execute(query).fetchall()


def found_pairs(settings: Settings) -> Pairs:
    """The pairs of accounts that are one person."""
    query = "select list(account_key order by account_key) from marts.dim_accounts group by user_id"
    return {pair for (accounts,) in rows(settings, query) for pair in combinations(accounts, 2)}


def true_pairs(accounts: Iterable[NamedAccount]) -> Pairs:
    """The pairs of accounts of one person, by the truth."""
    of: dict[int, list[str]] = {}
    for account in accounts:
        of.setdefault(account.person, []).append(f"{account.platform}:{account.account_id}")
    return {pair for keys in of.values() for pair in combinations(sorted(keys), 2)}


def precision_and_recall(found: Pairs, true: Pairs) -> tuple[float, float]:
    """How many of the pairs found are true, and how many of the true ones are found."""
    return len(found & true) / len(found), len(found & true) / len(true)


@pytest.mark.usefixtures("uncompressed")
def test_persons_are_found_by_likeness_where_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many more pairs than by e-mail and hardly a wrong one; explained, kept apart, forgotten; no name is stored."""
    monkeypatch.setenv("CROSSREC_KEY", "the first of the keys")
    settings = settings_with_names(tmp_path)
    accounts = named_accounts(PEOPLE, seed=5)
    deliver(settings, accounts)
    night(settings, is_new=True)
    true = true_pairs(accounts)
    precision, recall = precision_and_recall(found_pairs(settings), true)
    assert (precision, recall < 0.4) == (1, True)
    assert rows(settings, "select count(*) from links.account_candidates") == [(0,)]

    night(settings, probable_persons=True)
    precision, more = precision_and_recall(found_pairs(settings), true)
    print(f"by e-mail: precision 1, recall {recall:.3f}; with likeness: precision {precision:.4f}, recall {more:.3f}")
    assert precision > 0.98
    assert more > recall + 0.25
    assert rows(settings, "select distinct match_method, min(match_confidence) < 0.51 from marts.dim_accounts"
                          " where match_method = 'probable' group by all") == [("probable", True)]  # fmt: skip

    (first, second, weight) = rows(
        settings,
        "select account_key, linked_key, weight from intermediate.int_account_pairs_chosen"
        " inner join marts.dim_accounts using (account_key) where match_method = 'probable' order by all limit 1",
    )[0]
    text = explain(settings, first)
    assert f"{first} and {second} are probably one: given name +" in text
    assert f"match weight {weight:.1f}, probability 0.9" in text
    keep_apart(settings, first, second)
    night(settings, probable_persons=True)
    assert (first, second) not in found_pairs(settings)

    monkeypatch.setenv("CROSSREC_KEY", "the first of the keys,the second of the keys")
    before = rows(settings, "select * from links.account_candidates order by all")
    rotate(settings)
    match(settings.model_copy(update={"probable_persons": True}))
    assert rows(settings, "select * from links.account_candidates order by all") == before

    forget(settings, second)
    assert verify(settings, second)[1] == []
    left = f"select count(*) from links.account_candidates where '{second}' in (first_key, second_key)"
    assert rows(settings, left) == [(0,)]
    told = {value for account in accounts[:50] for value in (account.family_name, account.birth_date) if value}
    files = [path for path in settings.home.rglob("*") if path.is_file() and settings.landing not in path.parents]
    assert not [path for path in files if any(value.encode() in path.read_bytes() for value in told)]
