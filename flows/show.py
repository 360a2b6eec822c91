"""What one person sees tonight and has done lately, as text for a terminal."""

import shutil
import sys
from datetime import date
from io import StringIO
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.reporting.people import read_history
from flows.settings import Settings
from flows.warehouse import Connection, Error, connect, table_exists

LISTS = """
    select platform, item_rank, item_title, item_id, reason_text, logical_date, run_id
    from recommendations
    where user_id = ? and item_rank <= ?
    order by platform, item_rank
"""

OWNERS = """
    select distinct user_id, platform, account_id
    from accounts
    where account_id = $key or platform || ':' || account_id = $key
    order by platform, account_id
"""


def show(settings: Settings, key: str, rows_count: int = 10) -> str:
    """Tonight's lists of a person with their reasons, and what they did lately; `key` is a user or an account.

    Raises:
        LookupError: if nothing is published, or the key belongs to nobody or to several persons.
    """
    if not settings.published.exists():
        raise LookupError(
            f"A person is shown from the published file; there is none at {settings.published}. "
            "Publish a night first: crossrec night --date DATE"
        )
    with connect(settings.published, settings.memory_limit, settings.threads, read_only=True) as connection:
        user_id = find_person(connection, key)
        accounts = _fetch(
            connection, "select platform, account_id from accounts where user_id = ? order by all", user_id
        )
        lists = connection.execute(LISTS, [user_id, rows_count]).fetchall()
    night = lists[0][5] if lists else None
    return _lay_out(user_id, accounts, lists, _read_recent(settings, user_id, night), night)


def find_person(connection: Connection, key: str) -> str:
    """The user that a user_id, an account_id or a platform:account_id belongs to."""
    if _fetch(connection, "select user_id from recommendations where user_id = ? limit 1", key):
        return key
    owners = connection.execute(OWNERS, {"key": key}).fetchall()
    persons = {user_id for user_id, _, _ in owners}
    if not persons:
        raise LookupError(
            f"A person is named by user_id, platform:account_id or account_id; nobody tonight is {key!r}. "
            "Look for one: select * from accounts (published.duckdb)."
        )
    if len(persons) > 1:
        choices = ", ".join(f"{platform}:{account_id}" for _, platform, account_id in owners)
        raise LookupError(
            f"An account without its platform has to be the only one of its name; {key!r} is {choices}. Name one."
        )
    return str(persons.pop())


def _read_recent(settings: Settings, user_id: str, night: date | None) -> tuple[dict[str, Any], ...] | None:
    """What the person did lately; None where the warehouse cannot be read, as while a night runs."""
    if night is None or not settings.warehouse.exists():
        return None
    try:
        with connect(settings.warehouse, settings.memory_limit, settings.threads, read_only=True) as connection:
            if not table_exists(connection, "marts", "fct_interactions"):
                return None
            return read_history(connection, user_id, night, rows_count=12)
    except Error:
        return None


def _lay_out(
    user_id: str,
    accounts: list[tuple[Any, ...]],
    lists: list[tuple[Any, ...]],
    history: tuple[dict[str, Any], ...] | None,
    night: date | None,
) -> str:
    """The text; coloured where it goes to a terminal, plain elsewhere."""
    buffer = StringIO()
    width = shutil.get_terminal_size((110, 24)).columns
    is_terminal = sys.stdout.isatty()
    console = Console(
        file=buffer,
        width=width,
        force_terminal=is_terminal,
        color_system="standard" if is_terminal else None,
        highlight=False,
    )
    console.print(Text.assemble((user_id, "bold"), f"  lists of {night}" if night else "  no lists"))
    console.print(Text("Accounts: " + (", ".join(f"{name}:{account}" for name, account in accounts) or "none")))
    _print_history(console, history)
    for platform in dict.fromkeys(row[0] for row in lists):
        table = _table(f"List on {platform}", "rank", "item", "reason")
        for _, rank, title, item_id, reason, *_ in (row for row in lists if row[0] == platform):
            table.add_row(str(rank), Text(title or item_id), Text(reason or ""))
        console.print(table)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def _print_history(console: Console, history: tuple[dict[str, Any], ...] | None) -> None:
    if history is None:
        console.print(Text("Recent history: the warehouse cannot be read now (a night may be under way)."))
        return
    if not history:
        console.print(Text("Recent history: none."))
        return
    table = _table("Recently", "when (UTC)", "platform", "what", "item")
    for row in history:
        when = row["event_at"].strftime("%Y-%m-%d %H:%M")
        table.add_row(when, row["platform"], row["event_type"], Text(row["title"] or row["item_id"]))
    console.print(table)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD, expand=False)
    for column in columns:
        table.add_column(column, justify="right" if column == "rank" else "left", overflow="fold")
    return table


def _fetch(connection: Connection, query: str, value: str) -> list[tuple[Any, ...]]:
    return connection.execute(query, [value]).fetchall()
