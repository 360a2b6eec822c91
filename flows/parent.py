"""What a night's recommender begins from: the one of an earlier night, or nothing; and why, in words.

An earlier recommender counts only if it was trained alike, and if every record that it learned from still stands.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flows.contracts import PlatformContract, load_contracts
from flows.ledger import create_tables
from flows.settings import Settings
from flows.warehouse import Connection, identifier
from flows.watermark import watermark

NOT_LEARNED_BY = {"published_k", "scored_k", "smallest_group", "retrain_days", "arrived_before", "parent", "why"}
"""What of a run's configuration changes nothing of what its recommender learns."""

NEWEST = """
    select
        versions.recommender_version, versions.logical_date, versions.folder, versions.must_retrain_by,
        runs.configuration, runs.watermark, runs.started_at
    from ops.recommender_versions as versions
    inner join ops.runs as runs on versions.run_id = runs.run_id
    where versions.logical_date < ? and runs.status in ('published', 'history_only')
    order by versions.logical_date desc, versions.trained_at desc
    limit 1
"""

BEGUN = """
    with recursive chain as (
        select recommender_version, parent, logical_date
        from ops.recommender_versions
        where recommender_version = $version
        union all
        select earlier.recommender_version, earlier.parent, earlier.logical_date
        from ops.recommender_versions as earlier
        inner join chain on earlier.recommender_version = chain.parent
    )
    select min(logical_date) from chain
"""


@dataclass(frozen=True)
class Origin:
    """The recommender that a night goes on from, None if it learns from nothing, and why."""

    parent: str | None
    why: str


@dataclass(frozen=True)
class Candidate:
    """The newest recommender of an earlier night, and the run that trained it."""

    version: str
    logical_date: date
    folder: str
    must_retrain_by: datetime | None
    configuration: Mapping[str, Any]
    watermark: str
    seen_before: datetime


def find_origin(
    connection: Connection,
    settings: Settings,
    night: date,
    configuration: Mapping[str, Any],
    arrived_before: datetime | None,
) -> Origin:
    """What a night with this configuration begins from."""
    if settings.mode == "popularity":
        return Origin(None, "popularity alone makes the lists")
    if settings.retrain_days == 1:
        return Origin(None, "retrain_days is 1, so every night is")
    create_tables(connection)
    candidate = newest(connection, night)
    if candidate is None:
        return Origin(None, "no earlier night has published lists")
    begun = connection.execute(BEGUN, {"version": candidate.version}).fetchall()[0][0]
    age = (night - begun).days
    if age >= settings.retrain_days:
        return Origin(None, f"it is due, the last time was the night of {begun}")
    why_not = objection(connection, settings, candidate, configuration, arrived_before)
    if why_not is not None:
        return Origin(None, why_not)
    return Origin(candidate.version, f"all was last learned from nothing on the night of {begun}")


def same_origin(connection: Connection, version: str | None) -> Origin:
    """What a run that is done again begins from: the same as before, unless that knows somebody who was forgotten."""
    query = """
        select count(*) from ops.recommender_versions where recommender_version = ? and must_retrain_by is not null
    """
    row = connection.execute(query, [version]).fetchone()
    if row and row[0]:
        return Origin(None, f"somebody was forgotten from whom {version} has learned")
    return Origin(version, "as when this run began")


def newest(connection: Connection, night: date) -> Candidate | None:
    """The newest recommender whose lists an earlier night has published."""
    row = connection.execute(NEWEST, [night]).fetchone()
    if row is None:
        return None
    version, logical_date, folder, must_retrain_by, text, mark, started_at = row
    configuration = json.loads(text)
    moment = configuration.get("arrived_before")
    seen_before = datetime.fromisoformat(moment) if moment else started_at
    return Candidate(version, logical_date, folder, must_retrain_by, configuration, mark, seen_before)


def objection(
    connection: Connection,
    settings: Settings,
    candidate: Candidate,
    configuration: Mapping[str, Any],
    arrived_before: datetime | None,
) -> str | None:
    """What speaks against going on from a recommender, in words; None if nothing does."""
    before, now = (
        {name: value for name, value in one.items() if name not in NOT_LEARNED_BY}
        for one in (candidate.configuration, configuration)
    )
    changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    if changed:
        return f"since {candidate.version} other settings hold: {', '.join(changed)}"
    if candidate.must_retrain_by is not None:
        return f"somebody was forgotten from whom {candidate.version} has learned"
    if not (settings.home / candidate.folder).exists():
        return f"the folder of {candidate.version} is gone"
    if arrived_before is not None and candidate.seen_before > arrived_before:
        return f"{candidate.version} has seen what had not arrived yet"
    contracts = load_contracts(settings.contracts)
    # its watermark as it would have been made then: late records do not count, but those that are gone do
    if watermark(connection, contracts, candidate.logical_date, candidate.seen_before) != candidate.watermark:
        return f"not all records still stand that {candidate.version} has learned from"
    if withholds_since(connection, contracts, candidate.seen_before):
        return f"somebody has withheld consent since {candidate.version} was trained"
    return None


def withholds_since(connection: Connection, contracts: tuple[PlatformContract, ...], moment: datetime) -> bool:
    """Whether an account that withholds its data from other platforms has said so since."""
    for contract in contracts:
        field = contract.kinds["consents"].meaning("is_allowed") if "consents" in contract.kinds else None
        if field is not None:
            table = f"raw.{identifier(f'{contract.platform}_consents')}"
            query = f"select count(*) from {table} where {identifier(field.name)} is not true and loaded_at >= ?"
            row = connection.execute(query, [moment]).fetchone()
            if row and row[0]:
                return True
    return False
