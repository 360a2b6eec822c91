"""What a person may choose about a night or a backfill: the fields of the forms, and what they do to the settings."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from flows.contracts import load_contracts
from flows.settings import Settings
from flows.synchronise import synchronise

NIGHT = Field(
    default=None,
    title="Night",
    description="The day whose end is the cut: nothing later is known. Empty: the day before the start, by UTC.",
)

Platforms = Annotated[
    tuple[str, ...],
    AfterValidator(lambda names: tuple(sorted(set(names)))),
    Field(title="Platforms", description="Learn from these and recommend on these only. Empty: all."),
]
Mode = Annotated[
    Literal["joint", "single", "popularity"],
    Field(
        title="Mode",
        description="joint: one recommender learns from all platforms, and a platform where one of its own was better "
        "beyond chance keeps that. single: each platform learns alone. popularity: nothing is learned.",
    ),
]
Alphas = Annotated[
    dict[str, Annotated[float, Field(ge=0)]],
    Field(
        title="Weights of the platforms (α)",
        description="How much each platform counts in the loss, 0 or more, in the place of its contract's weight. "
        "A platform that is not named keeps its own.",
    ),
]
Length = Annotated[
    int,
    Field(title="Length of a list (k)", description="Items for each person on each platform.", ge=1, le=100),
]
SETTINGS = {"platforms": "platforms", "mode": "mode", "alphas": "alphas", "k": "published_k"}
"""The setting that each choice stands for."""

MOST_NIGHTS = 366
"""Nights of one backfill; a slip in a year should not cost a week."""


class ChoiceError(ValueError):
    """What was chosen makes no sense in this home; nothing was done."""


class ListChoices(BaseModel):
    """Choices about lists; what is not named is as the home is set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def applied_to(self, settings: Settings) -> Settings:
        """The home's settings with what was chosen.

        Raises:
            ChoiceError: if a platform has no contract, or a list is to be longer than what is scored.
        """
        chosen: dict[str, Any] = {name: getattr(self, name) for name in SETTINGS if name in self.model_fields_set}
        names = [contract.platform for contract in load_contracts(settings.contracts)]
        unknown = sorted({*chosen.get("platforms", ()), *chosen.get("alphas", ())} - set(names))
        if unknown:
            raise ChoiceError(
                f"A platform of a night is one of {', '.join(names)}; found {', '.join(unknown)}. "
                "Correct its name, or add its contract: crossrec platform add."
            )
        if chosen.get("k", 1) > settings.scored_k:
            raise ChoiceError(
                f"A list holds at most as many items as are scored, {settings.scored_k}; found {chosen['k']}. "
                "Ask for less, or set CROSSREC_SCORED_K."
            )
        return settings.model_copy(update={SETTINGS[name]: value for name, value in chosen.items()})


class NightChoices(ListChoices):
    """What a person may choose about a night."""

    logical_date: date | None = NIGHT
    platforms: Platforms = ()
    mode: Mode = "joint"
    alphas: Alphas = {}
    k: Length = 20
    dry_run: bool = Field(
        default=False,
        title="Dry run",
        description="Do everything but publish: there is a report to look at, and yesterday's lists stand.",
    )
    force_publish: str = Field(
        default="",
        title="Publish although a gate is closed, because",
        description="A reason, kept with the run for all to read. Empty: a closed gate holds the night.",
        max_length=500,
    )
    fresh: bool = Field(
        default=False,
        title="Start anew",
        description="Run every stage again, also those that an earlier try has finished.",
    )


class BackfillChoices(ListChoices):
    """What a person may choose about a backfill."""

    first_night: date = Field(title="First night", description="The earliest night that is built anew.")
    last_night: date = Field(
        title="Last night",
        description=f"The latest one; at most {MOST_NIGHTS} nights, built in their order. The home is held until then.",
    )
    as_of_arrival: bool = Field(
        default=False,
        title="As of arrival",
        description="Each night sees only what had been loaded when it was run, or by the end of the day after it if "
        "it was not run. Else it sees all that is known by now of the time before its cut.",
    )
    recommend: bool = Field(
        default=False,
        title="Make lists",
        description="Also train, recommend and write each night's lists into the history, in the place of those that "
        "are there. People go on seeing the newest night. Else tables and gates are done, and nothing is published.",
    )
    platforms: Platforms = ()
    mode: Mode = "joint"
    alphas: Alphas = {}
    k: Length = 20
    fresh: bool = Field(
        default=False,
        title="Start anew",
        description="Build every night again, also those that are done with the same inputs.",
    )

    @property
    def nights(self) -> list[date]:
        """All nights from the first to the last."""
        return [self.first_night + timedelta(days=day) for day in range((self.last_night - self.first_night).days + 1)]

    def applied_to(self, settings: Settings) -> Settings:
        """The home's settings with what was chosen.

        Raises:
            ChoiceError: as for a night; also if there is no night or too many, or what arrived when cannot be told.
        """
        if not 1 <= len(self.nights) <= MOST_NIGHTS:
            raise ChoiceError(
                f"A backfill goes from a night to the same or a later one, over at most {MOST_NIGHTS}; "
                f"found {self.first_night} to {self.last_night}. Choose others, or do it in parts."
            )
        outdated = synchronise(settings.contracts, check=True) if self.as_of_arrival else []
        if outdated:
            raise ChoiceError(
                "What had arrived is told by SQL that is written from the contracts; found it outdated: "
                f"{', '.join(path.name for path in outdated)}. Write it: crossrec platform sync."
            )
        return super().applied_to(settings)
