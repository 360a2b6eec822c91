"""Contracts: read strictly, and what is wrong with one is told so that a person finds the place."""

from pathlib import Path

import pytest

from flows.contract_words import EVENT_TYPES
from flows.contracts import ContractError, load_contracts

SHOP = """
platform: shop
title: Shop
time_zone: Europe/Berlin
phone_region: DE
event_words: {view: view, on: click, no: skip}
kinds:
  events:
    format: json_lines
    fields:
      - {name: no, path: actor.id, type: text, means: account_id}
      - {name: sku, type: text, means: item_id}
      - {name: action, type: text, means: event_type}
      - {name: occurred_at, type: timestamp, means: event_at}
      - {name: price, type: number, means: value}
  accounts:
    format: csv
    fields:
      - {name: customer, type: text, means: account_id}
      - {name: phone, type: text, identifier: phone}
"""


def folder_with(path: Path, **texts: str) -> Path:
    """A contracts folder that holds these contracts."""
    (path / "platforms").mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (path / "platforms" / f"{name}.yml").write_text(text, encoding="utf-8")
    return path


def test_a_contract_is_read_with_its_defaults(tmp_path: Path) -> None:
    """Contracts come by name; paths default to names; what every record needs is required; no and on are words."""
    other = SHOP.replace("platform: shop", "platform: bazaar")
    bazaar, shop = load_contracts(folder_with(tmp_path, shop=SHOP, bazaar=other))
    assert (bazaar.platform, shop.platform) == ("bazaar", "shop")
    account, sku, *_, price = shop.kinds["events"].fields
    assert (account.name, account.path, account.required) == ("no", "actor.id", True)
    assert (sku.path, sku.required, price.required) == ("sku", True, False)
    assert shop.event_words == {"view": "view", "on": "click", "no": "skip"}
    assert not shop.consumed_may_return


@pytest.mark.parametrize(
    ("old", "new", "field", "found"),
    [
        ("type: number", "type: money", "kinds.events.fields.4.type", "'money'"),
        ("title: Shop", "title: Shop\ncolour: red", "colour", "'red'"),
        ("means: value", "means: cost", "kinds.events.fields.price", "'cost'"),
        ("means: item_id", "means: event_id", "kinds.events.fields", "item_id"),
        ("name: price", "name: sku", "kinds.events.fields", "sku"),
        ("type: timestamp", "type: text", "kinds.events.fields.occurred_at", "'text'"),
        ("means: event_at", "means: event_at, unit: days", "kinds.events.fields.3", "'days'"),
        ("name: price", "name: loaded_at", "kinds.events.fields.4", "'loaded_at'"),
        ("Europe/Berlin", "Europe/Bonn", "time_zone", "'Europe/Bonn'"),
        ("view: view", "view: looked", "event_words.view", "'looked'"),
        ("phone_region: DE", "", "phone_region", "none"),
        ("platform: shop", "platform: store", "platform", "'store'"),
        ("format: csv", "format: xml", "kinds.accounts.format", "'xml'"),
        ("  accounts:", "  people:", "kinds.people", "'people'"),
        ("identifier: phone", "identifier: fone", "kinds.accounts.fields.1", "'fone'"),
        ("identifier: phone", "identifier: phone, normaliser: digits", "kinds.accounts.fields.1", "digits"),
        ("identifier: phone", "normaliser: digits", "kinds.accounts.fields.1", "'digits'"),
    ],
)
def test_an_error_names_the_file_and_the_field(tmp_path: Path, old: str, new: str, field: str, found: str) -> None:
    """Whatever is wrong in a contract, the message names the file, the field and what was found."""
    assert old in SHOP
    with pytest.raises(ContractError) as caught:
        load_contracts(folder_with(tmp_path, shop=SHOP.replace(old, new, 1)))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}/platforms/shop.yml: {field}")
    assert found in message


def test_a_kind_of_identifiers_has_one_normaliser_in_all_contracts(tmp_path: Path) -> None:
    """Else the same card would have two spellings, and nobody would be recognised; the message names both contracts."""
    shop = SHOP.replace("identifier: phone", "identifier: card, normaliser: digits")
    bazaar = SHOP.replace("platform: shop", "platform: bazaar").replace(
        "identifier: phone", "identifier: card, normaliser: exact"
    )
    with pytest.raises(ContractError, match=r"shop\.yml: phone: .*'digits', and 'exact' in bazaar\.yml"):
        load_contracts(folder_with(tmp_path, shop=shop, bazaar=bazaar))


def test_a_folder_without_contracts_is_an_error(tmp_path: Path) -> None:
    """An empty folder is a mistake of the caller and not a product without platforms."""
    with pytest.raises(ContractError, match="found none"):
        load_contracts(tmp_path)


def test_event_types_agree_with_themselves() -> None:
    """An impression says nothing of taste; what counts as positive is stronger than what does not."""
    assert all(kind.strength == 0 and not kind.is_positive for kind in EVENT_TYPES.values() if kind.is_impression)
    weakest = min(kind.strength for kind in EVENT_TYPES.values() if kind.is_positive)
    assert all(kind.strength <= weakest for kind in EVENT_TYPES.values() if not kind.is_positive)
