"""Finds the person that somebody wants to be forgotten, from an account or a user_id."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flows.contracts import PlatformContract
from flows.erased_records import OWNERS
from flows.erasure_subject import Account, Subject, spellings_of, user_ids_of
from flows.identifiers import Keyring
from flows.settings import Settings
from flows.suppression import Suppressions
from flows.warehouse import Connection, connect, identifier, table_exists

OF_KEY = """
    select distinct user_id from {accounts}
    where user_id = $key or account_id = $key or platform || ':' || account_id = $key
"""
ACCOUNTS = "select platform, account_id from {accounts} where user_id = ? order by all"


class NobodyError(LookupError):
    """Nobody is called so in this home."""


def resolve(
    settings: Settings,
    contracts: tuple[PlatformContract, ...],
    keyring: Keyring,
    suppressions: Suppressions,
    key: str,
    erased_at: datetime,
) -> Subject:
    """The person whose user_id, account_id or platform:account_id is `key`.

    Raises:
        LookupError: if the key is nobody's or several persons'.
    """
    accounts = find_accounts(settings, contracts, keyring, suppressions, key)

    def generation(platform: str, account_id: str) -> int:
        return suppressions.generation(keyring.account_token(platform, account_id))

    names = {*user_ids_of(accounts, generation), *([key] if is_user_id(key, accounts) else [])}
    first_seen_at, tokens, files = None, [], []
    if settings.warehouse.exists():
        with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
            first_seen_at = first_seen(connection, accounts)
            tokens = sorted(tokens_of(connection, contracts, accounts))
            files = sorted(files_of(connection, contracts, accounts))
    spellings = tuple(sorted(set(spellings_of(accounts, keyring, contracts))))
    return Subject(accounts, tuple(sorted(names)), tuple(tokens), spellings, tuple(files), erased_at, first_seen_at)


def is_user_id(key: str, accounts: tuple[Account, ...]) -> bool:
    """Whether a key that led to these accounts is none of their own names."""
    return all(key not in (account_id, f"{platform}:{account_id}") for platform, account_id in accounts)


def find_accounts(
    settings: Settings,
    contracts: tuple[PlatformContract, ...],
    keyring: Keyring,
    suppressions: Suppressions,
    key: str,
) -> tuple[Account, ...]:
    """All accounts of the person; of one whom no night has seen yet the account that is named."""
    for path, table in ((settings.warehouse, "marts.dim_accounts"), (settings.published, "main.accounts")):
        found = _owned(settings, path, table, key) if path.exists() else ()
        if found:
            return found
    platform, _, account_id = key.partition(":")
    names = [contract.platform for contract in contracts]
    if platform in names and account_id:
        is_erased = keyring.account_token(platform, account_id) in suppressions
        if is_erased or _is_loaded(settings, contracts, (platform, account_id)):
            return ((platform, account_id),)
    raise NobodyError(
        f"A person is named by user_id, platform:account_id or account_id; nobody is {key!r}, and nobody of that name "
        'was erased. Look: crossrec sql "select * from accounts"'
    )


def _owned(settings: Settings, path: Any, table: str, key: str) -> tuple[Account, ...]:
    schema, name = table.split(".")
    with connect(path, settings.memory_limit, settings.threads, read_only=path == settings.published) as connection:
        if not table_exists(connection, schema, name):
            return ()
        persons = connection.execute(OF_KEY.format(accounts=table), {"key": key}).fetchall()
        if len(persons) > 1 and (key,) not in persons:
            raise LookupError(
                f"An account without its platform has to be the only one of its name; {key!r} is one of "
                f"{len(persons)} persons. Write platform:account."
            )
        if not persons:
            return ()
        user_id = key if (key,) in persons else persons[0][0]
        found = connection.execute(ACCOUNTS.format(accounts=table), [user_id]).fetchall()
    return tuple((platform, account_id) for platform, account_id in found)


def owner_columns(contracts: tuple[PlatformContract, ...]) -> Iterator[tuple[str, str, str, str]]:
    """Platform, kind, raw table and column of every field that names the account of a record."""
    for contract in contracts:
        for kind_name, kind in contract.kinds.items():
            for described in kind.fields:
                if described.means in OWNERS:
                    yield contract.platform, kind_name, f"{contract.platform}_{kind_name}", described.name


def _is_loaded(settings: Settings, contracts: tuple[PlatformContract, ...], account: Account) -> bool:
    """Whether some record of this account was ever loaded."""
    if not settings.warehouse.exists():
        return False
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        return any(True for _ in _records(connection, contracts, (account,)))


def _records(
    connection: Connection, contracts: tuple[PlatformContract, ...], accounts: tuple[Account, ...]
) -> Iterator[tuple[str, str, str]]:
    """Platform, kind and content of every file that has a record of one of these accounts."""
    for platform, kind_name, table, column in owner_columns(contracts):
        ids = [account_id for owner, account_id in accounts if owner == platform]
        if ids and table_exists(connection, "raw", table):
            where = f"cast({identifier(column)} as varchar) in (select unnest(?))"
            query = f"select distinct file_id from raw.{identifier(table)} where {where}"
            for (file_id,) in connection.execute(query, [ids]).fetchall():
                yield platform, kind_name, file_id


def files_of(
    connection: Connection, contracts: tuple[PlatformContract, ...], accounts: tuple[Account, ...]
) -> set[str]:
    """The landing files, by their path inside the landing, that brought records of these accounts."""
    query = "select distinct path from raw.files where platform = ? and kind = ? and file_id = ?"
    return {
        path
        for found in _records(connection, contracts, accounts)
        for (path,) in connection.execute(query, list(found)).fetchall()
    }


def tokens_of(
    connection: Connection, contracts: tuple[PlatformContract, ...], accounts: tuple[Account, ...]
) -> set[str]:
    """The keyed identifiers of these accounts that no other account has."""
    own: set[str] = set()
    others: set[str] = set()
    for contract in contracts:
        kind = contract.kinds.get("accounts")
        fields = [field for field in kind.fields if field.identifier] if kind else []
        table = f"{contract.platform}_accounts"
        if kind is None or not fields or not table_exists(connection, "raw", table):
            continue
        account = kind.meaning("account_id")
        assert account is not None
        ids = [account_id for owner, account_id in accounts if owner == contract.platform]
        owner = f"cast({identifier(account.name)} as varchar)"
        for field in fields:
            query = f"""
                select distinct {identifier(field.name)}, {owner} in (select unnest(?))
                from raw.{identifier(table)} where {identifier(field.name)} is not null
            """
            for token, is_own in connection.execute(query, [ids]).fetchall():
                (own if is_own else others).add(token)
    return own - others


def first_seen(connection: Connection, accounts: tuple[Account, ...]) -> datetime | None:
    """When the person was first seen, as far as a night has told."""
    if not table_exists(connection, "marts", "dim_accounts"):
        return None
    query = (
        "select min(first_seen_at) from marts.dim_accounts where platform || ':' || account_id in (select unnest(?))"
    )
    keys = [f"{platform}:{account_id}" for platform, account_id in accounts]
    row = connection.execute(query, [keys]).fetchone()
    return row[0] if row else None
