"""`crossrec sql`: answers in four formats from files that nobody can change or leave."""

import argparse
import csv
import hashlib
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cli_reading import add_reading_commands
from flows.publish import write_copy, write_history
from flows.query import QueryError, answer
from flows.query_formats import lay_out
from flows.settings import Settings
from flows.warehouse import Error, reader, sealed
from tests.flows.made_up_night import NIGHT, make_night


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A published night with its history, and a file beside it that is nobody's business."""
    settings = Settings(home=tmp_path_factory.mktemp("sql"))
    make_night(settings)
    write_history(settings, NIGHT)
    write_copy(settings, settings.published, "published", ("recommendations",), has_history=True)
    (settings.home / "secret.csv").write_text("secret\n1\n")
    return settings


def ask(settings: Settings, text: str, form: str = "csv", **options: int) -> str:
    return "\n".join(answer(settings, text, form=form, **options))


def content(home: Path) -> dict[str, str]:
    """Every file of a home with a hash of its bytes."""
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in home.rglob("*") if path.is_file()}


def test_history_is_read(settings: Settings) -> None:
    """The view over the Parquet files of all nights answers, though other files are out of reach."""
    assert ask(settings, "select distinct logical_date from recommendation_history") == "logical_date\n2026-03-01"


@pytest.mark.parametrize(
    "statement",
    [
        "insert into recommendations select * from recommendations",
        "delete from recommendations",
        "update recommendations set score = 0",
        "drop table recommendations",
        "create table mine as select 1",
        "alter table recommendations add column mine integer",
        "copy recommendations to 'HISTORY/mine.csv'",
        "copy recommendations to 'HISTORY/logical_date=2026-03-01/recommendations.parquet'",
        "export database 'HISTORY/mine'",
        "explain analyze copy recommendations to 'HISTORY/mine.csv'",
        "explain /* a */ (analyse) copy recommendations to 'HISTORY/mine.csv'",
        "prepare mine as copy recommendations to 'HISTORY/mine.csv'",
        "attach 'HISTORY/mine.duckdb'",
        "select 1; delete from recommendations",
    ],
)
def test_writing_is_refused(settings: Settings, statement: str) -> None:
    """A statement that would write is refused and changes no byte of the home, even where it may read."""
    before = content(settings.home)
    with pytest.raises(QueryError, match=r"only reads|read-only"):
        ask(settings, statement.replace("HISTORY", str(settings.history)))
    assert content(settings.home) == before


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('HOME/secret.csv')",
        "select * from 'HOME/secret.csv'",
        "select * from read_text('HOME/history/../secret.csv')",
        "select * from glob('HOME/*')",
        "from 'HOME/warehouse.duckdb'",
        "attach 'HOME/warehouse.duckdb'",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "install httpfs",
        "pragma import_database('HOME')",
    ],
)
def test_nothing_else_is_read(settings: Settings, statement: str) -> None:
    """Other files of the machine are out of reach, and no setting opens the way to them."""
    with pytest.raises(QueryError, match=r"disabled by configuration|only reads"):
        ask(settings, statement.replace("HOME", str(settings.home)))


def test_a_sealed_file_stays_sealed(settings: Settings) -> None:
    """Whoever holds the connection itself can neither change a setting of it nor open another file."""
    with sealed(settings.published, settings.history) as connection:
        for statement in ("set threads = 1", "reset allowed_directories", f"attach '{settings.warehouse}'"):
            with pytest.raises(Error, match=r"locked|disabled by configuration"):
                connection.execute(statement)


@given(
    st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.none() | st.integers(-9, 9)), min_size=1)
)
def test_csv_reads_back(rows: list[tuple[str, int | None]]) -> None:
    """Whatever texts hold, CSV read again gives the same rows in the same order."""
    with reader() as connection:
        connection.execute("create table odd (name varchar, number integer)")
        connection.executemany("insert into odd values (?, ?)", [list(row) for row in rows])
        text = "\n".join(lay_out("csv", connection.execute("select name, number from odd"), None, None)) + "\n"
    parsed = list(csv.reader(io.StringIO(text, newline="")))
    assert parsed == [["name", "number"], *([name, "" if number is None else str(number)] for name, number in rows)]


def test_null_is_not_an_empty_text(settings: Settings) -> None:
    """In CSV null is nothing and an empty text is two quotation marks; in a table null has a name."""
    assert ask(settings, "select null as a, '' as b, 'x,y' as c") == 'a,b,c\n,"","x,y"'
    assert "NULL" in ask(settings, "select null as a", "table")


def test_json_is_an_array_of_objects(settings: Settings) -> None:
    """JSON parses: numbers are numbers, days are texts, no column is lost, what is no number is null."""
    text = ask(settings, "select 1 as a, 2 as a, date '2026-03-01' as d, 'nan'::double as n, [1.5] as l", "json")
    assert json.loads(text) == [{"a": 1, "a_2": 2, "d": "2026-03-01", "n": None, "l": [1.5]}]
    assert json.loads(ask(settings, "select 1 where false", "json")) == []


def test_markdown_keeps_its_columns(settings: Settings) -> None:
    """A bar in a title ends no cell of a Markdown table, and a line break no row."""
    text = ask(settings, "select 'a|b' || chr(10) || 'c' as title, 1 as rank", "markdown")
    assert text == "| title | rank |\n| --- | --- |\n| a\\|b c | 1 |"


def test_table_says_what_it_leaves_out(settings: Settings) -> None:
    """A shortened table says how to see more; a whole one counts its rows."""
    text = ask(settings, "select * from range(50) as numbers (number)", "table", limit=40)
    assert "39\n(the first 40 rows; --limit N shows more, --format csv all)" in text
    assert ask(settings, "select 1 as one", "table").endswith("(1 row)")


def test_rows_too_wide_become_records(settings: Settings) -> None:
    """Where the columns do not fit the window each value has a line of its own, and none is cut."""
    text = ask(settings, "select * from recommendations where item_id = 's3' limit 1", "table", width=60)
    assert "  item_title       手冲咖啡壶\n" in text and "Popular on Shop now" in text


def test_tables_can_be_looked_up(settings: Settings) -> None:
    """.tables and .schema tell what can be asked; an unknown table is refused with where to look."""
    assert ask(settings, ".tables").splitlines()[1:] == ["recommendation_history,view,12", "recommendations,table,12"]
    assert "item_rank,integer" in ask(settings, ".schema recommendations")
    with pytest.raises(QueryError, match=r"no 'lists'\. Look: \.tables"):
        ask(settings, ".schema lists")


def test_missing_file_names_the_command(tmp_path: Path) -> None:
    """Without a published file the message says which command writes it."""
    with pytest.raises(LookupError, match=r"no .*published\.duckdb.*crossrec night"):
        ask(Settings(home=tmp_path), "select 1")


def command(*arguments: str) -> argparse.Namespace:
    """A command line of the reading commands, parsed."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", type=Path)
    common.add_argument("--contracts", type=Path)
    parser = argparse.ArgumentParser()
    add_reading_commands(parser.add_subparsers(), common)
    return parser.parse_args(arguments)


def test_statements_come_from_standard_input(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Statements on standard input are told apart by DuckDB, so a semicolon in a text parts nothing."""
    monkeypatch.setattr("sys.stdin", io.StringIO("select 'a;b' as x; -- and ; another\nselect 2 as y;"))
    arguments = command("sql", "--home", str(settings.home), "--format", "csv")
    assert arguments.act(arguments) == 0
    assert capsys.readouterr().out == "x\na;b\ny\n2\n"
