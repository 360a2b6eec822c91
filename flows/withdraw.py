"""Takes back what a landing file brought that should not have been delivered, as if it had never come."""

from pathlib import Path

from flows.contracts import load_contracts
from flows.night_lock import night_lock
from flows.receipts import Receipt
from flows.settings import Settings
from flows.warehouse import Connection, connect, identifier, transaction


def withdraw(settings: Settings, files: list[Path]) -> Receipt:
    """Delete the records, rejects and manifest lines of files that were loaded and then removed from the landing.

    Interactions are built anew as a whole by the next night. What another file of the same content brought stays.

    Raises:
        LookupError: if no file of that name was loaded.
        ValueError: if the file still lies in the landing, from where it would be loaded again.
        HomeBusyError: if a night works in this home.
    """
    kinds = {(contract.platform, kind) for contract in load_contracts(settings.contracts) for kind in contract.kinds}
    rows: dict[str, int] = {}
    with (
        night_lock(settings),
        connect(settings.warehouse, settings.memory_limit, settings.threads) as warehouse,
        transaction(warehouse),
    ):
        for file in files:
            name = name_in_landing(settings, file)
            if (settings.landing / name).exists():
                raise ValueError(
                    f"A file that is withdrawn is no longer delivered; {name} still lies in the landing. "
                    "Remove it there first, or it would be loaded again."
                )
            for platform, kind, file_id in loads_of(warehouse, name):
                if (platform, kind) in kinds:
                    table = f"{platform}_{kind}"
                    rows[f"raw.{table}"] = rows.get(f"raw.{table}", 0) + delete(warehouse, table, file_id, name)
        warehouse.execute("drop table if exists marts.fct_interactions")
    return Receipt("withdraw", rows)


def name_in_landing(settings: Settings, file: Path) -> str:
    """The file's path inside the landing, whether it was given so, or in full, or from here."""
    full = file.expanduser().absolute()
    return str(full.relative_to(settings.landing)) if full.is_relative_to(settings.landing) else str(file)


def loads_of(warehouse: Connection, name: str) -> list[tuple[str, str, str]]:
    """Platform, kind and content of everything that was loaded under this name."""
    query = "select distinct platform, kind, file_id from raw.files where path = ? order by all"
    found = warehouse.execute(query, [name]).fetchall()
    if not found:
        raise LookupError(
            f"A file is withdrawn that was loaded, named by its path inside the landing; none was called {name!r}. "
            "Look for it: crossrec sql --file warehouse 'select path, loaded_at from raw.files order by loaded_at desc'"
        )
    return found


def delete(warehouse: Connection, table: str, file_id: str, name: str) -> int:
    """Delete a file's line of the manifest and, if no other has its content, what it brought; how many records."""
    platform, _, kind = table.rpartition("_")
    key = [platform, kind, file_id]
    whose = "platform = ? and kind = ? and file_id = ?"
    warehouse.execute(f"delete from raw.files where {whose} and path = ?", [*key, name])
    row = warehouse.execute(f"select count(*) from raw.files where {whose}", key).fetchone()
    if row and row[0]:
        return 0
    warehouse.execute(f"delete from raw.rejects where {whose}", key)
    gone = warehouse.execute(f"delete from raw.{identifier(table)} where file_id = ?", [file_id]).fetchone()
    return int(gone[0]) if gone else 0
