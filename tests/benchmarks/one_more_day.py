"""What one more day costs when the history is long: a night in proportion to its events takes no longer.

Counted are ingest and all nodes of the four dbt selections, by dbt's own clock. Texts and pairs of items depend on the
items alone and are not counted. Training costs what it costs, so the lists that the last selections read are made up.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from flows.encode import encode
from flows.ingest import ingest
from flows.match import match
from flows.run import Run, open_run
from flows.settings import Settings
from flows.simulation.native_shapes import SHAPES, Clock, account_rows, item_rows, write
from flows.transform import SELECTIONS, transform
from flows.warehouse import connect
from tests.benchmarks.measured import Measured, seconds_of
from tests.benchmarks.simulated_days import days_from, land_days, names

EVENTS_A_DAY = 100_000
PEOPLE, ITEMS = 10_000, 2_000
"""People with an account on each platform, and items of each platform."""

FIRST = date(2025, 1, 1)
HISTORIES = (30, 300)
NIGHTS = 3
"""Nights in a row, of which the least costly counts: what else a machine does makes one dearer, never cheaper."""

MOST_TIMES = 1.3

SCORED = """
    create or replace table scored.recommendations as
    with best as (
        select platform, item_id, row_number() over (partition by platform order by item_id)::integer as item_rank
        from marts.dim_items
        qualify item_rank <= $ranks
    )
    select
        users.user_id, best.platform, best.item_id, best.item_rank, 1.0 / best.item_rank as score,
        'popularity' as source, true as is_fallback, null::varchar as reason_platform, null::varchar as reason_item_id,
        null::double as probability, null::double as rating, $run_id as run_id
    from marts.dim_users as users
    cross join best
"""


def bench_one_more_day(folder: Path, scale: float) -> Iterator[Measured]:
    """The night of one more day after a long history, against the same after a short one."""
    settings = Settings(home=folder)
    os.environ.setdefault("CROSSREC_KEY", "a key for benchmarks")
    count = round(EVENTS_A_DAY * scale) // len(SHAPES)
    land_people_and_items(settings, max(round(PEOPLE * scale), 10), ITEMS)
    costs = []
    landed = 0
    for history in HISTORIES:
        land_history(settings, landed, history, count, scale)
        night(settings, FIRST + timedelta(days=history - 1))
        nights = []
        for day in range(history, history + NIGHTS):
            land_history(settings, day, day + 1, count, scale)
            nights.append(night(settings, FIRST + timedelta(days=day)))
        landed = history + NIGHTS
        costs.append(min(nights, key=Counter.total))
        report(settings, history, costs[-1])
    short, long = (cost.total() for cost in costs)
    yield from slowest(costs)
    words = f"one more day of {count * len(SHAPES):,} events after {HISTORIES[1]} days takes {{}} of the time"
    yield Measured(f"{words} that it takes after {HISTORIES[0]}", long / short, at_most=MOST_TIMES)


def slowest(costs: list[Counter[str]]) -> Iterator[Measured]:
    """What takes longest after the long history, by how much longer it takes than after the short one."""
    short, long = costs
    for name, seconds in sorted(long.items(), key=lambda pair: short[pair[0]] - pair[1])[:5]:
        yield Measured(f"  {name} takes {{}} more of the short night", (seconds - short[name]) / short.total())


def land_people_and_items(settings: Settings, people: int, items: int) -> None:
    """The accounts, joined to persons by their e-mail, and the items of all platforms, on the first day."""
    clock = Clock(FIRST)
    for platform, shape in SHAPES.items():
        accounts = [
            {"id": name, "email": f"person{number}@mail.example", "phone": None, "device": None, "day": 0}
            for number, name in enumerate(names(platform, "accounts", people))
        ]
        catalogue = [
            {"id": name, "title": f"{platform} {number}", "text": "", "topic": "thing", "maker": "maker",
             "price": 1.0, "language": "en", "from": 0, "until": None, "day": 0}
            for number, name in enumerate(names(platform, "items", items))
        ]  # fmt: skip
        for kind, rows in (("accounts", account_rows(platform, accounts, clock)),
                           ("items", item_rows(platform, catalogue, clock))):  # fmt: skip
            write(settings.landing / platform / kind / f"{FIRST}.{shape.suffix}", shape.encode(rows, []))


def land_history(settings: Settings, begin: int, end: int, count: int, scale: float) -> None:
    """The events of some days, a file for each platform and day."""
    days = days_from(FIRST + timedelta(days=begin), end - begin)
    people = max(round(PEOPLE * scale), 10)
    land_days(settings.landing, tuple(SHAPES), days, 1, count, people, ITEMS)


def night(settings: Settings, logical_date: date) -> Counter[str]:
    """Ingest and the four selections of a night; the seconds of each part."""
    seconds: Counter[str] = Counter()
    seconds["ingest"] = seconds_of(lambda: ingest(settings))
    run = open_run(settings, logical_date)
    for selection in SELECTIONS:
        if selection == "training":
            encode(settings)
            match(settings)
        if selection == "scored":
            make_up_lists(settings, run)
        transform(settings, selection, run.variables)
        results = json.loads((settings.home / "dbt" / "target" / "run_results.json").read_text())["results"]
        for node in results:
            seconds[node["unique_id"]] += node["execution_time"]
    return seconds


def make_up_lists(settings: Settings, run: Run) -> None:
    """The same items for everybody, as many as are published."""
    with connect(settings.warehouse, settings.memory_limit, settings.threads) as connection:
        connection.execute("create schema if not exists scored")
        connection.execute(SCORED, {"ranks": settings.published_k, "run_id": run.run_id})


def report(settings: Settings, history: int, cost: Counter[str]) -> None:
    """Leave what each part took beside the home, to be looked at while it lies there."""
    path = settings.home / f"seconds-{history}.json"
    path.write_text(json.dumps(dict(cost.most_common()), indent=2))
