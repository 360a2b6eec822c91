"""Fields that may have a meaning, each with a score and the reason, and the choice among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flows.platforms.wishes import SAID

PROPOSED, SURE = 0.4, 0.65
"""From which score on a meaning is proposed, and from which one nobody needs to be asked."""

NAME, VALUES = 0.55, 0.45
"""What a field's name and its values count for."""


@dataclass(frozen=True)
class Candidate:
    """A field that may mean this; scores run from 0 to 1."""

    path: str
    means: str
    score: float
    reason: str

    @property
    def is_sure(self) -> bool:
        """Whether nobody needs to be asked."""
        return self.score >= SURE


def candidate(path: str, means: str, name: float, values: float, told: str) -> Candidate:
    """A candidate by its name and by what its values tell."""
    said = "so named" if name >= 0.8 else "the name fits" if name > 0 else ""
    reason = ", ".join(part for part in (said, told) if part)
    return Candidate(path, means, round(NAME * name + VALUES * values, 3), reason)


def choose(candidates: Iterable[Candidate], fixed: Mapping[str, str | None]) -> dict[str, Candidate]:
    """The best field for each meaning, by path; no field means two things.

    Args:
        fixed: what somebody has said, by path: a meaning, or null for none.
    """
    taken = {path: Candidate(path, means, 1.0, SAID) for path, means in fixed.items() if means}
    meanings = {one.means for one in taken.values()}
    for one in sorted(candidates, key=lambda one: (-one.score, one.path)):
        if one.score >= PROPOSED and one.path not in taken and one.path not in fixed and one.means not in meanings:
            taken[one.path] = one
            meanings.add(one.means)
    return taken


def runners_up(candidates: Iterable[Candidate], means: str) -> list[Candidate]:
    """The fields that may have a meaning, the likeliest first."""
    return sorted((one for one in candidates if one.means == means), key=lambda one: (-one.score, one.path))
