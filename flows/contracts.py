"""Contracts: what each platform's log files hold, the only place where facts about a platform stand.

A contract is `platforms/<name>.yml` in the contracts folder. Reading it checks everything that can be checked without
a log file; whatever is wrong is told with the file and the field.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from flows.contract_field import ContractField, Name, Strict, TimeZone
from flows.contract_words import EVENT_TYPES, MEANINGS, REQUIRED_MEANINGS, KindName
from flows.contract_yaml import ContractLoader
from flows.place_address import Place


class ContractError(ValueError):
    """A contract breaks a rule; the message names the file and the field."""


FileFormat = Literal["json_lines", "json", "csv", "parquet", "avro"]


class Kind(Strict):
    """The files of one kind of a platform: their format, and their fields in the order of the raw table."""

    format: FileFormat = Field(
        description="json_lines: an object a line. json: one array of objects, or objects one after the other, "
        "over as many lines as they like. json_lines, json and csv may be compressed: .gz, .zst."
    )
    header: bool = Field(True, description="Of CSV: whether the first record names the fields.")
    delimiter: Annotated[str, Field(pattern=r"^[^\r\n\x00]$")] = Field(",", description="Of CSV: between two fields.")
    quote: Annotated[str, Field(pattern=r"^[^\r\n\x00]?$")] = Field(
        '"', description="Of CSV: around a field; empty: nothing is quoted."
    )
    escape: Annotated[str, Field(pattern=r"^[^\r\n\x00]$")] | None = Field(
        None, description="Of CSV: before a quotation mark inside a field; default: the quotation mark itself."
    )
    place: tuple[Place, ...] = Field(
        (),
        description="Where the platform puts these files, one place or several: s3://bucket/folder or "
        "https://host/path/file. Before each ingest they are copied into the landing folder.",
    )
    extra: Literal["drop", "keep"] | tuple[str, ...] = Field(
        "drop",
        description="Fields of a record that are not among `fields`: none passes, all do, or those of these names. "
        "They are kept as JSON, in which e-mail addresses and phone numbers are replaced by tokens.",
    )
    fields: tuple[ContractField, ...]

    def allows(self, name: str) -> bool:
        """Whether a field that the contract does not describe may pass."""
        return self.extra == "keep" or (self.extra != "drop" and name in self.extra)

    @field_validator("place", mode="before")
    @classmethod
    def as_list(cls, value: Any) -> Any:
        """One place is a list of one."""
        return [value] if isinstance(value, str) else value

    def meaning(self, word: str) -> ContractField | None:
        """The field that means `word`, if this kind has it."""
        return next((field for field in self.fields if field.means == word), None)

    def check(self, kind: str) -> None:
        """Raise ValueError unless the fields fit the words of this kind, and the format."""
        self.check_format(kind)
        for what in ("name", "means"):
            values = [getattr(field, what) for field in self.fields if getattr(field, what)]
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"kinds.{kind}.fields: each {what} stands once, found twice: {', '.join(twice)}")
        for field in self.fields:
            words = MEANINGS[kind]
            where = f"kinds.{kind}.fields.{field.name}"
            if field.means and field.means not in words:
                raise ValueError(f"{where}: means is one of {', '.join(words)}; found {field.means!r}")
            if field.means and field.type not in words[field.means]:
                types = " or ".join(words[field.means])
                raise ValueError(f"{where}: what means {field.means} has type {types}, found {field.type!r}")
        missing = [word for word in MEANINGS[kind] if word in REQUIRED_MEANINGS and not self.meaning(word)]
        if missing:
            raise ValueError(f"kinds.{kind}.fields: a field has to mean {' and one '.join(missing)}; found none")

    def check_format(self, kind: str) -> None:
        """Raise ValueError unless what is said of CSV is said of CSV, and makes sense there."""
        said = [name for name in ("header", "delimiter", "quote", "escape") if name in self.model_fields_set]
        if said and self.format != "csv":
            raise ValueError(f"kinds.{kind}.{said[0]}: only csv has one, found format {self.format!r}")
        if self.delimiter in (self.quote, self.escape):
            raise ValueError(f"kinds.{kind}.delimiter: it is another than quote and escape, found {self.delimiter!r}")
        for field in self.fields if self.format == "csv" and not self.header else ():
            if not re.fullmatch(r"[1-9]\d{0,3}", field.path):
                raise ValueError(
                    f"kinds.{kind}.fields.{field.name}.path: without a header it is the field's place in the record, "
                    f"counted from 1, found {field.path!r}"
                )


class PlatformContract(Strict):
    """All that is known about one platform before its first record is read."""

    platform: Name
    title: str
    time_zone: TimeZone = "UTC"
    phone_region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    lateness_days: Annotated[int, Field(ge=0)] = 3
    future_tolerance_hours: Annotated[int, Field(ge=0, le=87_600)] = Field(
        24, description="An event whose time lies further than that after the moment of reading is rejected."
    )
    when_replaced: Literal["retract", "refuse"] = Field(
        "retract",
        description="Of a landing file that comes again under its name with other content: its old rows go and the "
        "new ones come, or the new file is refused and the old rows stay.",
    )
    consumed_may_return: bool = False
    alpha: Annotated[float, Field(ge=0)] | None = None
    event_words: dict[str, str] = Field({}, description="The platform's word: our event type.")
    kinds: dict[KindName, Kind]

    @model_validator(mode="after")
    def check(self) -> "PlatformContract":
        """Rules that concern more than one field."""
        for kind, described in self.kinds.items():
            described.check(kind)
        for word, event_type in self.event_words.items():
            if event_type not in EVENT_TYPES:
                raise ValueError(
                    f"event_words.{word}: an event type is one of {', '.join(EVENT_TYPES)}; found {event_type!r}"
                )
        if "events" in self.kinds and not self.event_words:
            raise ValueError("event_words: a platform with events says what its words mean; found none")
        fields = [field for kind in self.kinds.values() for field in kind.fields]
        if self.phone_region is None and any(field.identifier == "phone" for field in fields):
            raise ValueError("phone_region: phone numbers need a default region such as DE; found none")
        return self

    def zone_of(self, field: ContractField) -> str:
        """The time zone of this field's times that carry none."""
        return field.zone or self.time_zone


