"""Writes and removes the files of a platform in a contracts folder: all of them or none."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.contracts import PlatformContract, load_contract, load_contracts
from flows.platforms.staging_text import staging_texts
from flows.synchronise import generated


@dataclass(frozen=True)
class Change:
    """What a contracts folder is to become: new texts by path, and paths that go; all relative to the folder."""

    folder: Path
    texts: Mapping[str, str]
    removed: tuple[str, ...] = ()

    @property
    def written(self) -> list[str]:
        """The files whose text is new."""
        return [name for name, text in self.texts.items() if content(self.folder / name) != text.encode()]

    @property
    def replaced(self) -> list[str]:
        """The files that are there and get another text."""
        return [name for name in self.written if (self.folder / name).exists()]


def content(path: Path) -> bytes | None:
    """The file's bytes; null if there is none."""
    return path.read_bytes() if path.is_file() else None


def contract_name(platform: str) -> str:
    """Where the contract of a platform stands."""
    return f"platforms/{platform}.yml"


def staging_name(platform: str) -> str:
    """Where the staging SQL of a platform stands."""
    return f"models/staging/{platform}"


def staging_files(folder: Path, platform: str) -> list[str]:
    """The files of a platform's staging folder."""
    paths = sorted((folder / staging_name(platform)).rglob("*"))
    return [path.relative_to(folder).as_posix() for path in paths if path.is_file()]


def addition(folder: Path, platform: str, text: str) -> Change:
    """The change that brings a platform by this contract, which is tried with all others before anything is written.

    Raises:
        ContractError: if the contract breaks a rule.
    """
    with tempfile.TemporaryDirectory(prefix="crossrec-contracts-") as scratch:
        draft = Path(scratch) / "platforms"
        draft.mkdir()
        for path in (folder / "platforms").glob("*.yml"):
            shutil.copy(path, draft)
        (draft / f"{platform}.yml").write_text(text, encoding="utf-8")
        contract = load_contract(draft / f"{platform}.yml")
        texts = {contract_name(platform): text, **staging_texts(contract), **generated(load_contracts(draft.parent))}
    gone = [name for name in staging_files(folder, platform) if name not in texts]
    return Change(folder, texts, tuple(gone))


def edited(folder: Path, platform: str) -> list[str]:
    """The staging files that differ from what the contract in the folder would give: somebody has edited them."""
    contract = load_contract(folder / contract_name(platform))
    texts = staging_texts(contract)
    files = staging_files(folder, platform)
    return [name for name in files if content(folder / name) != texts.get(name, "").encode()]


def removal(folder: Path, contract: PlatformContract, others: tuple[PlatformContract, ...]) -> Change:
    """The change that takes a platform away; with the last one go the generated files, which say nothing without it."""
    own = [contract_name(contract.platform), *staging_files(folder, contract.platform)]
    if others:
        return Change(folder, generated(others), tuple(own))
    left = [name for name in generated((contract,)) if (folder / name).is_file()]
    return Change(folder, {}, (*own, *left))


def apply(change: Change) -> list[str]:
    """Make the change; the paths of the files that were written. If anything fails, all is as it was before."""
    names = change.written
    before = {name: content(change.folder / name) for name in (*names, *change.removed)}
    drafts = {name: (change.folder / name).with_name(f".{Path(name).name}.{os.getpid()}.partial") for name in names}
    made = make_folders([path.parent for path in drafts.values()])
    try:
        for name, draft in drafts.items():
            draft.write_bytes(change.texts[name].encode())
        for name, draft in drafts.items():
            draft.replace(change.folder / name)
        for name in change.removed:
            (change.folder / name).unlink()
    except BaseException:
        restore(change.folder, before, list(drafts.values()))
        for path in reversed(made):
            shutil.rmtree(path, ignore_errors=True)
        raise
    clear_empty(change)
    return names


def make_folders(folders: list[Path]) -> list[Path]:
    """Create these folders; the ones that were not there, the outer first."""
    made: list[Path] = []
    for folder in folders:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        made += reversed(missing)
    return made


def restore(folder: Path, before: Mapping[str, bytes | None], drafts: list[Path]) -> None:
    """Put every file back as it was."""
    for draft in drafts:
        draft.unlink(missing_ok=True)
    for name, old in before.items():
        path = folder / name
        if old is None:
            path.unlink(missing_ok=True)
        elif content(path) != old:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(old)


def clear_empty(change: Change) -> None:
    """Remove the folders that a removed file has left empty."""
    for name in change.removed:
        folder = (change.folder / name).parent
        while folder != change.folder and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
