"""Looks for a person everywhere in a home but in the landing and the suppression list: after an erasure, for nothing.

Tables are searched by their columns, for what is compressed cannot be told by its bytes; and every file by its bytes.
"""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import zstandard

from flows.contracts import PlatformContract, load_contracts
from flows.erased_records import OWNERS
from flows.erasure_resolving import NobodyError, resolve
from flows.erasure_subject import Subject, pattern
from flows.identifiers import Keyring
from flows.keys import check_home, read_keyring
from flows.landing_file import CHUNK, UNREADABLE
from flows.ledger import now
from flows.night_lock import night_lock
from flows.prefect_state import named_in_prefect
from flows.settings import Settings
from flows.suppression import Suppressions, read_suppressions, suppression_file
from flows.text_columns import Table, quoted, tables_of
from flows.warehouse import Connection, Error, attachment, file_key, reader

OVERLAP = 256
"""Bytes that two chunks of a file share, so that no name is cut in two."""

FREE_TEXTS = ("extra", "text", "field")
"""Columns where a platform's own words stand, so that a number there may be somebody."""


class Found(NamedTuple):
    """A place where a person is named, and how often: rows, values or, in bytes, just once."""

    place: str
    times: int


def verify(settings: Settings, key: str) -> tuple[Subject, list[Found]]:
    """Whom was looked for, and every place where something of them is left.

    Raises:
        LookupError: if the key is several persons'.
        HomeBusyError: if somebody works in this home.
    """
    contracts = load_contracts(settings.contracts)
    with night_lock(settings, doing="search"):
        keyring = read_keyring(settings.home)
        check_home(settings, keyring)
        suppressions = read_suppressions(settings.home, keyring)
        try:
            subject = resolve(settings, contracts, keyring, suppressions, key, now())
            subject = with_tokens(subject, keyring, suppressions)
        except NobodyError:
            subject = Subject((), (key,), (), (), (), now())
        return subject, sorted(search(settings, contracts, subject))


def with_tokens(subject: Subject, keyring: Keyring, suppressions: Suppressions) -> Subject:
    """The same with the identifiers that were erased together with the accounts."""
    moments = {
        moment
        for account in subject.accounts
        for moment in suppressions.erased.get(keyring.account_token(*account), ())
    }
    tokens = {
        token
        for token, erased in suppressions.erased.items()
        if moments & set(erased) and not token.startswith("account:")
    }
    return Subject(**{**vars(subject), "tokens": tuple(sorted({*subject.tokens, *tokens}))})


def search(settings: Settings, contracts: tuple[PlatformContract, ...], subject: Subject) -> Iterator[Found]:
    """Every place of the home where the person is named."""
    for path in sorted(settings.home.rglob("*")):
        left_out = path.is_relative_to(settings.landing) or path == suppression_file(settings.home)
        if left_out or path.is_symlink() or not path.is_file():
            continue
        name = str(path.relative_to(settings.home))
        if path.suffix == ".duckdb":
            yield from in_database(settings, contracts, subject, path)
        elif path.suffix == ".parquet":
            yield from in_parquet(settings, subject, path)
        elif path.suffix in (".arrow", ".feather", ".ipc"):
            yield from in_arrow(settings, subject, path)
        if in_bytes(path, subject):
            yield Found(f"{name} (bytes)", 1)
    yield from (Found(place, count) for place, count in named_in_prefect(settings, subject))


def in_database(
    settings: Settings, contracts: tuple[PlatformContract, ...], subject: Subject, path: Path
) -> Iterator[Found]:
    """Every column of a DuckDB file that names the person."""
    owners = {
        f"raw.{contract.platform}_{kind_name}": [field.name for field in kind.fields if field.means in OWNERS]
        for contract in contracts
        for kind_name, kind in contract.kinds.items()
    }
    with reader(settings.memory_limit, settings.threads) as connection:
        connection.execute(attachment(path, "searched", read_only=True, key=file_key()))
        for table in tables_of(connection, "searched"):
            place = f"{path.relative_to(settings.home)} {table.place}"
            platform = platform_of(table, contracts)
            for column in table.columns:
                is_owner = column in owners.get(table.place, ()) or column in table.accounts
                yield from in_column(connection, subject, table, column, f"{place}.{column}", platform, is_owner)


