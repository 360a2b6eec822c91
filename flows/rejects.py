"""Rejected records, grouped by the rule that they break, with a few of them to look at."""

from collections.abc import Sequence
from typing import Any

from flows.settings import Settings
from flows.terminal import Sheet, columns, harmless
from flows.warehouse import Error, connect

GROUPS = """
    select
        platform,
        kind,
        field,
        rule,
        sum(records_count) as records_count,
        count(distinct path) as files_count,
        min_by(path, loaded_at) as first_path,
        max_by(path, loaded_at) as last_path,
        list({'path': path, 'line': line, 'text': text} order by loaded_at, path, line)[:$samples] as samples
    from raw.rejects
    where
        platform = coalesce($platform, platform)
        and (contains(lower(rule), lower($rule)) or contains(lower(coalesce(field, '')), lower($rule)))
    group by platform, kind, field, rule
    order by records_count desc, platform, kind, field nulls first, rule
"""
LONGEST = 300
"""Characters of a record that are shown."""


def show_rejects(settings: Settings, platform: str | None = None, rule: str = "", samples: int = 3) -> str:
    """The rejects of one platform or of all, of rules or fields in whose words `rule` stands.

    Raises:
        LookupError: if there are none, or if the warehouse cannot be read now.
    """
    groups = read_groups(settings, {"platform": platform, "rule": rule, "samples": samples})
    if not groups:
        chosen = " ".join(part for part in (platform or "", f"{rule!r}" if rule else "") if part)
        of = f" of {chosen}" if chosen else ""
        raise LookupError(f"A reject is a record that breaks a rule of its contract; there is none{of} in this home.")
    sheet = Sheet()
    table = columns("platform", "field", "rule", "records", "files", right=("records", "files"))
    for group in groups:
        where, field = f"{group['platform']} {group['kind']}", harmless(group["field"] or "whole record")
        counts = (f"{group['records_count']:,}", f"{group['files_count']:,}")
        table.add_row(where, field, harmless(group["rule"]), *counts)
    sheet.write(table)
    for group in groups:
        write_samples(sheet, group)
    sheet.write()
    sheet.write("After a contract is changed: crossrec replay")
    return sheet.text.rstrip()


def read_groups(settings: Settings, chosen: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """A row for each platform, kind, field and rule; the most frequent first."""
    if not settings.warehouse.exists():
        raise LookupError(f"Rejects are told once files have been read; there is no {settings.warehouse}. It comes "
                          "with the first: crossrec ingest")  # fmt: skip
    try:
        with connect(settings.warehouse, settings.memory_limit, settings.threads, read_only=True) as connection:
            found = connection.execute(GROUPS, chosen)
            names = [name for name, *_ in found.description or []]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    except Error as error:
        words = str(error).strip()
        if "Conflicting lock" in words:
            words = "One program at a time works in the warehouse, and a night or an ingest does so now."
            raise LookupError(f"{words} Wait until it ends.") from error
        raise LookupError(
            f"Rejects are read from raw.rejects, which an ingest of this version makes: crossrec ingest. {words}"
        ) from error


def write_samples(sheet: Sheet, group: dict[str, Any]) -> None:
    """The first records of a group, each with its place."""
    if not group["samples"]:
        return
    field, rule = group["field"] or "", group["rule"]
    title = rule if rule.startswith(field) else f"{field} {rule}"
    sheet.write()
    sheet.write((f"{group['platform']} {group['kind']}: ", "dim"), (harmless(title), "bold"))
    for sample in group["samples"]:
        place = sample["path"] if sample["line"] is None else f"{sample['path']}:{sample['line']}"
        text = harmless(sample["text"] or "")
        shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        sheet.write((f"  {harmless(place)}  ", "dim"), shown)
    if group["files_count"] > 1:
        sheet.write((f"  first in {harmless(group['first_path'])}, last in {harmless(group['last_path'])}", "dim"))
