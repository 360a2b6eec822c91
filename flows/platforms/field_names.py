"""Names of fields: their words, and the names that they get in a contract."""

import re
import unicodedata
from collections.abc import Iterable

from flows.contract_words import INGEST_COLUMNS

LONGEST = 60
IDEOGRAPH = "[\u3040-\u30ff\u3400-\u9fff]"


def words_in(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


RESERVED = words_in(
    """all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check
    collate collation column columns concurrently constraint create cross default deferrable desc describe distinct
    do else end except false fetch for foreign freeze from full generated glob grant group having ilike in initially
    inner intersect into is isnull join lambda lateral leading left like limit map natural not notnull null offset
    on only or order outer overlaps pivot pivot_longer pivot_wider placing positional primary prior qualify
    references returning right select semi show similar some struct summarize symmetric table tablesample then to
    trailing true try_cast union unique unpack unpivot using variadic verbose when where window with"""
)
"""Words that cannot stand as a column's name in SQL unless they are quoted."""


def words_of(name: str) -> list[str]:
    """The words of one step of a path, in lower case: `orderID`, `order-id` and `order_id` are order, id."""
    plain = unicodedata.normalize("NFKC", name)
    spaced = re.sub(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", plain)
    spaced = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", spaced)
    spaced = re.sub(rf"(?<={IDEOGRAPH})(?=[A-Za-z])|(?<=[A-Za-z])(?={IDEOGRAPH})", " ", spaced)
    return [word.casefold() for word in re.split(r"[\W_]+", spaced) if word]


def plain_name(path: str) -> str:
    """A path as letters, digits and underscores; empty if nothing of it is left."""
    decomposed = unicodedata.normalize("NFKD", path.replace("ß", "ss"))
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", letters)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def contract_names(paths: Iterable[str]) -> dict[str, str]:
    """A name for each path: one that SQL takes without quotation marks, and none twice."""
    names: dict[str, str] = {}
    taken = set(INGEST_COLUMNS)
    for place, path in enumerate(paths, start=1):
        name = plain_name(path) or f"field_{place}"
        if not name[0].isalpha():
            name = f"field_{name}"
        if name in RESERVED or name in INGEST_COLUMNS:
            name = f"{name}_field"
        candidate, number = name[:LONGEST], 2
        while candidate in taken:
            candidate = f"{name[: LONGEST - len(str(number)) - 1]}_{number}"
            number += 1
        taken.add(candidate)
        names[path] = candidate
    return names
