"""The configuration of a home: read once, from arguments and the environment, frozen, and handed down."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT / "dbt_project"


class Settings(BaseSettings):
    """Where things lie and how a night runs; every field can be set as `CROSSREC_<FIELD>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="CROSSREC_", frozen=True, extra="forbid")

    home: Path = Field(Path("data"), description="Folder of landing files, warehouse, published file and reports.")
    contracts: Path = Field(
        DBT_PROJECT / "contracts", description="Folder of the platforms' contracts and staging SQL."
    )
    seed: int = Field(7, description="Seed of everything that is drawn at random.")
    memory_limit: str = Field("2GB", description="Memory that DuckDB may use before it spills to disk.")
    threads: int = Field(2, ge=1, description="Threads of DuckDB and dbt.")
    lookback_days: int = Field(7, ge=1, description="Days before the night that are rebuilt for late events.")
    retention_days: int | None = Field(
        None, ge=90, description="Days after which single events are dropped, sums of them kept; none are if not set."
    )
    published_k: int = Field(20, ge=1, description="Ranks of a published list.")
    scored_k: int = Field(100, ge=1, description="Ranks that are scored, from which lists are published.")
    smallest_group: int = Field(
        20, ge=1, description="Persons of whom a published figure tells at least; else it is null."
    )
    max_sequence: int = Field(200, ge=1, description="Newest interactions of a person that training sees.")
    encoder: str = Field(
        "use",
        description="Text encoder of the items: use (sixteen languages), minilm (English), e5 (a hundred languages; "
        "extra e5), hashing (no weights), or weights as Hugging Face or keras_hub keep them: hf:/PATH/TO/FOLDER, "
        "keras:/PATH/TO/FOLDER.",
    )
    probable_persons: bool = Field(
        False, description="Whether accounts are also matched by names, birth and home (extra splink)."
    )
    platforms: tuple[str, ...] = Field((), description="Platforms that a night works on; all if none is named.")
    mode: Literal["joint", "single", "popularity"] = Field("joint", description="What makes a night's lists.")
    retrain_days: int = Field(
        1, ge=1, description="Days after which a night learns from nothing again; until then from the last recommender."
    )
    alphas: dict[str, float] = Field({}, description="Loss weights by platform in the place of the contracts'.")
    wandb: bool = Field(
        False,
        description="Whether the curves of training also go to Weights & Biases (extra wandb); nothing is sent unless "
        "WANDB_MODE=online.",
    )
    recommender: dict[str, Any] = Field({}, description="Overrides of the recommender's hyperparameters, as JSON.")

    @property
    def landing(self) -> Path:
        """Where platforms deliver their logs."""
        return self.home / "landing"

    @property
    def warehouse(self) -> Path:
        """The file that a night works in, alone."""
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The file that people query."""
        return self.home / "published.duckdb"

    @property
    def ops(self) -> Path:
        """The readers' copy of the ledger."""
        return self.home / "ops.duckdb"

    @property
    def history(self) -> Path:
        """Lists of every published night, as Parquet."""
        return self.home / "history"

    @property
    def reports(self) -> Path:
        """A page for each night."""
        return self.home / "reports"

    @property
    def recommenders(self) -> Path:
        """A folder for each trained recommender."""
        return self.home / "recommenders"

    def environment(self) -> dict[str, str]:
        """These settings as the variables from which a flow reads them again."""
        values = self.model_dump(mode="json")
        return {
            f"CROSSREC_{name.upper()}": json.dumps(value) if isinstance(value, dict | list) else str(value)
            for name, value in values.items()
            if value is not None
        }

    def run_folder(self, run_id: str) -> Path:
        """Where one run exchanges files with its children."""
        return self.home / "runs" / run_id


def read_settings(home: Path | None = None, contracts: Path | None = None, **overrides: Any) -> Settings:
    """The settings of this process: arguments first, then the environment, then defaults; paths made absolute."""
    given = {"home": home, "contracts": contracts, **overrides}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    return settings.model_copy(
        update={"home": settings.home.expanduser().resolve(), "contracts": settings.contracts.expanduser().resolve()}
    )
