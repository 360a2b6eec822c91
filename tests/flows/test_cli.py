"""The console script: quick to help, clear about wrong usage."""

import re
import subprocess
import sys

import pytest

from flows.cli import build_parser, main
from tests.conftest import PROJECT

HEAVY = ("tensorflow", "keras", "great_expectations", "prefect", "dbt", "duckdb", "pandas", "pydantic", "numpy")


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["night", "--help"], ["serve", "--help"], ["platform", "add", "--help"], ["sql", "--help"]],
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """Help answers without TensorFlow, Great Expectations, Prefect, dbt or even DuckDB being imported."""
    code = (
        "import sys\nfrom flows.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "print('IMPORTED', *sys.modules)"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    imported = output.rsplit("IMPORTED", 1)[1].split()
    assert "usage: crossrec" in output
    assert not [name for name in imported if name.split(".")[0] in HEAVY]


def test_every_command_says_what_it_does() -> None:
    """The overview lists each command with a sentence, so that nobody has to guess."""
    text = build_parser().format_help()
    commands = "night serve ingest withdraw transform encode match gate train recommend realise publish report"
    for command in [*commands.split(), "show", "sql", "runs", "simulate", "platform"]:
        assert re.search(rf"^    {command}\s+[A-Z]", text, flags=re.MULTILINE), command


def test_a_wrong_date_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A date in another form ends with exit code 2 and says which form is meant."""
    with pytest.raises(SystemExit) as end:
        main(["night", "--date", "1 March"])
    assert end.value.code == 2
    assert "YYYY-MM-DD" in capsys.readouterr().err
