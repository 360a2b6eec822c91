"""`crossrec platform check`: tries landing files against a contract, and says what a night would do with them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.contract_words import KindName
from flows.contracts import PlatformContract, load_contract
from flows.erased_records import ErasedRecords
from flows.identifiers import Keyring, normalise
from flows.landing_file import LandingFile, landing_file, landing_files
from flows.platforms.file_trial import FileTrial, try_file
from flows.platforms.kind_facts import KindFacts
from flows.platforms.platform_files import contract_name
from flows.settings import Settings
from flows.suppression import Suppressions
from flows.warehouse import reader


@dataclass(frozen=True)
class Check:
    """The trials of all files, and the facts of each kind that was among them."""

    contract: PlatformContract
    trials: tuple[FileTrial, ...]
    facts: dict[KindName, KindFacts]
    unknown_items_count: int | None
    """Events whose item stands in no file of the items; null if no such file was read."""

    @property
    def obstacles(self) -> list[str]:
        """Why a night could not use these files, a sentence each."""
        found = [
            f"{trial.file.name} would be rejected as a whole: {trial.refusal}" for trial in self.trials if trial.refusal
        ]
        for kind, facts in self.facts.items():
            records = sum(trial.records_count for trial in self.trials if trial.file.kind_name == kind)
            if records and not facts.records_count:
                found.append(f"every one of the {records} records of {kind} would be rejected")
        return found


def contract_of(settings: Settings, platform: str) -> PlatformContract:
    """The contract of a platform.

    Raises:
        LookupError: if there is none.
    """
    path = settings.contracts / contract_name(platform)
    if not path.exists():
        known = sorted(one.stem for one in path.parent.glob("*.yml"))
        raise LookupError(
            f"A platform has a contract; there is none at {path}. Known are {', '.join(known) or 'none'}. "
            f"Have one proposed: crossrec platform add {platform}"
        )
    return load_contract(path)


def check(settings: Settings, platform: str, paths: Sequence[Path] = (), kind: KindName | None = None) -> Check:
    """Try files against the contract of a platform; all that have landed if none is named.

    Raises:
        LookupError: if there is no contract or no file.
        ValueError: if a file's kind cannot be told.
    """
    contract = contract_of(settings, platform)
    files = [given_file(settings, contract, path, kind) for path in paths]
    if not paths:
        files = [file for file in landing_files(settings.landing, (contract,)) if kind in (None, file.kind_name)]
    if not files:
        raise LookupError(
            f"Files to check lie in {settings.landing / platform}; found none. Put some there or name one."
        )
    now = datetime.now(UTC).replace(tzinfo=None)
    facts = {file.kind_name: KindFacts(file.kind, now) for file in files}
    # this key is thrown away: tokens only stand in for what must not be shown
    erased = ErasedRecords(Keyring(secrets.token_hex(32)), Suppressions())
    with reader(settings.memory_limit, settings.threads) as connection:
        trials = tuple(try_file(connection, file, facts[file.kind_name], erased) for file in files)
    return Check(contract, trials, facts, unknown_items(facts))


def given_file(settings: Settings, contract: PlatformContract, path: Path, kind: KindName | None) -> LandingFile:
    """A file that somebody named, of the kind that was said or that its folder tells."""
    path = path.expanduser().resolve()
    if not path.is_file():
        raise LookupError(f"A file to check exists; found none at {path}. Name another.")
    told = kind or next((name for name in contract.kinds if name in {step.name for step in path.parents}), None)
    if told is None or told not in contract.kinds:
        raise ValueError(
            f"A file lies in a folder named after its kind ({', '.join(contract.kinds)}), or the kind is said; "
            f"found {path}. Say it: --kind events"
        )
    return landing_file(settings.landing, contract, told, path)


def unknown_items(facts: dict[KindName, KindFacts]) -> int | None:
    """Events of items that no items file describes."""
    if "events" not in facts or "items" not in facts:
        return None
    described = facts["items"].items
    return sum(count for item, count in facts["events"].items.items() if item not in described)


def normal_share(contract: PlatformContract, facts: KindFacts, name: str) -> float:
    """The share of a field's identifiers that can be brought to one spelling, and so be matched."""
    described = next(field for field in facts.kind.fields if field.name == name)
    values = facts.identifiers[name]
    kind, region = str(described.identifier), contract.phone_region
    normal = sum(1 for text in values if normalise(kind, text, region, described.normaliser))
    return normal / len(values) if values else 0.0
