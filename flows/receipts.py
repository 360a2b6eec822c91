"""What stages return: small frozen notes of what was written. Tables carry the data."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Receipt:
    """What every stage says of its work: the stage, and the rows it wrote by table."""

    stage: str
    rows: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The receipt as plain values, for the ledger and for Prefect."""
        return asdict(self)


@dataclass(frozen=True)
class IngestReceipt(Receipt):
    """`rows` by raw table; files and records of this ingest, and fields without a contract, seen for the first time.

    `files_count` are the files that were read, among them those that grew, replaced what they held, or were refused.
    `dropped_count` rows were older than is kept.
    """

    files_count: int = 0
    skipped_files_count: int = 0
    rejects_count: int = 0
    grown_files_count: int = 0
    replaced_files_count: int = 0
    refused_files_count: int = 0
    retracted_count: int = 0
    dropped_count: int = 0
    new_fields: int = 0


@dataclass(frozen=True)
class ReplayReceipt(Receipt):
    """`rows` that passed by raw table, how many records are still rejected, and the files that were not found."""

    rejects_count: int = 0
    missing_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class GateReceipt(Receipt):
    """How a gate judged: `is_open` unless a critical expectation failed; flagged if a warning did."""

    gate: str = ""
    is_open: bool = True
    is_flagged: bool = False
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrainReceipt(Receipt):
    """The recommender that was trained."""

    recommender_version: str = ""
    epochs: int = 0
    device: str = ""
    peak_memory_mb: float = 0.0


@dataclass(frozen=True)
class PublishReceipt(Receipt):
    """Where the lists went; `published` is empty where people see those of a newer night, and go on seeing them."""

    published: str = ""
    history: str = ""
    newer_night: str = ""


@dataclass(frozen=True)
class ErasureReceipt(Receipt):
    """What an erasure took from where, without a name: `rows` by table or folder.

    `landing_files` still hold the person. `unsearched_count` ids are too short to be looked for inside of texts.
    """

    accounts_count: int = 0
    landing_files: tuple[str, ...] = ()
    recommenders_count: int = 0
    must_retrain_by: str = ""
    unsearched_count: int = 0
