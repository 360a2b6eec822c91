"""Forgets a person: everything in the home that is of them or names them, but the landing and the suppression list.

First it is noted whom it is about, then the suppression list keeps the person from coming back, then the data go.
Killed at any moment and started again, it ends complete: whatever is gone already counts as gone.
"""

import logging
from collections import Counter
from datetime import datetime

from flows import ledger
from flows.contracts import PlatformContract, load_contracts
from flows.erasing_files import (
    erase_folders,
    erase_logs,
    erase_pages,
    erase_parquet,
    erase_published,
    rewrite_warehouse,
)
from flows.erasing_rows import RETRAIN_WITHIN, erase_rows
from flows.erasure_resolving import resolve
from flows.erasure_subject import Subject, journal_file, read_journal, write_journal
from flows.identifiers import Keyring
from flows.keys import check_home, read_keyring
from flows.night_lock import night_lock
from flows.prefect_state import erase_prefect
from flows.publish import copy_ops
from flows.raw_tables import create_tables
from flows.receipts import ErasureReceipt, Receipt
from flows.settings import Settings
from flows.suppression import read_suppressions, suppress
from flows.warehouse import connect, transaction

LOG = logging.getLogger("crossrec")


def forget(settings: Settings, key: str, flow_run_id: str = "") -> ErasureReceipt:
    """Forget the person whose user_id, account_id or platform:account_id is `key`.

    An erasure that was killed before is brought to its end first. Whoever was forgotten before is forgotten again, with
    all that came since.

    Raises:
        LookupError: if the key is nobody's or several persons'.
        HomeBusyError: if somebody works in this home.
        WrongKeysError: if the keys at hand are not those of this home.
    """
    contracts = load_contracts(settings.contracts)
    with night_lock(settings, flow_run_id, doing="erasure"):
        keyring = read_keyring(settings.home)
        check_home(settings, keyring)
        pending = read_journal(settings)
        if pending is not None:
            LOG.info("an erasure that was killed is brought to its end …")
            receipt = Erasure(settings, contracts, keyring, pending).carry_out()
            if key in (*pending.user_ids, *pending.keys, *pending.ids()):
                return receipt
        subject = resolve(settings, contracts, keyring, read_suppressions(settings.home, keyring), key, ledger.now())
        return Erasure(settings, contracts, keyring, subject).carry_out()


class Erasure:
    """One erasure under way: whom it is about, and what went by place."""

    def __init__(
        self, settings: Settings, contracts: tuple[PlatformContract, ...], keyring: Keyring, subject: Subject
    ) -> None:
        self.settings = settings
        self.contracts = contracts
        self.subject = subject
        self.keyring = keyring
        self.tokens = [keyring.account_token(platform, account_id) for platform, account_id in subject.accounts]
        self.rows: Counter[str] = Counter()

    def carry_out(self) -> ErasureReceipt:
        """Do all of it, and say what went."""
        settings, subject = self.settings, self.subject
        write_journal(settings, subject)
        suppress(settings.home, [*self.tokens, *subject.tokens], subject.erased_at, self.keyring)
        started_at = ledger.now()
        self.erase_warehouse()
        LOG.info("rows are gone; the files are written anew …")
        rewrite_warehouse(settings)
        self.note({"published.duckdb": erase_published(settings, subject)})
        for path in sorted([*settings.history.rglob("*.parquet"), *settings.recommenders.rglob("*.parquet")]):
            self.note({f"{path.relative_to(settings.home).parts[0]}/": erase_parquet(settings, path, subject)})
        self.note({"reports/ (pages)": erase_pages(settings, subject), "folders": erase_folders(settings)})
        self.note({"prefect/ (values)": erase_prefect(settings, subject)})
        self.note({"prefect/ (logs)": erase_logs(settings.home / "prefect", subject)})
        # nothing of a run that stopped may be taken for done: what it was made from has changed
        ledger.record_stage(settings, f"erasure-{subject.erased_at:%Y%m%dT%H%M%S%f}", started_at, Receipt("forget"))
        ledger.complete_erasure(settings, self.tokens[0], subject.erased_at)
        copy_ops(settings)
        journal_file(settings.home).unlink()
        return self.receipt()

    def erase_warehouse(self) -> None:
        """Delete the person's rows, with the receipt, in one transaction."""
        settings = self.settings
        with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
            create_tables(connection, self.contracts)
            ledger.create_tables(connection)
            with transaction(connection):
                self.rows += erase_rows(connection, self.contracts, self.subject)
                ledger.note_erased(connection, self.tokens[0], self.subject.erased_at, self.rows)

    def note(self, counts: dict[str, int]) -> None:
        """Count what went from a place, here and in the ledger."""
        found = {place: count for place, count in counts.items() if count}
        self.rows.update(found)
        with connect(self.settings.warehouse, self.settings.memory_limit, self.settings.threads) as connection:
            ledger.note_erased(connection, self.tokens[0], self.subject.erased_at, found)

    def receipt(self) -> ErasureReceipt:
        """What went, what has to be done at the source, and by when recommenders have to be trained anew."""
        query = """
            select count(*) from ops.recommender_versions where must_retrain_by = ?
        """
        moment: datetime = self.subject.erased_at + RETRAIN_WITHIN
        with connect(self.settings.warehouse, self.settings.memory_limit, self.settings.threads) as connection:
            row = connection.execute(query, [moment]).fetchone()
        return ErasureReceipt(
            stage="forget",
            rows=dict(self.rows),
            accounts_count=len(self.subject.accounts),
            landing_files=self.subject.files,
            recommenders_count=int(row[0]) if row else 0,
            must_retrain_by=moment.isoformat(timespec="seconds"),
            unsearched_count=len(self.subject.short_ids),
        )