def platform_of(table: Table, contracts: tuple[PlatformContract, ...]) -> str | None:
    """The platform that all rows of a table are of; None if they may be of any."""
    names = {f"{contract.platform}_{kind}": contract.platform for contract in contracts for kind in contract.kinds}
    return names.get(table.name) if table.schema == "raw" else None


def in_column(
    connection: Connection,
    subject: Subject,
    table: Table,
    column: str,
    place: str,
    platform: str | None,
    is_owner: bool,
    source: str | None = None,
) -> Iterator[Found]:
    """How many values of a column name the person: as a whole where accounts stand, else as a word of a text."""
    value = f"cast({quoted(column)} as varchar)"
    conditions: list[str] = []
    parameters: list[Any] = []
    if column in table.texts and subject.names:
        conditions.append(f"regexp_matches({value}, ?)")
        parameters.append(pattern(subject.names))
    for owner in sorted({owner for owner, _ in subject.accounts}):
        if platform not in (None, owner):
            continue
        of_platform = "platform = ? and " if "platform" in table.columns else ""
        words = subject.words(owner)
        if not platform and column not in FREE_TEXTS:
            words = tuple(word for word in words if not word.isdigit())
        if is_owner:
            conditions.append(f"({of_platform}{value} in (select unnest(?)))")
            parameters += [*([owner] if of_platform else []), list(subject.ids(owner))]
        elif column in table.texts and words and (column in FREE_TEXTS or not means_item(column)):
            conditions.append(f"({of_platform}regexp_matches({value}, ?))")
            parameters += [*([owner] if of_platform else []), pattern(words)]
    if conditions:
        query = f"select count(*) from {source or table.relation} where {' or '.join(conditions)}"
        row = connection.execute(query, parameters).fetchone()
        if row and row[0]:
            yield Found(place, row[0])


def means_item(column: str) -> bool:
    """Whether a column holds ids of other things than accounts, which may be spelt like one."""
    return column.endswith("item_id") or column in ("event_id", "file_id")


def in_parquet(settings: Settings, subject: Subject, path: Path) -> Iterator[Found]:
    """Every column of a Parquet file that names the person."""
    source = f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}', hive_partitioning = false)"
    with reader(settings.memory_limit, settings.threads) as connection:
        yield from in_source(settings, connection, subject, path, source)


def in_arrow(settings: Settings, subject: Subject, path: Path) -> Iterator[Found]:
    """Every column of an Arrow file that names the person."""
    import pyarrow.feather

    with reader(settings.memory_limit, settings.threads) as connection:
        connection.register("arrow_file", pyarrow.feather.read_table(path))
        yield from in_source(settings, connection, subject, path, "arrow_file")


def in_source(settings: Settings, connection: Connection, subject: Subject, path: Path, source: str) -> Iterator[Found]:
    """Every column of a file that DuckDB reads as a table."""
    try:
        described = connection.execute(f"describe select * from {source}").fetchall()
    except Error:
        return  # it is broken, and is searched by its bytes
    table = Table("", "", path.name, {name: kind for name, kind, *_ in described})
    for column in table.columns:
        place = f"{path.relative_to(settings.home)} {column}"
        is_owner = column in table.accounts
        yield from in_column(connection, subject, table, column, place, None, is_owner, source)


def in_bytes(path: Path, subject: Subject) -> bool:
    """Whether a name stands in a file's bytes, decompressed if it is a gzip or Zstandard file."""
    words = [word for word in subject.words() if not word.isdigit()]
    numbers = [word for word in subject.words() if word.isdigit()]
    parts = [re.escape(word.encode()) for word in words]
    parts += [rb"(?<![0-9A-Za-z])" + number.encode() + rb"(?![0-9A-Za-z])" for number in numbers]
    if not parts:
        return False
    compiled = re.compile(b"|".join(parts))
    try:
        with path.open("rb") as file:
            if holds(file, compiled):
                return True
            file.seek(0)
            if path.suffix == ".gz":
                return holds(gzip.GzipFile(fileobj=file), compiled)
            if path.suffix == ".zst":
                return holds(zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True), compiled)
    except FileNotFoundError:
        return False
    except UNREADABLE:
        return False  # what is broken was searched as it lies there
    return False


def holds(file: BinaryIO | Any, compiled: "re.Pattern[bytes]") -> bool:
    """Whether a name stands in what is read from here on."""
    before = b""
    while chunk := file.read(CHUNK):
        if compiled.search(before + chunk):
            return True
        before = (before + chunk)[-OVERLAP:]
    return False
