"""Takes back what a landing file brought that should not have been delivered, as if it had never come."""

from datetime import datetime
from pathlib import Path

from flows.contracts import load_contracts
from flows.file_loading import FileLoader, open_loader
from flows.manifest import Key, Manifest
from flows.night_lock import night_lock
from flows.receipts import Receipt
from flows.retraction import retract
from flows.settings import Settings
from flows.settlement import settle
from flows.warehouse import Connection, transaction

WHOSE = "platform = ? and kind = ? and path = ?"


def withdraw(settings: Settings, files: list[Path]) -> Receipt:
    """Delete the records, rejects and manifest lines of files that were loaded and then removed from the landing.

    What another file of the same content brought stays. Interactions made from what goes are gone too; where others
    have to take their place, the next night builds them anew.

    Raises:
        LookupError: if no file of that name was loaded.
        ValueError: if the file still lies in the landing, from where it would be loaded again.
        HomeBusyError: if somebody works in this home.
    """
    contracts = load_contracts(settings.contracts)
    kinds = {(contract.platform, kind) for contract in contracts for kind in contract.kinds}
    rows: dict[str, int] = {}
    with (
        night_lock(settings, doing="withdrawal"),
        open_loader(settings, contracts) as loader,
        transaction(loader.warehouse),
    ):
        moment = next(loader.manifest.moments())
        for file in files:
            name = name_in_landing(settings, file)
            if (settings.landing / name).exists():
                raise ValueError(
                    f"A file that is withdrawn is no longer delivered; {name} still lies in the landing. "
                    "Remove it there first, or it would be loaded again."
                )
            for platform, kind in keys_of(loader.warehouse, name):
                if (platform, kind) in kinds:
                    table = f"raw.{platform}_{kind}"
                    rows[table] = rows.get(table, 0) + delete(loader, (platform, kind), name, moment)
    return Receipt("withdraw", rows)


def name_in_landing(settings: Settings, file: Path) -> str:
    """The file's path inside the landing, whether it was given so, or in full, or from here."""
    full = file.expanduser().absolute()
    return str(full.relative_to(settings.landing)) if full.is_relative_to(settings.landing) else str(file)


def keys_of(warehouse: Connection, name: str) -> list[Key]:
    """Platform and kind of everything that was loaded under this name."""
    query = "select distinct platform, kind from raw.files where path = ? order by all"
    found = warehouse.execute(query, [name]).fetchall()
    if not found:
        raise LookupError(
            f"A file is withdrawn that was loaded, named by its path inside the landing; none was called {name!r}. "
            "Look for it: crossrec sql --file warehouse 'select path, loaded_at from raw.files order by loaded_at desc'"
        )
    return [(platform, kind) for platform, kind in found]


def delete(loader: FileLoader, key: Key, name: str, moment: datetime) -> int:
    """Delete a name's lines of the manifest and what nobody else has of all that it brought; how many records."""
    warehouse, manifest = loader.warehouse, loader.manifest
    manifest.read()
    named = [*key, name]
    refused = f"select file_id from raw.files where {WHOSE} and outcome = 'refused'"
    warehouse.execute(
        f"delete from raw.rejects where {WHOSE} and line is null and file_id in ({refused})", named + named
    )
    warehouse.execute(f"delete from raw.files where {WHOSE} and outcome in ('known', 'refused')", named)
    brought = warehouse.execute(f"select distinct file_id from raw.files where {WHOSE}", named).fetchall()
    held = manifest.held.get(key, {}).pop(name, None)
    contents = {content.file_id: content for content in manifest.chain(key, held)}
    rows_count = 0
    for (file_id,) in brought:
        contents.setdefault(file_id, manifest.contents_of(key)[file_id])
        if heir := heir_of(manifest, key, file_id):
            warehouse.execute(f"update raw.files set path = ? where {WHOSE} and file_id = ?", [heir, *named, file_id])
            warehouse.execute(f"update raw.rejects set path = ? where {WHOSE} and file_id = ?", [heir, *named, file_id])
        else:
            rows_count += retract(warehouse, key, file_id)
    return rows_count + settle(loader, key, contents.values(), moment)


def heir_of(manifest: Manifest, key: Key, file_id: str) -> str | None:
    """The first other name that has a content, by itself or as the beginning of a longer one."""
    for name, held in sorted(manifest.held.get(key, {}).items()):
        if file_id in {content.file_id for content in manifest.chain(key, held)}:
            return name
    return None
