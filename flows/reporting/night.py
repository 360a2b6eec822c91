"""All that is known of one run, read from the warehouse in one go; what the run did not come to write is empty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flows.reporting.people import Person, choose_people
from flows.settings import Settings
from flows.warehouse import Connection, connect, identifier, table_exists

Row = dict[str, Any]


@dataclass(frozen=True)
class Night:
    """One run, a tuple of rows for each thing that is told of it."""

    run: Row
    titles: dict[str, str]
    stages: tuple[Row, ...]
    gates: tuple[Row, ...]
    facts: tuple[Row, ...]
    whole: Row
    days: tuple[Row, ...]
    lists: tuple[Row, ...]
    metrics: tuple[Row, ...]
    uplift: tuple[Row, ...]
    shipped: tuple[Row, ...]
    reliability: tuple[Row, ...]
    realised: tuple[Row, ...]
    recommender: Row
    published: Row
    last_published: date | None
    people: tuple[Person, ...]

    @property
    def logical_date(self) -> date:
        """The night."""
        night: date = self.run["logical_date"]
        return night

    @property
    def status(self) -> str:
        """running, published, history_only, rebuilt, held, failed or dry_run."""
        return str(self.run["status"])

    @property
    def seconds(self) -> float | None:
        """How long the run took; none while it is under way."""
        started_at, ended_at = self.run["started_at"], self.run["ended_at"]
        if not isinstance(started_at, datetime) or not isinstance(ended_at, datetime):
            return None
        return (ended_at - started_at).total_seconds()

    def title(self, platform: str | None) -> str:
        """The platform as people call it."""
        if platform == "macro":
            return "Mean of all"
        return self.titles.get(platform or "", platform or "")

    def figures(self, metric: str) -> list[Row]:
        """The rows of one metric over all persons, platforms by name and their mean last."""
        rows = [row for row in self.metrics if row["metric"] == metric and row["segment"] == "all"]
        return sorted(rows, key=lambda row: (row["platform"] == "macro", row["platform"]))

    def of_lists(self, metric: str) -> Row | None:
        """The mean over platforms of what most lists were made by: both networks if there are two, else the one."""
        means = {row["recommender"]: row for row in self.figures(metric) if row["platform"] == "macro"}
        return means.get("joint+single") or means.get("joint")

    def gains(self, metric: str, segment: str | None = "all") -> list[Row]:
        """Joint minus single in one metric, in one segment or in all; platforms by name and their mean last."""
        rows = [row for row in self.uplift if row["metric"] == metric and segment in (None, row["segment"])]
        return sorted(rows, key=lambda row: (row["platform"] == "macro", row["platform"]))

    def failures(self, severity: str) -> list[Row]:
        """The rules of this severity that were broken."""
        return [row for row in self.gates if not row["is_success"] and row["severity"] == severity]


def read_rows(connection: Connection, table: str, where: str, values: Sequence[Any], order: str) -> tuple[Row, ...]:
    """Rows of a `schema.table` as dictionaries; none where the table does not exist yet."""
    schema, name = table.split(".")
    if not table_exists(connection, schema, name):
        return ()
    query = f"select * from {identifier(schema)}.{identifier(name)} where {where} order by {order}"
    found = connection.execute(query, list(values))
    names = [column[0] for column in found.description or ()]
    return tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())


def read_night(settings: Settings, run_id: str) -> Night:
    """Everything that the warehouse says of this run.

    Quality facts are taken only if they are of the run's night, lists only if they are of the run itself.

    Raises:
        LookupError: if the ledger knows no such run.
    """
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        runs = read_rows(connection, "ops.runs", "run_id = ?", [run_id], "started_at")
        if not runs:
            raise LookupError(
                f"A report is about a run of the ledger; there is no run {run_id!r}. Run: crossrec night --date DATE"
            )
        run = runs[-1]
        night = run["logical_date"]

        def of_run(table: str, order: str) -> tuple[Row, ...]:
            return read_rows(connection, table, "run_id = ?", [run_id], order)

        def of_night(table: str) -> tuple[Row, ...]:
            return read_rows(connection, table, "logical_date = ?", [night], "all")

        facts = of_night("quality.platform_facts")
        published = _read_published(connection, run_id)
        return Night(
            run=run,
            titles=_read_titles(connection),
            stages=of_run("ops.stage_runs", "started_at, stage"),
            gates=of_run("ops.gate_results", "gate desc, suite, expectation, platform"),
            facts=facts,
            whole=next(iter(of_night("quality.night_facts")), {}),
            days=_read_days(connection, night) if facts else (),
            lists=of_night("quality.scored_facts"),
            metrics=of_run("ops.metrics", "all"),
            uplift=of_run("ops.uplift", "all"),
            shipped=of_run("ops.shipped", "platform"),
            reliability=of_run("ops.reliability", "platform, bin"),
            realised=of_run("ops.realised", "platform, metric, list_logical_date"),
            recommender=next(iter(of_run("ops.recommender_versions", "trained_at desc")), {}),
            published=published,
            last_published=_read_last_published(connection, run_id),
            people=choose_people(connection, run_id, night) if published else (),
        )


def _read_titles(connection: Connection) -> dict[str, str]:
    """What people call each platform."""
    rows = read_rows(connection, "marts.dim_platforms", "true", [], "platform")
    return {row["platform"]: row["title"] or row["platform"] for row in rows}


def _read_days(connection: Connection, night: date) -> tuple[Row, ...]:
    """Volumes by platform and day up to the night."""
    return read_rows(connection, "quality.platform_days", "event_date <= ?", [night], "platform, event_date")


def _read_published(connection: Connection, run_id: str) -> Row:
    """How many rows, persons and platforms this run made visible; empty if none."""
    if not table_exists(connection, "published", "recommendations"):
        return {}
    query = """
        select count(*), count(distinct user_id), count(distinct platform)
        from published.recommendations
        where run_id = ?
    """
    row = connection.execute(query, [run_id]).fetchone()
    return dict(zip(("rows_count", "persons_count", "platforms_count"), row, strict=True)) if row and row[0] else {}


def _read_last_published(connection: Connection, run_id: str) -> date | None:
    """The night whose lists people see as long as this run has published none."""
    query = """
        select logical_date from ops.runs
        where status = 'published' and run_id <> ?
        order by ended_at desc, run_id
        limit 1
    """
    row = connection.execute(query, [run_id]).fetchone()
    return row[0] if row else None
