"""A small warehouse as a night leaves it, made by hand: three platforms, four persons, every table that is told of."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flows import ledger
from flows.receipts import Receipt
from flows.settings import Settings
from flows.warehouse import Connection, connect, identifier

NIGHT = date(2026, 3, 1)
RUN = "2026-03-01-a"
CUT = datetime(2026, 3, 2)
PLATFORMS = {"news": "News", "shop": "Shop", "video": "Video"}
PERSONS = ("u1", "u2", "u3", "u4")
ITEMS = {
    "shop": [("s1", "Espresso machine", "en"), ("s2", "<script>alert(1)</script>", "en"), ("s3", "手冲咖啡壶", "zh")],
    "news": [("n1", "What coffee does to sleep", "en"), ("n2", "咖啡的历史", "zh"), ("n3", "Elections & more", "en")],
    "video": [("v1", "Latte art in ten minutes", "en"), ("v2", "城市夜骑", "zh"), ("v3", "Rust, slowly", "en")],
}
# user, platform, item, type, days before the cut, positive
TAKEN = [
    ("u1", "shop", "s1", "purchase", 1, True),
    ("u1", "news", "n2", "read", 2, True),
    ("u1", "video", "v1", "finish", 3, True),
    ("u1", "news", "n1", "click", 1, False),
    ("u2", "shop", "s3", "purchase", 4, True),
    ("u2", "news", "n1", "read", 5, True),
    ("u3", "news", "n3", "read", 2, True),
    ("u3", "news", "n1", "read", 9, True),
    ("u3", "news", "n2", "read", 11, True),
]


def fill(connection: Connection, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    """Create `schema.table` anew with these columns and rows."""
    schema, name = (identifier(part) for part in table.split("."))
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(f"create or replace table {schema}.{name} ({columns})")
    if rows:
        places = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into {schema}.{name} values ({places})", [list(row) for row in rows])


def make_marts(connection: Connection) -> None:
    """Who is who, what there is, and who took what."""
    fill(
        connection, "marts.dim_platforms", "platform varchar, title varchar, consumed_may_return boolean",
        [(name, title, name == "video") for name, title in PLATFORMS.items()],
    )  # fmt: skip
    accounts = [
        ("shop", "a", "u1"),
        ("news", "a", "u1"),
        ("video", "a", "u1"),
        ("shop", "b", "u2"),
        ("news", "b", "u2"),
    ]
    accounts += [("news", "c", "u3"), ("video", "d", "u4")]
    fill(connection, "marts.dim_accounts", "platform varchar, account_id varchar, user_id varchar", accounts)
    first = {"u1": 40, "u2": 40, "u3": 40, "u4": 1}
    counts = {user: sum(owner == user for *_, owner in accounts) for user in PERSONS}
    fill(
        connection, "marts.dim_users", "user_id varchar, platforms_count bigint, first_seen_at timestamp",
        [(user, counts[user], CUT - timedelta(days=first[user])) for user in PERSONS],
    )  # fmt: skip
    fill(
        connection, "marts.dim_items", "platform varchar, item_id varchar, title varchar, language varchar",
        [(platform, *item) for platform, items in ITEMS.items() for item in items],
    )  # fmt: skip
    account_of = {(user, platform): account for platform, account, user in accounts}
    interactions = [
        (platform, account_of[user, platform], item, event_type, CUT - timedelta(days=days, hours=-2), positive, False)
        for user, platform, item, event_type, days, positive in TAKEN
    ]
    fill(
        connection, "marts.fct_interactions", "platform varchar, account_id varchar, item_id varchar, "
        "event_type varchar, event_at timestamp, is_positive boolean, is_impression boolean", interactions,
    )  # fmt: skip


def make_quality(connection: Connection) -> None:
    """Facts of the night."""
    days = [
        (platform, NIGHT - timedelta(days=back), size * (5 + (back * 7) % 4), 0, size, size * 2)
        for platform, size in (("news", 400), ("shop", 30), ("video", 90))
        for back in range(30)
    ]
    fill(
        connection, "quality.platform_days", "platform varchar, event_date date, events_count bigint, "
        "impressions_count bigint, people_count bigint, positives_count bigint", days,
    )  # fmt: skip
    columns = (
        "day_events_count bigint, usual_day_events_count double, freshness_hours double, duplicate_share double, "
        "reject_share double, unknown_item_share double, accounts_count bigint, matched_share double, "
        "available_items_count bigint, event_share double, people_share double, positive_share double"
    )
    facts = [
        ("news", NIGHT, 2000, 2100.0, .4, .01, 0.0, .002, 3, .67, 3, .77, .75, .7),
        ("shop", NIGHT, 150, None, 3.0, 0.0, .004, 0.0, 2, 1.0, 3, .06, .5, .1),
        ("video", NIGHT, 450, 400.0, 1.2, 0.0, 0.0, 0.0, 2, .5, 3, .17, .4, .2),
    ]  # fmt: skip
    fill(connection, "quality.platform_facts", f"platform varchar, logical_date date, {columns}", facts)
    fill(
        connection, "quality.night_facts",
        "logical_date date, persons_count bigint, accounts_count bigint, matched_account_share double",
        [(NIGHT, 4, 7, .71)],
    )  # fmt: skip
    fill(
        connection, "quality.scored_facts", "platform varchar, logical_date date, lists_count bigint, "
        "coverage_share double, top_item_share double, fallback_share double",
        [(platform, NIGHT, 4, .5, .25, .25) for platform in PLATFORMS],
    )  # fmt: skip


def make_published(connection: Connection, run_id: str = RUN) -> None:
    """A list of all three items for everybody on every platform."""
    rows = [
        (user, platform, item, title, rank, 1.0 / rank, "Because you took “手冲咖啡壶” on Shop" if rank == 1 else
         f"Popular on {PLATFORMS[platform]} now", "s3" if rank == 1 else None, "shop" if rank == 1 else None,
         user == "u4", run_id, NIGHT)
        for user in PERSONS
        for platform, items in ITEMS.items()
        for rank, (item, title, _) in enumerate(items, 1)
    ]  # fmt: skip
    fill(
        connection, "published.recommendations", "user_id varchar, platform varchar, item_id varchar, "
        "item_title varchar, item_rank integer, score double, reason_text varchar, reason_item_id varchar, "
        "reason_platform varchar, is_fallback boolean, run_id varchar, logical_date date", rows,
    )  # fmt: skip


def verdict(
    expectation: str, platform: str, severity: str, is_success: bool, suite: str = "platform_facts"
) -> dict[str, Any]:
    """How a rule judged, in words of its own."""
    return {
        "suite": suite,
        "expectation": expectation,
        "platform": platform,
        "severity": severity,
        "is_success": is_success,
        "rule": f"The rule {expectation} about {platform}",
        "observed": f"what {platform} brought",
        "threshold": "at least 20 %",
    }


def outcome() -> dict[str, Any]:
    """A trained recommender: joint better on news, worse on shop, unclear on video."""
    version = {
        "encoder": "use", "epochs": 8, "device": "CPU", "precision": "float32", "seconds": 81.5,
        "peak_memory_mb": 1510.4, "parameters_count": 1_234_567, "folder": "recommenders/x",
    }  # fmt: skip
    figures = {
        "news": (0.09, 0.08, 0.05),
        "shop": (0.04, 0.05, 0.03),
        "video": (0.061, 0.06, 0.055),
        "macro": (0.064, 0.063, 0.045),
    }
    bounds = {"news": (0.004, 0.016), "shop": (-0.018, -0.003), "video": (-0.006, 0.008), "macro": (-0.002, 0.004)}
    metrics, uplift = [], []
    for platform, values in figures.items():
        for metric, factor in (("ndcg@10", 1.0), ("recall@10", 1.4)):
            common = {"platform": platform, "segment": "all", "metric": metric, "persons_count": 120}
            for recommender, value in zip(("joint", "single", "popularity"), values, strict=True):
                value *= factor
                metrics.append(
                    {**common, "recommender": recommender, "value": value, "low": value - 0.01, "high": value + 0.01}
                )
            low, high = bounds[platform]
            single, joint = values[1], values[0]
            gain = {"single": single, "joint": joint, "difference": joint - single, "low": low, "high": high}
            uplift.append({**common, **gain})
            uplift.append({**common, **gain, "segment": "cold items", "difference": 0.0456})
        for recommender, value in zip(("joint", "single", "popularity"), (0.4, 0.35, 0.02), strict=True):
            row = {"platform": platform, "segment": "all", "metric": "coverage@10", "persons_count": 120}
            metrics.append({**row, "recommender": recommender, "value": value})
    shipped = [
        {"platform": platform, "recommender": maker, "network": 0.3, "neighbours": 2.0, "why": why}
        for platform, maker, why in (
            ("news", "joint+single", "both together are better"),
            ("shop", "single", "the network of all platforms does harm here"),
            ("video", "joint+single", "it may be chance"),
        )
    ]
    for metric, before, after in (("brier", 0.21, 0.0912), ("ece", 0.3, 0.0123)):
        common = {"platform": "news", "segment": "impressions", "metric": metric, "persons_count": 120}
        metrics += [{**common, "recommender": "score", "value": before}]
        metrics += [{**common, "recommender": "probability", "value": after}]
    reliability = [
        {"platform": "news", "basis": "impressions", "bin": bin_, "predicted": predicted, "observed": observed}
        for bin_, predicted, observed in ((1, 0.01, 0.012), (2, 0.05, 0.047))
    ]
    tables = {"metrics": metrics, "uplift": uplift, "shipped": shipped, "reliability": reliability}
    return {"version": version, **tables}


def realised_rows() -> list[dict[str, Any]]:
    """Ten nights' lists, judged."""
    return [
        {
            "list_run_id": f"r{back}", "list_logical_date": NIGHT - timedelta(days=back), "days_count": back,
            "platform": platform, "metric": "ndcg@10", "value": value - back * .001, "low": value - .02,
            "high": value + .02, "persons_count": 40 + back,
        }
        for platform, value in (("news", .08), ("shop", .05), ("video", .25), ("macro", .127))
        for back in range(10, 0, -1)
    ]  # fmt: skip


