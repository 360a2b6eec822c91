"""A field of a contract: where it stands in a record, its type, and what it means in our words."""

from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from flows.contract_words import IDENTIFIER_KINDS, INGEST_COLUMNS, REQUIRED_MEANINGS, TRAITS


def checked_time_zone(name: str) -> str:
    """The name, if it is a time zone of the IANA list."""
    if name not in available_timezones() - {"localtime"}:
        raise ValueError(f"a time zone is a name of the IANA list such as Europe/Berlin, found {name!r}")
    return name


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
TimeZone = Annotated[str, AfterValidator(checked_time_zone)]


class Strict(BaseModel):
    """Frozen, and without room for a misspelt key."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ContractField(Strict):
    """One field of the records of a kind: where it stands, its type, and what it means in our words."""

    name: Name
    path: str = Field(
        "",
        description="Where it stands in the record, steps joined by dots; default: the name. In a CSV file without a "
        "header its place, counted from 1.",
    )
    type: Literal["text", "integer", "number", "boolean", "timestamp"]
    means: str | None = None
    identifier: Name | None = Field(
        default=None,
        description="What it says who somebody is: email, phone, login, device, or a kind of the contracts' own, such "
        "as loyalty_card, which names its normaliser. Accounts of all platforms that share one are one person.",
    )
    normaliser: Literal["exact", "casefold", "alphanumeric", "digits"] | None = Field(
        default=None,
        description="Of an identifier of a kind of one's own: what of a text counts. exact: all but outer spaces; "
        "casefold: not the case either; alphanumeric: letters and digits alone; digits: digits alone.",
    )
    unit: str = Field(
        "iso", description="Of a timestamp: iso, s, ms, us, or a strptime format; of a day of birth, too."
    )
    zone: TimeZone | None = Field(
        None,
        description="Of a timestamp that carries none; default: the platform's. A time that the clock skips in spring "
        "is read an hour later, 02:30 as 03:30; of an hour that it shows twice in autumn the later one is meant.",
    )
    required: bool = False

    @model_validator(mode="before")
    @classmethod
    def with_defaults(cls, values: Any) -> Any:
        """Fill in the path and whether the field is required."""
        if not isinstance(values, dict):
            return values
        filled = {"path": values.get("name"), "required": values.get("means") in REQUIRED_MEANINGS, **values}
        # YAML takes a place in a file without a header for a number
        return {**filled, "path": str(filled["path"])} if type(filled["path"]) is int else filled

    @model_validator(mode="after")
    def check_type(self) -> "ContractField":
        """Ingest's own columns are left to it; only a timestamp has a unit and a zone."""
        if '"' in self.path or "" in self.path.split("."):
            raise ValueError(f"a path is steps joined by dots, without quotation marks, found {self.path!r}")
        if self.name in INGEST_COLUMNS:
            raise ValueError(f"ingest writes the columns {', '.join(INGEST_COLUMNS)} itself, found {self.name!r}")
        is_time = self.type == "timestamp"
        if not is_time and (self.zone or (self.unit != "iso" and self.means != "birth_date")):
            raise ValueError(f"only a timestamp has a unit or a zone, found them on type {self.type!r}")
        if self.unit not in ("iso", "s", "ms", "us") and "%" not in self.unit:
            raise ValueError(f"a unit is iso, s, ms, us or a format such as %d.%m.%Y, found {self.unit!r}")
        return self

    @model_validator(mode="after")
    def check_identifier(self) -> "ContractField":
        """An identifier is a text; one of a kind of one's own names its normaliser, so that a slip makes no kind."""
        if self.identifier and self.type != "text":
            raise ValueError(f"an identifier has type text, found {self.type!r}")
        if self.identifier and (self.identifier in IDENTIFIER_KINDS) == (self.normaliser is not None):
            raise ValueError(
                f"an identifier is one of {', '.join(IDENTIFIER_KINDS)}, or of another kind, which has to name its "
                f"normaliser; found {self.identifier!r} with the normaliser {self.normaliser or 'none'}"
            )
        if self.identifier and self.means in TRAITS:
            raise ValueError(f"what means {self.means} is no identifier, found {self.identifier!r}")
        if self.normaliser and not self.identifier:
            raise ValueError(f"only an identifier has a normaliser, found {self.normaliser!r}")
        return self

    @property
    def token_column(self) -> str | None:
        """The staging column of the tokens that are made of this field; null if none are."""
        if self.means in TRAITS:
            return f"{self.means}_tokens"
        return f"{self.identifier}_token" if self.identifier else None
