"""Puts one more key on all tokens of a home, without the identifiers that they were made of.

Killed at any moment and started again, it ends complete; until then nothing that makes tokens works in the home.
"""

import logging
import os
from collections import Counter
from functools import lru_cache

from flows.contracts import load_contracts
from flows.erasing_files import rewrite_warehouse
from flows.erasure_subject import read_journal
from flows.identifiers import TOKEN, Keyring, WrongKeysError
from flows.keys import add_key, check_prefix, is_rotated, keys_in_use, note_keys, read_keyring
from flows.night_lock import night_lock
from flows.publish import copy_ops
from flows.raw_tables import create_tables
from flows.receipts import Receipt
from flows.settings import Settings
from flows.suppression import rekey_suppressions, suppression_file
from flows.text_columns import quoted, tables_of
from flows.warehouse import Connection, connect, count_of, transaction

LOG = logging.getLogger("crossrec")

TEXTS = ("VARCHAR", "JSON")


def rotate(settings: Settings) -> Receipt:
    """Give all tokens the keys that they lack: those behind the first in CROSSREC_KEY, else a new one in the key file.

    Raises:
        HomeBusyError: if somebody works in this home.
        WrongKeysError: if the keys at hand do not begin with those of this home, or none is there to be added.
    """
    contracts = load_contracts(settings.contracts)
    with night_lock(settings, doing="rotation of keys"):
        if read_journal(settings) is not None:
            raise WrongKeysError("An erasure that was killed comes first. Bring it to its end: crossrec forget")
        keyring = read_keyring(settings.home)
        with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
            create_tables(connection, contracts)
            # a home that was made before keys were noted has tokens of one
            known, is_done = keys_in_use(connection) or keyring.key_ids[:1], is_rotated(connection)
        check_prefix(known, keyring)
        if is_done and keyring.key_ids == known:
            keyring = with_one_more(settings)
        rows = Counter({suppression_file(settings.home).name: rekey_suppressions(settings.home, keyring)})
        with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
            rows += rekey_tables(connection, keyring, len(known))
        LOG.info("tokens are keyed; the files are written anew …")
        rewrite_warehouse(settings)
        copy_ops(settings)
        with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
            connection.execute("update raw.keys set is_everywhere = true")
        return Receipt("keys rotate", dict(rows))


def with_one_more(settings: Settings) -> Keyring:
    """The keys with a new one, which is on the disk before any token has it.

    Raises:
        WrongKeysError: if the keys stand in the environment, where nobody but its owner can add one.
    """
    if "CROSSREC_KEY" in os.environ:
        raise WrongKeysError(
            "The keys of this home are in CROSSREC_KEY, and all tokens have them. Put a new key behind them, after a "
            "comma (openssl rand -hex 32 makes one), there and wherever nights run. Then again: crossrec keys rotate"
        )
    add_key(settings.home)
    return read_keyring(settings.home)


def rekey_tables(connection: Connection, keyring: Keyring, keys_count: int) -> Counter[str]:
    """Complete every token in every text, in one transaction with the note of it; rows that had one by table."""
    if len(keys_in_use(connection)) == len(keyring.key_ids):
        return Counter()

    @lru_cache(maxsize=200_000)
    def completed(text: str) -> str:
        return keyring.completed(text, keys_count)

    connection.create_function("completed", completed, ["VARCHAR"], "VARCHAR")
    rows: Counter[str] = Counter()
    with transaction(connection):
        for table in tables_of(connection, "warehouse"):
            for column in (name for name, kind in table.columns.items() if kind in TEXTS):
                value = f"cast({quoted(column)} as varchar)"
                statement = (
                    f"update {table.relation} set {quoted(column)} = completed({value})"
                    f" where regexp_matches({value}, ?)"
                )
                rows[table.place] += count_of(connection, statement, [TOKEN.pattern])
        note_keys(connection, keyring, is_everywhere=False)
    return Counter({place: count for place, count in rows.items() if count})
