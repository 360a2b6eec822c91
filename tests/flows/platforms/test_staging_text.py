"""The staging SQL that a contract gets is what people have written by hand."""

import re

import pytest

from flows.contracts import PlatformContract, load_contracts
from flows.platforms.staging_text import staging_texts
from flows.settings import DBT_PROJECT
from tests.conftest import PROJECT

FOLDERS = (DBT_PROJECT / "contracts", PROJECT / "tests" / "acceptance" / "contracts")
CASES = [(folder, contract) for folder in FOLDERS for contract in load_contracts(folder)]


@pytest.mark.parametrize(("folder", "contract"), CASES, ids=[contract.platform for _, contract in CASES])
def test_the_sql_is_that_of_the_contracts_at_hand(folder, contract: PlatformContract) -> None:
    """But for the breaks of lines it is the SQL in the contracts folders, and no line is too long."""
    written = {name: text for name, text in staging_texts(contract).items() if name.endswith(".sql")}
    assert len(written) == len(contract.kinds)
    for name, text in written.items():
        assert re.sub(r"\s", "", text) == re.sub(r"\s", "", (folder / name).read_text(encoding="utf-8")), name
        assert max(map(len, text.splitlines())) <= 120
