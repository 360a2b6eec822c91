"""Two accounts that are never one person, whatever identifiers say: people decide it, matching obeys."""

from typing import Any

from flows import ledger
from flows.night_lock import night_lock
from flows.settings import Settings
from flows.warehouse import Connection, connect, table_exists, transaction

NEWEST = """
    select is_apart from raw.do_not_link where account_key = ? and other_key = ? order by loaded_at desc limit 1
"""
NEAR = """
    select account_key from marts.dim_accounts
    where jaro_winkler_similarity(lower(account_key), lower($key)) >= 0.85 or account_id = $key
    order by jaro_winkler_similarity(lower(account_key), lower($key)) desc, account_key
    limit 3
"""


def keep_apart(settings: Settings, first: str, second: str, undo: bool = False) -> str:
    """Note that two accounts, each written platform:account_id, are not one person's, or take that back.

    Decisions are kept, the newest about a pair holds. The next night follows it.

    Raises:
        LookupError: if an account is not known, or there is nothing to take back.
        ValueError: if both are the same account.
        HomeBusyError: if somebody works in this home.
    """
    account, other = sorted((first, second))
    if account == other:
        raise ValueError(f"Two accounts are kept apart; found {first!r} twice.")
    with (
        night_lock(settings, doing="decision about accounts"),
        connect(settings.warehouse, settings.memory_limit, settings.threads) as connection,
    ):
        if not table_exists(connection, "marts", "dim_accounts") or not table_exists(connection, "raw", "do_not_link"):
            raise LookupError("Accounts are known once a night was built; none was. Run: crossrec night --date DATE")
        for key in (account, other):
            check_known(connection, key)
        row = connection.execute(NEWEST, [account, other]).fetchone()
        is_apart = bool(row and row[0])
        if undo and not is_apart:
            raise LookupError(f"Only accounts that are kept apart can be released; {account} and {other} are not.")
        if undo or not is_apart:
            with transaction(connection):
                decision: list[Any] = [account, other, not undo, ledger.now()]
                connection.execute("insert into raw.do_not_link values (?, ?, ?, ?)", decision)
    verb = "may be one person again" if undo else "are kept apart"
    return f"{account} and {other} {verb}, from the next night on that is run."


def check_known(connection: Connection, key: str) -> None:
    """Raise LookupError, naming what is like it, unless an account has this key."""
    if connection.execute("select 1 from marts.dim_accounts where account_key = ?", [key]).fetchone():
        return
    near = ", ".join(found for (found,) in connection.execute(NEAR, {"key": key}).fetchall())
    raise LookupError(
        f"An account is written platform:account_id as the last night knew it; found {key!r}."
        + (f" Near it: {near}." if near else " All: crossrec sql 'select platform, account_id from accounts'")
    )
