"""The README tells the truth."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.conftest import PROJECT, SMALL, Home

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
    for target in set(re.findall(r"(?:^|`)make (\w+)", README, flags=re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


@pytest.mark.slow
def test_own_platforms_as_the_readme_says(tmp_path: Path, prefect_url: str) -> None:
    """The commands of "Your own platforms", literally, on fewer made-up people, lead from files to published lists."""
    section = README.split("## Your own platforms")[1].split("\n## ")[0]
    script = "\n".join(re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL))
    script = script.replace("simulate --home mine", "simulate --home mine --people 200 --days 10")
    assert script.count("platform add") == 2
    environment = {
        **os.environ,
        **SMALL,
        "CROSSREC_MODE": "popularity",
        "PREFECT_API_URL": prefect_url,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Published" in done.stdout
    with duckdb.connect(str(tmp_path / "mine" / "published.duckdb"), read_only=True) as connection:
        platforms = connection.execute("select distinct platform from recommendations order by 1").fetchall()
    assert platforms == [("news",), ("shop",)]
