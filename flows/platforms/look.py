"""What can be told of a platform's fields before their meanings: their types, and whom they identify."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flows.contract_words import KindName
from flows.platforms.field_types import NUMBER, TypeGuess, type_of
from flows.platforms.person_fields import Identity, identity_of
from flows.platforms.sample import Column, KindSample, PlatformSample
from flows.platforms.time_units import UnitGuess, read_times, share_read, unit_of
from flows.platforms.wishes import SAID, WantedType, Wishes, path_of
from flows.warehouse import Connection


@dataclass(frozen=True)
class Look:
    """The sample with the types and identities of its fields, by kind and path."""

    sample: PlatformSample
    types: Mapping[KindName, Mapping[str, TypeGuess]]
    identities: Mapping[KindName, Mapping[str, Identity]]


def look(connection: Connection, sample: PlatformSample) -> Look:
    """Look at each field by itself."""
    types: dict[KindName, dict[str, TypeGuess]] = {}
    identities: dict[KindName, dict[str, Identity]] = {}
    for kind, seen in sample.kinds.items():
        types[kind] = {path: type_of(connection, seen, column) for path, column in seen.columns.items()}
        found = {path: identity_of(kind, column, types[kind][path]) for path, column in seen.columns.items()}
        identities[kind] = {path: identity for path, identity in found.items() if identity}
    return Look(sample, types, identities)


def with_wishes(connection: Connection, looked: Look, wishes: Wishes) -> Look:
    """The look with the types that somebody has said."""
    types = {kind: dict(guesses) for kind, guesses in looked.types.items()}
    for place, wanted in wishes.types.items():
        seen = looked.sample.kinds.get(place.kind)
        path = path_of(place, seen.columns if seen else ())
        types[place.kind][path] = wanted_guess(connection, looked.sample.kinds[place.kind], path, wanted)
    return replace(looked, types=types)


def wanted_guess(connection: Connection, sample: KindSample, path: str, wanted: WantedType) -> TypeGuess:
    """The type that somebody has said, if the values can be read so.

    Raises:
        ValueError: if none of them can.
    """
    column = sample.columns[path]
    unit = wanted_unit(connection, column, wanted) if wanted.type == "timestamp" else None
    if wanted.type == "timestamp" and unit is None:
        raise ValueError(
            f"{sample.kind}.{path}: a timestamp has a unit that reads its values; {wanted.unit or 'no known unit'} "
            "reads none of them. Give --type KIND.FIELD=timestamp:UNIT with iso, s, ms, us or a format such as %d.%m.%Y"
        )
    values = list(column.counts)
    misfits = 0
    if wanted.type in ("integer", "number"):
        misfits = sum(column.counts[value] for value in values if not NUMBER.fullmatch(value.strip()))
    if values and misfits == column.filled_count:
        raise ValueError(f"{sample.kind}.{path}: none of its values is a number. Give another --type, such as text.")
    if unit:
        misfits = round((1 - unit.read_share) * column.filled_count)
    return TypeGuess(wanted.type, SAID, unit, misfits, column.filled_count)


def wanted_unit(connection: Connection, column: Column, wanted: WantedType) -> UnitGuess | None:
    """The unit that somebody has said, or else the one that the values tell; null if it reads none of them."""
    values = column.some(1_000)
    found = unit_of(connection, values)
    if wanted.unit is None:
        return found
    share = share_read(read_times(connection, wanted.unit, values)) if values else 1.0
    is_zoned = wanted.unit in ("s", "ms", "us") or "%z" in wanted.unit or wanted.unit.endswith(("%Z", "Z"))
    if wanted.unit == "iso" and found and found.unit == "iso":
        is_zoned = found.is_zoned
    return UnitGuess(wanted.unit, is_zoned, share, SAID) if share or not values else None
