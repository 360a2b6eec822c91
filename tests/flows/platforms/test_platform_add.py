"""`crossrec platform add`: writes all of a platform or nothing, takes what it is told, and asks only what is open."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main
from flows.contracts import ContractError, load_contracts
from flows.platforms import platform_files
from flows.platforms.add import Order, Talk, add
from flows.platforms.wishes import Wishes
from flows.settings import Settings
from flows.synchronise import synchronise
from flows.transform import assemble_project, dbt_environment
from tests.conftest import PROJECT
from tests.flows.platforms.landed import (
    EMAIL,
    added,
    bookshop,
    csv_lines,
    events,
    json_lines,
    land,
    settings_in,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home in which a bookshop has landed, and no contracts folder."""
    found = settings_in(tmp_path)
    bookshop(found)
    return found


def command(settings: Settings, *arguments: str) -> int:
    """What the console script ends with."""
    return main(["platform", *arguments, "--home", str(settings.home), "--contracts", str(settings.contracts)])


def texts(settings: Settings) -> dict[str, bytes]:
    """All files of the contracts folder."""
    paths = (path for path in settings.contracts.rglob("*") if path.is_file())
    return {path.relative_to(settings.contracts).as_posix(): path.read_bytes() for path in paths}


def test_a_first_platform_makes_a_whole_folder(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that does not exist becomes one with contract, staging SQL and all that is generated, up to date."""
    assert command(settings, "add", "bookshop") == 0
    assert synchronise(settings.contracts, check=True) == []
    (contract,) = load_contracts(settings.contracts)
    assert (contract.title, contract.event_words) == ("Bookshop", {"kauf": "purchase", "view": "view"})
    staging = settings.contracts / "models" / "staging" / "bookshop"
    assert {path.name for path in staging.iterdir()} == {
        "_bookshop.yml",
        *(f"stg_bookshop__{kind}.sql" for kind in contract.kinds),
    }
    output = capsys.readouterr().out
    assert "frobnicate" in output
    assert "platform check bookshop" in output


def test_nothing_that_names_a_person_is_printed_or_written(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Samples of e-mails and phones are shapes, in what is printed by add and check and in every written file."""
    land(settings, "bookshop/accounts/b.csv", f'kunde,mail,tel\n,{EMAIL.format(7)},\n"{EMAIL.format(8)}\n')
    land(settings, "bookshop/events/b.jsonl", json_lines(events(note=f"call {EMAIL.format(9)} or +49 151 23456701")))
    assert command(settings, "add", "bookshop") == 0
    assert command(settings, "check", "bookshop") == 0
    captured = capsys.readouterr()
    everything = "".join([captured.out, captured.err, *(content.decode() for content in texts(settings).values())])
    assert "planted" not in everything.lower()
    assert "2345670" not in everything.replace(" ", "")
    assert "xxxx.xxxxxxx" in captured.out


def test_the_sql_passes_the_linter_and_dbt(settings: Settings) -> None:
    """What is written passes sqlfluff as this project has it, and dbt parses the project with it."""
    wide = [{**record, **{f"columns_of_a_very_long_name_{n}": n for n in range(9)}} for record in events()]
    land(settings, "select_all/events/a.jsonl", json_lines([{**record, "order": 1} for record in wide]))
    added(settings)
    added(settings, "select_all", wishes=Wishes(title='A "title": {{ here }} # no'))
    tool = [sys.executable, "-m", "sqlfluff", "lint", "--disable-progress-bar", "--config", str(PROJECT / ".sqlfluff")]
    linted = subprocess.run([*tool, str(settings.contracts)], capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout
    project = assemble_project(settings)
    folders = ["--target-path", str(settings.home / "target"), "--log-path", str(settings.home / "logs")]
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    code = "import sys; from dbt.cli.main import dbtRunner; sys.exit(not dbtRunner().invoke(sys.argv[1:]).success)"
    parsed = subprocess.run(
        [sys.executable, "-c", code, "parse", "--quiet", *folders, *places],
        capture_output=True, text=True, env={**os.environ, **dbt_environment(settings)},
    )  # fmt: skip
    assert parsed.returncode == 0, parsed.stdout


def test_a_contract_is_not_overwritten_unasked(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A second add leaves all as it is; with --replace it says which files somebody had edited."""
    assert command(settings, "add", "bookshop") == 0
    staging = settings.contracts / "models" / "staging" / "bookshop" / "stg_bookshop__items.sql"
    staging.write_text(staging.read_text() + "-- mine\n")
    before = texts(settings)
    assert command(settings, "add", "bookshop") == 1
    assert "--replace" in capsys.readouterr().err
    assert texts(settings) == before
    assert command(settings, "add", "bookshop", "--replace", "--dry-run") == 0
    assert texts(settings) == before
    assert command(settings, "add", "bookshop", "--replace", "--title", "Books") == 0
    output = capsys.readouterr().out
    assert "edited by hand: models/staging/bookshop/stg_bookshop__items.sql" in output
    assert "edited by hand: models/staging/bookshop/stg_bookshop__events.sql" not in output
    assert "-- mine" not in staging.read_text()


def test_a_kind_that_is_gone_takes_its_sql_along(settings: Settings) -> None:
    """Replaced by a contract without items, the platform keeps no SQL that reads them."""
    added(settings)
    for path in (settings.landing / "bookshop" / "items").iterdir():
        path.unlink()
    added(settings, is_replacing=True)
    assert not list(settings.contracts.rglob("stg_bookshop__items.sql"))
    assert "bookshop_items" not in (settings.contracts / "models" / "staging" / "sources.yml").read_text()


@pytest.mark.parametrize("failing", ["replace", "write_bytes", "unlink"])
def test_all_files_are_written_or_none(settings: Settings, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    """Whatever fails in the middle, what was there is there as it was, and nothing else."""
    land(settings, "second/events/a.jsonl", json_lines(events()))
    added(settings, "second")
    added(settings)
    for path in (settings.landing / "bookshop" / "items").iterdir():
        path.unlink()
    before, calls, real = texts(settings), [], getattr(Path, failing)

    def breaks(path: Path, *arguments: Any, **options: Any) -> Any:
        if settings.contracts in path.parents:
            calls.append(path)
            if len(calls) == (1 if failing == "unlink" else 3):
                raise OSError("no space")
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, failing, breaks)
    with pytest.raises(OSError, match="no space"):
        added(settings, wishes=Wishes(title="Books"), is_replacing=True)
    monkeypatch.undo()
    assert texts(settings) == before


def test_a_contract_that_does_not_load_leaves_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the text that was made is no contract, not even the folder is made."""
    monkeypatch.setattr("flows.platforms.add.contract_text", lambda _: "platform: other\n")
    with pytest.raises(ContractError):
        added(settings)
    assert not settings.contracts.exists()


def test_options_go_before_the_proposal(settings: Settings) -> None:
    """Meanings, types, words, title, zone, region, lateness and returning are as they were said."""
    options = [
        "--map", "events.buch=item_id", "--map", "items.titel=category", "--map", "accounts.tel=none",
        "--map", "accounts.mail=login", "--type", "items.preis=text", "--word", "frobnicate=like",
        "--word", "view=none",
        "--title", "Books & more: #1", "--time-zone", "Europe/Berlin", "--lateness-days", "9", "--consumed-may-return",
    ]  # fmt: skip
    assert command(settings, "add", "bookshop", *options) == 0
    (contract,) = load_contracts(settings.contracts)
    assert (contract.title, contract.time_zone, contract.lateness_days) == ("Books & more: #1", "Europe/Berlin", 9)
    assert contract.consumed_may_return
    assert contract.event_words == {"kauf": "purchase", "frobnicate": "like"}
    assert [(field.path, field.means) for field in contract.kinds["items"].fields if field.means] == [
        ("buch", "item_id"),
        ("titel", "category"),
    ]
    # a phone that is said to be none may not stand raw in a column
    assert [(field.path, field.identifier) for field in contract.kinds["accounts"].fields] == [
        ("kunde", None),
        ("mail", "login"),
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--map", "event.ts=event_at"], "KIND.FIELD"),
        (["--map", "events.ts=when"], "event_at"),
        (["--map", "events.tss=event_at"], "found 'tss'"),
        (["--map", "events.aktion=event_at"], "--type events.aktion"),
        (["--type", "events.ts=date"], "timestamp"),
        (["--type", "events.ts=timestamp:%H"], "none of them"),
        (["--type", "events.kunde=number"], "none of its values is a number"),
        (["--word", "kauf=buying"], "purchase"),
        (["--time-zone", "Berlin"], "Europe/Berlin"),
        (["--phone-region", "Germany"], "DE"),
        (["--map", "events.ts=none"], "--map events.FIELD=event_at"),
    ],
)
def test_wrong_options_say_what_is_right(
    settings: Settings, capsys: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    """A wrong option ends with exit code 1 and a message with the rule; nothing is written."""
    assert command(settings, "add", "bookshop", *options) == 1
    assert told in capsys.readouterr().err
    assert not settings.contracts.exists()


def test_a_person_is_asked_only_what_is_open(settings: Settings) -> None:
    """Questions come for the unknown word and the missing zone; a wrong answer is asked again; no means nothing."""
    local = [{**record, "ts": f"14.02.2026 12:{number % 60:02d}"} for number, record in enumerate(events())]
    land(settings, "local/events/a.csv", csv_lines(local))
    asked: list[str] = []
    said: list[str] = []
    answers = iter(["buying", "like", "Berlin", "Europe/Berlin", "y"])

    def ask(question: str) -> str:
        asked.append(question)
        return next(answers)

    assert add(settings, Order("local"), Talk(said.append, ask))
    topics = ("frobnicate", "frobnicate", "time zone", "time zone", "Write these files")
    assert [topic in question for topic, question in zip(topics, asked, strict=True)] == [True] * 5
    (contract,) = load_contracts(settings.contracts)
    assert (contract.event_words["frobnicate"], contract.time_zone) == ("like", "Europe/Berlin")
    before = texts(settings)
    assert not add(settings, Order("bookshop"), Talk(said.append, lambda _: ""))
    assert texts(settings) == before
    assert said[-1] == "Nothing was written."


def test_removing_undoes_adding(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A removed platform leaves the folder as it was before it came; the last one takes the generated files along."""
    land(settings, "second/events/a.jsonl", json_lines(events()))
    assert command(settings, "add", "bookshop") == 0
    before = texts(settings)
    assert command(settings, "add", "second") == 0
    assert command(settings, "remove", "second") == 1
    assert "--yes" in capsys.readouterr().err
    assert command(settings, "remove", "second", "--yes") == 0
    assert texts(settings) == before
    assert synchronise(settings.contracts, check=True) == []
    assert command(settings, "remove", "bookshop", "--yes") == 0
    assert texts(settings) == {}
    assert (settings.landing / "bookshop" / "events").is_dir()
    assert command(settings, "remove", "bookshop", "--yes") == 1


def test_the_list_shows_what_landed(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A row a platform with its formats, identifiers, files and newest day."""
    added(settings)
    capsys.readouterr()
    assert command(settings, "list") == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if "Bookshop" in line)
    assert row.split()[:2] == ["bookshop", "Bookshop"]
    assert "2026-02-14" in row


def test_help_imports_nothing_heavy() -> None:
    """Help on platforms answers without DuckDB, Arrow, pydantic, phonenumbers or rich."""
    heavy = ("duckdb", "pyarrow", "pydantic", "phonenumbers", "rich", "yaml", "numpy")
    code = (
        "import sys\nfrom flows.cli import main\n"
        "for arguments in (['platform', '--help'], ['platform', 'add', '--help']):\n"
        "    try:\n        main(arguments)\n    except SystemExit:\n        pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"


def test_a_change_is_told_before_it_is_made(settings: Settings) -> None:
    """What is to be written, and whether it is new, is said by name."""
    said = added(settings, is_dry=True)
    assert "  new: platforms/bookshop.yml" in said
    assert not settings.contracts.exists()
    assert platform_files.staging_files(settings.contracts, "bookshop") == []
