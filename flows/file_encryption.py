"""Encrypts the database files of a home that was made without a key, or decrypts them."""

import logging

from flows.erasing_files import fresh_draft, replace_closed
from flows.night_lock import night_lock
from flows.receipts import Receipt
from flows.settings import Settings
from flows.warehouse import FILE_KEY, Error, FileKeyError, attachment, explained, file_key, load_encryption, reader

LOG = logging.getLogger("crossrec")


def encrypt(settings: Settings, undo: bool = False) -> Receipt:
    """Write each database file anew, encrypted with CROSSREC_FILE_KEY, or plain; a file that is so already stays.

    Killed and started again, it goes on with the files that are left.

    Raises:
        FileKeyError: if there is no key, or another than the files were encrypted with.
        HomeBusyError: if somebody works in this home.
    """
    key = file_key()
    if key is None:
        raise FileKeyError(f"Files are encrypted with a key of yours: set {FILE_KEY} (openssl rand -hex 32 makes one).")
    changed = {}
    with night_lock(settings, doing="encryption"):
        for path in sorted(settings.home.glob("*.duckdb")):
            draft = fresh_draft(path)
            with reader(settings.memory_limit, settings.threads) as connection:
                load_encryption(connection)
                try:
                    connection.execute(attachment(path, "old", key=key if undo else None))
                except Error as error:
                    if "without a key" in str(error) or "is not encrypted" in str(error):
                        continue
                    raise explained(error, path) from None
                LOG.info("%s is written anew …", path.name)
                connection.execute(attachment(draft, "new", key=None if undo else key))
                connection.execute("copy from database old to new")
                connection.execute("detach new")
                connection.execute("detach old")
            replace_closed(path, draft)
            changed[path.name] = path.stat().st_size
    return Receipt("keys encrypt", changed)
