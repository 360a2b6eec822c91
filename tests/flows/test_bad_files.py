"""The corpus of bad files: all of it is ingested at once, and each file ends as its case says."""

from collections.abc import Iterator

import pytest
import yaml

from flows.ingest import ingest
from flows.settings import read_settings
from flows.warehouse import Connection, connect
from tests.flows.bad_files import binary_cases, csv_cases, json_cases, time_cases
from tests.flows.bad_files.case import Case

CASES = [*json_cases.LINES, *json_cases.VALUES, *csv_cases.CASES, *binary_cases.CASES, *time_cases.CASES]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The warehouse after every file of the corpus was landed, each of a platform of its own, and ingested."""
    folder = tmp_path_factory.mktemp("corpus")
    settings = read_settings(home=folder / "home", contracts=folder / "contracts")
    (folder / "contracts" / "platforms").mkdir(parents=True)
    for case in CASES:
        contract = folder / "contracts" / "platforms" / f"{case.name}.yml"
        contract.write_text(yaml.safe_dump(case.contract), encoding="utf-8")
        path = settings.landing / case.name / case.kind / f"file{case.suffix}"
        path.parent.mkdir(parents=True)
        path.write_bytes(case.content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CROSSREC_KEY", "the key of these tests")
        ingest(settings)
    with connect(settings.warehouse) as connection:
        yield connection


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_bad_file_ends_as_its_case_says(corpus: Connection, case: Case) -> None:
    """The records that are whole are accepted with their values, each other one has its line, field and rule."""
    names = ", ".join(f'cast("{field["name"]}" as varchar)' for field in case.fields)
    table = f"raw.{case.name}_{case.kind}"
    rows = corpus.execute(f"select {names}, cast(extra as varchar) from {table} order by line").fetchall()
    assert rows == case.rows
    query = "select line, field, rule from raw.rejects where platform = ? order by line"
    rejects = corpus.execute(query, [case.name]).fetchall()
    assert [(line, field) for line, field, _ in rejects] == [(line, field) for line, field, _ in case.rejects]
    assert all(found.startswith(rule) for (*_, found), (*_, rule) in zip(rejects, case.rejects, strict=True)), rejects


def test_every_record_of_the_corpus_is_accounted_for(corpus: Connection) -> None:
    """Rows, rejects and records skipped are all records of each file, and the tables hold as many."""
    counts = "platform, kind, rows_count, rejects_count, skipped_count, records_count"
    files = corpus.execute(f"select {counts} from raw.files").fetchall()
    assert len(files) == len(CASES) > 60
    for platform, kind, rows, rejects, skipped, records in files:
        assert rows + rejects + skipped == records, platform
        assert corpus.execute(f"select count(*) from raw.{platform}_{kind}").fetchall() == [(rows,)]
        told = "select coalesce(sum(records_count), 0)::bigint from raw.rejects where platform = ?"
        assert corpus.execute(told, [platform]).fetchall() == [(rejects,)]


def test_no_address_of_the_corpus_is_kept(corpus: Connection) -> None:
    """A header that holds an address is told without it."""
    kept = "select count(*) from raw.rejects where rule like '%anna%' or text like '%@%'"
    assert corpus.execute(kept).fetchall() == [(0,)]
