"""The README tells the truth."""

import re

import duckdb
import pytest

from tests.conftest import PROJECT, Home

README = (PROJECT / "README.md").read_text()
STATEMENTS = re.findall(r"```sql\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.slow
def test_every_statement_runs_on_a_published_file(small_night: Home) -> None:
    """Each SQL statement of the README runs on what a night publishes, and those about lists find rows."""
    assert len(STATEMENTS) >= 5
    with duckdb.connect(str(small_night.path / "published.duckdb"), read_only=True) as connection:
        for statement in STATEMENTS:
            rows = connection.execute(statement).fetchall()
            assert rows or "realised" in statement or "gate_results" in statement, statement


@pytest.mark.slow
def test_every_published_table_is_named(small_night: Home) -> None:
    """The README's table of tables is complete."""
    with duckdb.connect(str(small_night.path / "published.duckdb"), read_only=True) as connection:
        query = "select table_name from information_schema.tables where table_schema = 'main'"
        names = {name for (name,) in connection.execute(query).fetchall()}
    assert names == set(re.findall(r"^\| `(\w+)` \|", README, flags=re.MULTILINE))


def test_commands_of_the_readme_exist() -> None:
    """Each make target that the README names is in the Makefile."""
    makefile = (PROJECT / "Makefile").read_text()
    for target in set(re.findall(r"make (\w+)", README)):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
