"""Reads a simulated landing as its contracts describe it, without the product's own readers."""

import csv
import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow.parquet as parquet

from flows.contract_field import ContractField
from flows.contracts import Kind, PlatformContract, load_contracts
from flows.settings import DBT_PROJECT

CONTRACTS = {contract.platform: contract for contract in load_contracts(DBT_PROJECT / "contracts")}


class Delivered(NamedTuple):
    """One record: the day of its file, its values by our word or the identifier's kind, and its fields as found."""

    day: date
    values: dict[str, Any]
    names: set[str]


def digests(folder: Path) -> dict[str, str]:
    """A digest of each file's bytes."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def text_of(path: Path) -> str:
    """A text file of the landing, unpacked."""
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


def delivered(home: Path, platform: str, kind: str) -> list[Delivered]:
    """The readable records of a kind, in order of their files."""
    contract = CONTRACTS[platform]
    described = contract.kinds[kind]  # type: ignore[index]
    found = []
    for path in sorted((home / "landing" / platform / kind).iterdir()):
        day = date.fromisoformat(path.name[:10])
        for record in read(path, described):
            values = {
                str(field.means or field.identifier): value_of(record.get(field.path), field, contract)
                for field in described.fields
                if field.means or field.identifier
            }
            found.append(Delivered(day, values, set(record)))
    return found


def read(path: Path, kind: Kind) -> Iterator[dict[str, Any]]:
    """The records of one file, nested ones by dotted path; broken lines left out."""
    if kind.format == "parquet":
        yield from parquet.read_table(path).to_pylist()
    elif kind.format == "csv":
        header, *lines = text_of(path).splitlines()
        for line in lines:
            cells = next(csv.reader([line], delimiter=kind.delimiter))
            if len(cells) == len(header.split(kind.delimiter)):
                yield {name: cell or None for name, cell in zip(header.split(kind.delimiter), cells, strict=True)}
    else:
        for line in text_of(path).splitlines():
            try:
                yield flat(json.loads(line))
            except json.JSONDecodeError:
                continue


def flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A nested record with its steps joined by dots."""
    plain: dict[str, Any] = {}
    for name, value in record.items():
        plain |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return plain


def value_of(value: Any, field: ContractField, contract: PlatformContract) -> Any:
    """A value in its type; moments in UTC."""
    if value is None or field.type != "timestamp":
        return value if value is None or field.type != "number" else float(value)
    if field.unit in ("s", "ms"):
        return datetime.fromtimestamp(int(value) / {"s": 1, "ms": 1000}[field.unit], UTC)
    moment = datetime.strptime(value, field.unit) if "%" in field.unit else value
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    zone = ZoneInfo(contract.zone_of(field))
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
