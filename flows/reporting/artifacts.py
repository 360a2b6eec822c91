"""The night as Prefect artifacts, on the page of its flow run: a summary with examples, and tables behind it."""

from typing import Any

from flows.reporting import wording
from flows.reporting.night import Night, read_night
from flows.reporting.people import Person
from flows.reporting.verdict import describe_person, gain_in_words, headline, sentences, what_to_do
from flows.server import report_link
from flows.settings import Settings

SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>()#|~"})


def publish_artifacts(settings: Settings, run_id: str) -> None:
    """Create the artifacts of this run; called within its flow.

    `night-summary`, and where there is something to show `night-gates`, `night-balance`, `night-uplift`. A later
    night's artifacts of the same key are their next versions.
    """
    from prefect.artifacts import create_markdown_artifact, create_table_artifact

    night = read_night(settings, run_id)
    link = report_link(settings, settings.reports / f"{night.logical_date}.html")
    create_markdown_artifact(
        key="night-summary",
        markdown=summary(night, link),
        description=f"Night of {night.logical_date}: {headline(night)}",
    )
    tables = {
        "night-gates": (gates(night), "Rules of the gates, broken ones first"),
        "night-balance": (balance(night), "Shares of the platforms over the latest days"),
        "night-uplift": (uplift(night), "Learning on all platforms together against one platform alone"),
    }
    for key, (rows, description) in tables.items():
        if rows:
            create_table_artifact(key=key, table=rows, description=f"Night of {night.logical_date}: {description}")


def summary(night: Night, report: str) -> str:
    """The night in Markdown: verdict, broken rules with what to do, some people's lists, and where the page lies."""
    lines = [f"# {headline(night)}", "", *(f"{plain(sentence)}\n" for sentence in sentences(night))]
    for row in night.failures("critical") + night.failures("warning"):
        lines.append(f"- **{row['severity']}**: {plain(row['rule'])}")
        lines.append(f"  Found {plain(row['observed'])}, allowed {plain(row['threshold'])}. {what_to_do(row)}")
    lines += ["", f"[The report of the night]({report})", ""]
    for person in night.people:
        lines += _describe(night, person)
    return "\n".join(lines)


def gates(night: Night) -> list[dict[str, Any]]:
    """How each rule was judged."""
    return [
        {
            "gate": row["gate"],
            "verdict": "holds" if row["is_success"] else row["severity"],
            "rule": row["rule"],
            "found": row["observed"],
            "allowed": row["threshold"],
        }
        for row in sorted(night.gates, key=lambda row: (row["is_success"], row["severity"]))
    ]


def balance(night: Night) -> list[dict[str, Any]]:
    """What share each platform has."""
    return [
        {
            "platform": night.title(row["platform"]),
            "events": wording.share(row["event_share"]),
            "people": wording.share(row["people_share"]),
            "taken items": wording.share(row["positive_share"]),
            "events of the day": wording.count(row["day_events_count"]),
            "usual on such a day": wording.count(row["usual_day_events_count"]),
        }
        for row in night.facts
    ]


def uplift(night: Night) -> list[dict[str, Any]]:
    """What learning across platforms brought, by platform and measure."""
    metrics = sorted({row["metric"] for row in night.uplift})
    return [
        {
            "platform": night.title(row["platform"]),
            "measure": metric,
            "all platforms": wording.figure(row["joint"]),
            "one platform": wording.figure(row["single"]),
            "difference": wording.gain(row["difference"]),
            "95 % interval": wording.interval(row),
            "people": wording.count(row["persons_count"]),
            "in words": gain_in_words(row),
        }
        for metric in metrics
        for row in night.gains(metric)
    ]


def plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return " ".join(text.translate(SPECIAL).split())


def _describe(night: Night, person: Person) -> list[str]:
    """A person: what they did lately, and the top of each list with its reason."""
    lines = [f"## {plain(describe_person(night, person))} ({person.user_id})", ""]
    done = [
        f"{plain(row['title'] or row['item_id'])} ({plain(night.title(row['platform']))})" for row in person.history
    ]
    lines += [f"Lately: {'; '.join(done[:6]) or 'nothing yet'}", ""]
    for platform, rows in person.lists.items():
        lines += [f"**{plain(night.title(platform))}**", ""]
        lines += [
            f"{row['item_rank']}. {plain(row['title'] or row['item_id'])}: {plain(row['reason_text'] or '')}"
            for row in rows
        ]
        lines.append("")
    return lines
