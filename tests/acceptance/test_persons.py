"""Persons on the real accounts of four platforms, against the truth: all that identifiers tell, and nothing else."""

import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from flows.contracts import load_contracts
from flows.identifiers import Keyring
from flows.ingest import ingest
from flows.settings import Settings
from flows.warehouse import connect, identifier
from tests.conftest import PROJECT, SHARED
from tests.dbt.built_home import build, build_persons, empty_home

pytestmark = [pytest.mark.slow, pytest.mark.shared_data, pytest.mark.shared_acceptance]

KEY = "the key of these accounts"
CUT = "2014-05-24"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with the accounts of the four platforms, ingested; their events play no part."""
    monkeypatch.setenv("CROSSREC_KEY", KEY)
    settings = empty_home(tmp_path / "home", PROJECT / "tests" / "acceptance" / "contracts")
    script = SHARED / "acceptance" / "land_amazon4.py"
    subprocess.run([sys.executable, str(script), str(settings.landing), "--until", CUT], check=True)
    for events in settings.landing.glob("*/events/*"):
        events.unlink()
    ingest(settings)
    return settings


def precision_and_recall(settings: Settings) -> tuple[float, float]:
    """Over pairs of accounts that are one person."""
    truth = pd.read_csv(settings.landing.with_name("landing-truth.csv"), dtype=str)
    people = dict(zip(truth.platform + ":" + truth.account_id, truth.person, strict=True))
    with connect(settings.warehouse) as connection:
        query = "select list(account_key order by account_key) from marts.dim_accounts group by user_id"
        groups = [accounts for (accounts,) in connection.execute(query).fetchall()]
    pairs = [pair for accounts in groups for pair in combinations(accounts, 2)]
    found = sum(people[one] == people[other] for one, other in pairs)
    return found / len(pairs), found / sum(count * (count - 1) // 2 for count in Counter(people.values()).values())


def give_away(settings: Settings, address: str) -> None:
    """Have one account in a hundred tell the same address."""
    token = Keyring(KEY).token("email", address)
    with connect(settings.warehouse) as connection:
        for contract in load_contracts(settings.contracts):
            fields = contract.kinds["accounts"].fields
            email = identifier(next(field.name for field in fields if field.identifier == "email"))
            table = f"raw.{identifier(contract.platform + '_accounts')}"
            connection.execute(f"update {table} set {email} = ? where hash(line, file_id) % 100 = 0", [token])


def test_persons_are_found_as_far_as_identifiers_tell(settings: Settings) -> None:
    """No pair is wrong, and all are found that share an identifier; an address of one in a hundred links nobody."""
    build(settings, 2, ("staging",))
    build_persons(settings, 2)
    precision, recall = precision_and_recall(settings)
    print(f"precision {precision:.4f}  recall {recall:.4f}")
    assert precision == 1
    assert recall >= 0.946
    give_away(settings, "info@mail.example")
    build_persons(settings, 2)
    precision, recall = precision_and_recall(settings)
    print(f"with one address for one account in a hundred: precision {precision:.4f}  recall {recall:.4f}")
    assert precision >= 0.999
    with connect(settings.warehouse) as connection:
        refused = connection.execute("select identifier, accounts_count from quality.identifiers_refused").fetchall()
    assert [kind for kind, count in refused if count > 50] == ["email"]