def load_contract(path: Path) -> PlatformContract:
    """The contract in this file.

    Raises:
        ContractError: naming the file and each field that breaks a rule.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), ContractLoader)  # noqa: S506 -- a safe loader
        contract = PlatformContract.model_validate(content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: a contract is a YAML file in UTF-8; {error}") from error
    except ValidationError as error:
        raise ContractError("\n".join(f"{path}: {line}" for line in explained(error))) from error
    if contract.platform != path.stem:
        raise ContractError(f"{path}: platform: it is the file's name {path.stem!r}, found {contract.platform!r}")
    return contract


def explained(error: ValidationError) -> list[str]:
    """One sentence for each broken rule: the field, the rule, what was found."""
    sentences = []
    for detail in error.errors(include_url=False):
        place = ".".join(str(step) for step in detail["loc"] if step != "[key]")
        message = re.sub(r"^Value error, ", "", detail["msg"])
        found = "" if detail["type"] in ("value_error", "missing") else f"; found {detail['input']!r}"
        sentences.append(f"{place}: {message}{found}" if place else f"{message}{found}")
    return sentences


def check_normalisers(contracts: Iterable[PlatformContract]) -> None:
    """Raise ContractError unless contracts that name a kind of identifiers bring it to the same spelling."""
    named: dict[str, tuple[str, str | None]] = {}
    for contract in contracts:
        for field in (field for kind in contract.kinds.values() for field in kind.fields if field.identifier):
            platform, normaliser = named.setdefault(str(field.identifier), (contract.platform, field.normaliser))
            if normaliser != field.normaliser:
                raise ContractError(
                    f"{contract.platform}.yml: {field.name}: contracts that name an identifier {field.identifier} give "
                    f"it one normaliser; found {field.normaliser!r}, and {normaliser!r} in {platform}.yml"
                )


def load_contracts(folder: Path) -> tuple[PlatformContract, ...]:
    """All contracts of this contracts folder, ordered by the platform's name.

    Raises:
        ContractError: if there is none, or naming the file and the field that breaks a rule.
    """
    paths = sorted((folder / "platforms").glob("*.yml"))
    if not paths:
        raise ContractError(f"{folder}: a contracts folder holds platforms/<name>.yml, found none. Write one.")
    contracts = tuple(sorted((load_contract(path) for path in paths), key=lambda contract: contract.platform))
    check_normalisers(contracts)
    return contracts
