"""One person as one would want to look at them: who they are, what they did lately, what they are offered and why."""

import re
from datetime import date

from rich.cells import cell_len
from rich.text import Text

from flows.persons import Person, examples, read_person
from flows.reporting import wording
from flows.reporting.people import Row
from flows.settings import Settings
from flows.terminal import Sheet, bar, grid, harmless

BAR_WIDTH = 6
NARROW = 110


def show(
    settings: Settings,
    key: str | None = None,
    rows_count: int = 10,
    night: date | None = None,
    platform: str | None = None,
) -> str:
    """A person's accounts, what they did lately on all platforms, and their lists with reasons.

    `key` is a user or an account, `night` one that was published earlier, `platform` the only list to show.

    Raises:
        LookupError: if nothing is published, or the key, the night or the platform leads to no list.
    """
    if not key:
        raise LookupError(_ask_for_somebody(settings))
    person = read_person(settings, key, night)
    if platform and platform not in person.lists:
        raise LookupError(f"A list is of a platform; {platform!r} is none of {', '.join(person.lists)}. Name one.")
    sheet = Sheet()
    _write_who(sheet, person)
    _write_history(sheet, person)
    _write_lists(sheet, person, rows_count, platform)
    return sheet.text


def _ask_for_somebody(settings: Settings) -> str:
    lines = [f"  crossrec show {user_id}   on {', '.join(platforms)}" for user_id, platforms in examples(settings)]
    return "\n".join(
        ["A person is named by user_id, platform:account_id or account_id; none was given. For example:", *lines]
    )


def _write_who(sheet: Sheet, person: Person) -> None:
    """The person's id, since when they are known, and their accounts by platform."""
    past = person.past
    known = []
    if past and past.first_seen_at:
        known.append(f"known since {wording.day(past.first_seen_at)}")
    if past:
        known.append(f"{sum(count for count, _ in past.counts.values()):,} events")
    sheet.write((person.user_id, "bold"), *(("  " + " · ".join(known), "") if known else "",))
    table = grid(None, None, None)
    for platform in sorted({*person.accounts, *person.lists}, key=person.title):
        accounts = ", ".join(harmless(account) for account in person.accounts.get(platform, ()))
        name = Text(accounts) if accounts else Text("no account yet", "dim")
        table.add_row("", Text(person.title(platform)), name, Text(_activity(person, platform), "dim"))
    sheet.write(table)


def _activity(person: Person, platform: str) -> str:
    """How much the person did on a platform, and when last."""
    if not person.past or platform not in person.accounts:
        return ""
    if platform not in person.past.counts:
        return "no events"
    count, last = person.past.counts[platform]
    return f"{count:,} event{'s' * (count != 1)}, the last on {last:%Y-%m-%d}"


def _write_history(sheet: Sheet, person: Person) -> None:
    """What the person did with items, newest first."""
    sheet.write()
    if person.past is None:
        sheet.write(("Lately", "bold"), (f"  cannot be told now: {person.unread}.", "dim"))
        return
    if not person.past.history:
        sheet.write(("Lately", "bold"), ("  nothing.", "dim"))
        return
    sheet.write(("Lately", "bold"), ("  each item once, times in UTC", "dim"))
    table = grid(16, None, None, None)
    for row in person.past.history:
        table.add_row(
            "",
            Text(f"{row['event_at']:%Y-%m-%d %H:%M}", "dim"),
            Text(person.title(row["platform"])),
            Text(wording.WORDS.get(row["event_type"], str(row["event_type"]))),
            Text(harmless(row["title"] or row["item_id"])),
        )
    sheet.write(table)


def _write_lists(sheet: Sheet, person: Person, rows_count: int, platform: str | None) -> None:
    """The person's lists, all with the same columns; the bar goes from the list's lowest score to its highest."""
    sheet.write()
    if person.night is None:
        sheet.write(("No lists", "bold"), ("  tonight this person was not scored.", "dim"))
        return
    lists = {name: rows for name, rows in person.lists.items() if platform in (None, name)}
    titles = [_title(row) for rows in lists.values() for row in rows[:rows_count]]
    room = sheet.width - BAR_WIDTH - 10
    width = min(max(cell_len(title) for title in titles), room * 2 // 5)
    sheet.write(
        (f"Lists of {wording.day(person.night)}", "bold"), ("  bars from a list's lowest score to its highest", "dim")
    )
    for name in sorted(lists, key=person.title):
        sheet.write()
        sheet.write(f"  {person.title(name)}", ("" if name in person.accounts else ", no account yet", "dim"))
        table = grid(2, BAR_WIDTH, width, room - width)
        for row, share in zip(lists[name][:rows_count], _shares(lists[name]), strict=False):
            reason = Text(_reason(row, sheet.width), "dim" if row.get("is_fallback") else "")
            rank = Text(str(row["item_rank"]), "dim", justify="right")
            table.add_row("", rank, Text(bar(share, BAR_WIDTH), "cyan"), Text(_title(row)), reason)
        sheet.write(table)


def _title(row: Row) -> str:
    return harmless(row["item_title"] or row["item_id"])


def _reason(row: Row, width: int) -> str:
    """The reason, shorter by what all of them have in common where a line is short."""
    reason = harmless(row["reason_text"] or "")
    return re.sub("^Because you took ", "after ", reason) if width < NARROW else reason


def _shares(rows: tuple[Row, ...]) -> list[float]:
    """Where each score stands between the list's lowest and its highest."""
    scores = [float(row["score"] or 0) for row in rows]
    low, high = min(scores), max(scores)
    return [(score - low) / (high - low) if high > low else 1.0 for score in scores]
