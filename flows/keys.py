"""The keys of a home: secrets that make tokens of identifiers, the oldest first, and which of them its tokens have.

The secrets come from the environment or from a file that only their owner may read. The warehouse knows them by their
ids, so that nobody works with others than those that made what is in it.
"""

import os
import secrets
from datetime import datetime
from pathlib import Path

from flows.identifiers import Keyring, WrongKeysError
from flows.settings import Settings
from flows.suppression import write_durably
from flows.warehouse import Connection, connect, table_exists

SHORTEST_SECRET = 12
BETWEEN = ","
"""What stands between keys in CROSSREC_KEY; in the file each has a line."""


def key_file(home: Path) -> Path:
    """Where the keys lie, unless the environment has them."""
    return home / "key"


def read_keyring(home: Path) -> Keyring:
    """The keys at hand for this home: from the environment as CROSSREC_KEY, else from its file, made when missing.

    Raises:
        ValueError: if one is too short to keep a secret.
    """
    given = os.environ.get("CROSSREC_KEY")
    if given is None:
        path = key_file(home)
        if not path.exists():
            create_key_file(path)
        source, found = str(path), path.read_text(encoding="utf-8").splitlines()
    else:
        source, found = "CROSSREC_KEY", given.split(BETWEEN)
    keys = [key.strip() for key in found if key.strip()] or [""]
    shortest = min(map(len, keys))
    if shortest < SHORTEST_SECRET:
        raise ValueError(
            f"The key of the identifiers has {SHORTEST_SECRET} characters or more, {source} has one of {shortest}. "
            "Set the key that made the tokens of this home; a new one is added behind it: crossrec keys rotate"
        )
    return Keyring(*keys)


def create_key_file(path: Path) -> None:
    """Write a new random key that only this user may read; a key that is there already stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    write_durably(draft, secrets.token_hex(32) + "\n")
    try:
        # a link, unlike a rename, never takes the place of a key that another process wrote meanwhile
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def add_key(home: Path) -> None:
    """Write a new random key behind those of the file."""
    path = key_file(home)
    kept = path.read_text(encoding="utf-8").rstrip("\n")
    write_durably(path, f"{kept}\n{secrets.token_hex(32)}\n")


def keys_in_use(connection: Connection) -> list[str]:
    """The ids of the keys that made the tokens of a warehouse, the oldest first."""
    return [identity for (identity,) in connection.execute("select key_id from raw.keys order by position").fetchall()]


def is_rotated(connection: Connection) -> bool:
    """Whether no rotation has begun that has not come to its end."""
    return connection.execute("select count(*) from raw.keys where not is_everywhere").fetchone() == (0,)


def note_keys(connection: Connection, keyring: Keyring, is_everywhere: bool) -> None:
    """Note that all tokens of the warehouse have these keys, and whether no older token is left in a file."""
    for position in range(len(keys_in_use(connection)), len(keyring.key_ids)):
        row = [position, keyring.key_ids[position], is_everywhere]
        connection.execute("insert into raw.keys values (?, ?, now()::timestamp, ?)", row)


def check_prefix(known: list[str], keyring: Keyring) -> None:
    """Raise WrongKeysError unless the keys at hand begin with those that are known."""
    if keyring.key_ids[: len(known)] != known:
        raise WrongKeysError(
            f"The tokens of this home were made by the keys {', '.join(known)}, the oldest first; at hand are "
            f"{', '.join(keyring.key_ids)}. With others nobody is recognised. Set CROSSREC_KEY, or the file, as it was."
        )


def check_keys(connection: Connection, keyring: Keyring) -> None:
    """See to it that the keys at hand are those of the warehouse; an empty one gets them.

    Raises:
        WrongKeysError: if they are others, or a rotation has begun and not ended.
    """
    known = keys_in_use(connection)
    if not known:
        note_keys(connection, keyring, is_everywhere=True)
        return
    check_prefix(known, keyring)
    if len(keyring.key_ids) > len(known) or not is_rotated(connection):
        raise WrongKeysError(
            f"All tokens of a home have the same keys; some do not have the key {keyring.key_ids[-1]} yet. "
            "Bring the rotation to its end: crossrec keys rotate"
        )


def check_home(settings: Settings, keyring: Keyring) -> None:
    """The same for whoever only looks: where nothing was ever loaded, all keys will do."""
    if keys_with_moments(settings):
        with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
            check_keys(connection, keyring)


def keys_with_moments(settings: Settings) -> list[tuple[str, datetime]]:
    """The ids of the keys that made the tokens of a home, the oldest first, and when tokens were first given each."""
    if not settings.warehouse.exists():
        return []
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        if not table_exists(connection, "raw", "keys"):
            return []
        return connection.execute("select key_id, since from raw.keys order by position").fetchall()