def make_night(settings: Settings, status: str = "published", run_id: str = RUN) -> None:
    """A whole night that was published, or one that a gate held before training."""
    settings.home.mkdir(parents=True, exist_ok=True)
    ledger.begin_run(settings, run_id, NIGHT, {}, "mark")
    with connect(settings.warehouse) as connection:
        make_marts(connection)
        make_quality(connection)
    passed = [verdict("VolumeIsUsual", platform, "warning", True) for platform in PLATFORMS]
    if status == "held":
        broken = verdict("VolumeHolds", "news", "critical", False)
        ledger.record_gate_results(settings, run_id, "training", [*passed, broken])
        ledger.end_run(settings, run_id, "held", "Held: VolumeHolds")
        return
    for seconds, stage in ((2.5, "ingest"), (61.25, "train"), (0.4, "publish")):
        receipt = Receipt(stage, {f"{stage}.rows": 12_345})
        ledger.record_stage(settings, run_id, ledger.now() - timedelta(seconds=seconds), receipt)
    ledger.record_gate_results(
        settings, run_id, "training", [*passed, verdict("ItemsAreListed", "shop", "warning", False)]
    )
    ledger.record_gate_results(
        settings, run_id, "publication", [verdict("ScoresExist", "shop", "critical", True, "scored_facts")]
    )
    ledger.record_recommender(settings, run_id, f"joint-{run_id}", outcome())
    ledger.record_realised(settings, run_id, realised_rows())
    with connect(settings.warehouse) as connection:
        make_published(connection, run_id)
    message = "36 rows published.\nwarning: The rule ItemsAreListed about shop; found what shop brought."
    ledger.end_run(settings, run_id, "published", message, is_flagged=True)
