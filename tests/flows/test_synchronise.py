"""`platform sync`: generated files follow from the contracts alone, and a difference is noticed."""

from pathlib import Path

import pytest
import yaml

from flows.contract_words import MEANINGS, TRAITS
from flows.contracts import load_contracts
from flows.synchronise import UNIONS, synchronise, union_columns
from flows.warehouse import connect

PROJECT = Path(__file__).resolve().parent.parent.parent
FOLDERS = (PROJECT / "dbt_project" / "contracts", PROJECT / "tests" / "acceptance" / "contracts")

SHOP = """
platform: shop
title: "Shop: the \\"small\\" one"
lateness_days: 2
alpha: 0.5
event_words: {buy: purchase, "look, touch": view, skip: skip}
kinds:
  events:
    format: csv
    fields:
      - {name: who, type: text, means: account_id}
      - {name: what, type: text, means: item_id}
      - {name: word, type: text, means: event_type}
      - {name: at, type: timestamp, means: event_at}
"""

NEWS = """
platform: news
title: News
kinds:
  accounts:
    format: csv
    fields:
      - {name: reader, type: text, means: account_id}
      - {name: card, type: text, identifier: loyalty_card, normaliser: digits}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A contracts folder of two platforms that share no kind."""
    (tmp_path / "platforms").mkdir()
    (tmp_path / "platforms" / "shop.yml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "platforms" / "news.yml").write_text(NEWS, encoding="utf-8")
    return tmp_path


def test_what_is_generated_is_up_to_date() -> None:
    """The generated files of the sample and of the acceptance contracts are those that their contracts give."""
    for contracts in FOLDERS:
        assert synchronise(contracts, check=True) == []


def test_a_hand_edit_is_noticed_and_undone(folder: Path) -> None:
    """A check writes nothing and names what differs, be it one character, one line end or a missing file."""
    written = synchronise(folder)
    assert len(written) == 8
    assert synchronise(folder, check=True) == []
    texts = {path: path.read_bytes() for path in written}
    edited, ended, gone = written[0], written[1], written[2]
    edited.write_bytes(texts[edited] + b" ")
    ended.write_bytes(texts[ended].replace(b"\n", b"\r\n"))
    gone.unlink()
    assert synchronise(folder, check=True) == [edited, ended, gone]
    assert not gone.exists()
    assert synchronise(folder) == [edited, ended, gone]
    assert {path: path.read_bytes() for path in written} == texts


def test_seeds_say_what_the_contracts_say(folder: Path) -> None:
    """A row a platform, a row a word; text with commas and quotation marks, missing alphas."""
    synchronise(folder)
    assert (folder / "seeds" / "platforms.csv").read_text(encoding="utf-8").splitlines() == [
        "platform,title,time_zone,lateness_days,consumed_may_return,alpha",
        "news,News,UTC,3,false,",
        'shop,"Shop: the ""small"" one",UTC,2,false,0.5',
    ]
    assert (folder / "seeds" / "event_types.csv").read_text(encoding="utf-8").splitlines() == [
        "platform,event_word,event_type,strength,is_positive,is_impression",
        "shop,buy,purchase,5,true,false",
        'shop,"look, touch",view,1,false,false',
        "shop,skip,skip,-1,false,false",
    ]


def test_sources_are_the_declared_kinds(folder: Path) -> None:
    """Each platform has the tables of its kinds and no other; events know how late they may be."""
    synchronise(folder)
    (raw,) = yaml.safe_load((folder / "models" / "staging" / "sources.yml").read_text(encoding="utf-8"))["sources"]
    assert [table["name"] for table in raw["tables"]] == ["news_accounts", "shop_events"]
    assert raw["tables"][1]["config"]["freshness"]["warn_after"] == {"count": 3, "period": "day"}
    assert '"small"' in raw["tables"][1]["description"]


def test_unions_are_made_of_the_platforms_with_the_kind(folder: Path, tmp_path: Path) -> None:
    """Every union runs: over the staging tables that exist, or, where no platform has the kind, over nothing."""
    synchronise(folder)
    with connect(tmp_path / "any.duckdb") as connection:
        for kind in UNIONS:
            columns = union_columns(kind)
            described = ", ".join(f"{name} {sql_type}" for name, sql_type in UNIONS[kind].items())
            described += ", loyalty_card_token varchar"
            for platform in ("news", "shop"):
                connection.execute(f"create table stg_{platform}__{kind} ({described})")
            sql = (folder / "models" / "intermediate" / f"int_{kind}_unioned.sql").read_text(encoding="utf-8")
            refs = [name for name in ("news", "shop") if f"{{{{ ref('stg_{name}__{kind}') }}}}" in sql]
            assert refs == {"events": ["shop"], "accounts": ["news"]}.get(kind, [])
            for name in refs:
                connection.execute(f"insert into stg_{name}__{kind} (platform) values ('{name}')")
                sql = sql.replace(f"{{{{ ref('stg_{name}__{kind}') }}}}", f"stg_{name}__{kind}")
            result = connection.execute(sql.replace("{{ arrived() }}", "true"))
            assert {name: str(sql_type).lower() for name, sql_type, *_ in result.description} == columns
            assert [row[0] for row in result.fetchall()] == refs


def test_unions_hold_every_word_of_our_language() -> None:
    """What a contract's field may mean has its column in the union of its kind."""
    for kind, words in MEANINGS.items():
        assert set(words) - {"event_type", *TRAITS} <= set(UNIONS[kind])
    assert all(contract.kinds for folder in FOLDERS for contract in load_contracts(folder))
