"""Records between the reader, which never writes, and the warehouse: what identifies a person becomes a token here."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pyarrow
import pyarrow.compute

from flows.contract_field import ContractField
from flows.contract_words import TRAITS
from flows.erased_records import ErasedRecords
from flows.identifiers import Keyring
from flows.landing_file import LandingFile
from flows.record_sql import flaws

LONGEST_TEXT = 10_000
"""Characters kept of a rejected record."""

MISSING = "is required and missing"


def divided(batch: pyarrow.Table) -> tuple[pyarrow.Table, pyarrow.Table]:
    """The good records of a batch, and the bad ones."""
    if batch["flaw"].null_count == batch.num_rows:
        return batch, batch.slice(0, 0)
    is_bad = pyarrow.compute.is_valid(batch["flaw"])
    return batch.filter(pyarrow.compute.invert(is_bad)), batch.filter(is_bad)


def distinctly(column: pyarrow.ChunkedArray, function: Callable[[str], str | None]) -> pyarrow.Array:
    """The function of each value, called once for each distinct one."""
    encoded = column.combine_chunks().dictionary_encode()
    values = [None if value is None else function(value) for value in encoded.dictionary.to_pylist()]
    return pyarrow.array(values, pyarrow.string()).take(encoded.indices)


def token_of(keyring: Keyring, described: ContractField, text: str, region: str | None) -> str | None:
    """What is stored in the place of the identifier or trait in a field; null if the text is none."""
    if described.means in TRAITS:
        return keyring.trait_tokens(str(described.means), text, described.unit)
    return keyring.token(str(described.identifier), text, region, described.normaliser)


def keyed(batch: pyarrow.Table, file: LandingFile, erased: ErasedRecords) -> pyarrow.Table:
    """The batch with tokens in the place of identifiers, in `extra` too, from where names of erased accounts go."""
    keyring, region = erased.keyring, file.contract.phone_region
    for position, described in enumerate(file.kind.fields):
        if described.token_column:
            name = f"value_{position}"
            tokens = distinctly(batch[name], partial(token_of, keyring, described, region=region))
            batch = batch.set_column(batch.column_names.index(name), name, tokens)
    extra = distinctly(batch["extra"], lambda text: erased.cleaned(text, keyring.scrub_json(text, region), file))
    return batch.set_column(batch.column_names.index("extra"), "extra", extra)


def rejects_of(bad: pyarrow.Table, file: LandingFile, erased: ErasedRecords) -> Iterator[dict[str, Any]]:
    """Line, field, rule and scrubbed text of the bad records of a batch that is not keyed yet."""
    rules = flaws(file.kind)
    keyring, region = erased.keyring, file.contract.phone_region
    for record in bad.to_pylist():
        text = record["text"] or ""
        for position, described in enumerate(file.kind.fields):
            raw = record[f"value_{position}"]
            if described.token_column and raw:
                text = text.replace(raw, token_of(keyring, described, raw, region) or "[no identifier]")
        field, rule = (None, record["broken"]) if record["flaw"] == 0 else rules[record["flaw"] - 1]
        clean = keyring.scrub(text, region)[:LONGEST_TEXT]
        reject = {"line": record["line"], "field": field, "rule": rule, "text": clean, "records_count": 1}
        yield erased.reject(reject, record, file)


def missing_in_all(batch: pyarrow.Table, file: LandingFile) -> str | None:
    """The field that every record of a batch lacks though it is required; null if it is not the same with all."""
    found = pyarrow.compute.unique(batch["flaw"]).to_pylist()
    if len(found) != 1 or not found[0]:
        return None
    field, rule = flaws(file.kind)[found[0] - 1]
    return field if rule == MISSING else None
