"""The search space of `crossrec tune`: the values that hyperparameters may take, as people write them in a file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from flows.contracts import explained
from models.configuration import read_configuration

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

DEFAULT_SPACE = Path(__file__).with_name("search_space.yml")


class Range(BaseModel):
    """Any number from `low` to `high`; with `log` its logarithm is drawn evenly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: int | float
    high: int | float
    log: bool = False

    @model_validator(mode="after")
    def _has_numbers(self) -> "Range":
        if self.low >= self.high or (self.log and self.low <= 0):
            raise ValueError(f"low is below high, and with log above 0; found {self.low} and {self.high}")
        return self

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high


Words = Annotated[tuple[int | float | str, ...], Field(min_length=2)]
Space = dict[str, Range | Words]
"""By hyperparameter a range, or the values that it may take."""


def read_space(path: Path = DEFAULT_SPACE) -> Space:
    """The space in a JSON or YAML file.

    Raises:
        ValueError: if it is none.
    """
    text = path.read_text(encoding="utf-8")
    try:
        # 1e-3 is a number in JSON and a word in YAML
        content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        return TypeAdapter(Space).validate_python(content)
    except ValidationError as error:
        raise ValueError(f"{path}: {'; '.join(explained(error))}") from error
    except yaml.YAMLError as error:
        raise ValueError(f"A search space is a JSON or YAML file; found in {path}: {error}") from error


def distributions(space: Space, overrides: Mapping[str, Any]) -> "dict[str, BaseDistribution]":
    """The space as Optuna takes it, around the hyperparameters that a home has set.

    Raises:
        ValueError: if a name is no hyperparameter, a value none that it takes, or what is set is not in the space.
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    own, found = read_configuration(overrides).as_dict(), dict[str, "BaseDistribution"]()
    for name, values in space.items():
        for value in (values.low, values.high) if isinstance(values, Range) else values:
            read_configuration({name: value})
        if own[name] not in values:
            raise ValueError(
                f"A search space has in it what is set now, for trials are compared with it; {name} is {own[name]!r}, "
                f"found {values}. Widen it, or set another in CROSSREC_RECOMMENDER."
            )
        if not isinstance(values, Range):
            found[name] = CategoricalDistribution(values)
        elif isinstance(own[name], int):
            found[name] = IntDistribution(int(values.low), int(values.high), log=values.log)
        else:
            found[name] = FloatDistribution(values.low, values.high, log=values.log)
    return found
