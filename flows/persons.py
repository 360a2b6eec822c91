"""One person, read from the published file, with what only the warehouse knows where it can be opened."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flows.reporting.night import read_rows
from flows.reporting.people import Row, cut_of, read_history
from flows.settings import Settings
from flows.warehouse import Connection, Error, connect, table_exists

OWNERS = """
    select distinct user_id, platform, account_id
    from accounts
    where user_id = $key or account_id = $key or platform || ':' || account_id = $key
    order by platform, account_id
"""

NEAR = """
    with names as (
        select distinct user_id as name, user_id as compared from accounts
        union all
        select platform || ':' || account_id, account_id from accounts
        union all
        select platform || ':' || account_id, platform || ':' || account_id from accounts
    )
    select name, max(jaro_winkler_similarity(lower(compared), lower($key))) as similarity
    from names
    group by name
    having similarity >= 0.85
    order by similarity desc, name
    limit 3
"""

EXAMPLES = """
    select user_id, list(distinct platform order by platform) as platforms
    from accounts
    group by user_id
    qualify row_number() over (partition by len(platforms) order by md5(user_id)) = 1
    order by len(platforms) desc
    limit 3
"""

COUNTS = """
    select interactions.platform, count(*), max(interactions.event_at)
    from marts.fct_interactions as interactions
    inner join marts.dim_accounts as accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
    where accounts.user_id = ? and interactions.event_at < ? and not interactions.is_impression
    group by interactions.platform
"""

NEEDED = ("dim_accounts", "dim_items", "fct_interactions")


@dataclass(frozen=True)
class Past:
    """What the warehouse knows of a person: names of the platforms, since when, how much and what lately."""

    titles: dict[str, str]
    first_seen_at: datetime | None
    counts: dict[str, tuple[int, datetime]]
    history: tuple[Row, ...]


@dataclass(frozen=True)
class Person:
    """A person with accounts and lists by platform; without a past where `unread` says why."""

    user_id: str
    accounts: dict[str, list[str]]
    night: date | None
    lists: dict[str, tuple[Row, ...]]
    past: Past | None
    unread: str = ""

    def title(self, platform: str) -> str:
        """The platform as people call it, as far as that is known."""
        return self.past.titles.get(platform, platform) if self.past else platform


def read_person(settings: Settings, key: str, night: date | None = None) -> Person:
    """The person whose user_id, account_id or platform:account_id is `key`, with tonight's or an earlier night's lists.

    Raises:
        LookupError: if nothing is published, the key is nobody's or several persons', or that night had no list.
    """
    with _open_published(settings) as connection:
        user_id = find_person(connection, key)
        accounts: dict[str, list[str]] = {}
        for _, platform, account_id in connection.execute(OWNERS, {"key": user_id}).fetchall():
            accounts.setdefault(platform, []).append(account_id)
        rows = _read_lists(connection, user_id, night)
    platforms = dict.fromkeys(row["platform"] for row in rows)
    lists = {platform: tuple(row for row in rows if row["platform"] == platform) for platform in platforms}
    night = rows[0]["logical_date"] if rows else None
    past, unread = _read_past(settings, user_id, night)
    return Person(user_id, accounts, night, lists, past, unread)


def examples(settings: Settings) -> list[tuple[str, list[str]]]:
    """A few persons on many and on few platforms, always the same."""
    with _open_published(settings) as connection:
        return [(user_id, platforms) for user_id, platforms in connection.execute(EXAMPLES).fetchall()]


def find_person(connection: Connection, key: str) -> str:
    """The user that a user_id, an account_id or a platform:account_id belongs to."""
    owners = connection.execute(OWNERS, {"key": key}).fetchall()
    persons = sorted({user_id for user_id, _, _ in owners})
    if key in persons:
        return key
    if not persons:
        raise LookupError(_nobody(connection, key))
    if len(persons) > 1:
        choices = ", ".join(f"{platform}:{account_id}" for _, platform, account_id in owners)
        raise LookupError(
            f"An account without its platform has to be the only one of its name; {key!r} is {choices}. Name one."
        )
    return str(persons[0])


def _nobody(connection: Connection, key: str) -> str:
    """That a key is nobody's, what is like it, and who there is."""
    near = [name for name, _ in connection.execute(NEAR, {"key": key}).fetchall()]
    some = [user_id for user_id, _ in connection.execute(EXAMPLES).fetchall()]
    return (
        f"A person is named by user_id, platform:account_id or account_id; nobody is {key!r}. "
        + (f"Near it: {', '.join(near)}. " if near else "")
        + (f"Some that exist: {', '.join(some)}. " if some else "")
        + 'All: crossrec sql "select * from accounts"'
    )


def _open_published(settings: Settings) -> Any:
    if not settings.published.exists():
        raise LookupError(
            f"A person is shown from the published file; there is none at {settings.published}. "
            "Publish a night first: crossrec night --date DATE"
        )
    return connect(settings.published, settings.memory_limit, settings.threads, read_only=True)


def _read_lists(connection: Connection, user_id: str, night: date | None) -> tuple[Row, ...]:
    """The rows of the person's lists, best first: tonight's, or those of an earlier night from the history."""
    order = "platform, item_rank"
    if night is None:
        return read_rows(connection, "main.recommendations", "user_id = ?", [user_id], order)
    try:
        rows = read_rows(
            connection, "main.recommendation_history", "user_id = ? and logical_date = ?", [user_id, night], order
        )
    except Error as error:
        raise LookupError(
            "Earlier nights are read from history/ in the home that published them, and these files are not there "
            f"any more ({str(error).splitlines()[0]}). Run: crossrec publish"
        ) from error
    if not rows:
        raise LookupError(_no_list(connection, user_id, night))
    return rows


def _no_list(connection: Connection, user_id: str, night: date) -> str:
    found: list[tuple[date]] = []
    if table_exists(connection, "main", "recommendation_history"):
        query = "select distinct logical_date from recommendation_history where user_id = ? order by 1 desc limit 14"
        found = connection.execute(query, [user_id]).fetchall()
    nights = ", ".join(str(day) for (day,) in found)
    return f"A list of an earlier night is one that was published; {user_id} has none of {night}. " + (
        f"There are those of {nights}." if nights else "There is none of any night."
    )


def _read_past(settings: Settings, user_id: str, night: date | None) -> tuple[Past | None, str]:
    """What the person did up to the night's end; or None and why it cannot be read."""
    if night is None or not settings.warehouse.exists():
        return None, "there is no warehouse in this home"
    try:
        with connect(settings.warehouse, settings.memory_limit, settings.threads, read_only=True) as connection:
            if not all(table_exists(connection, "marts", table) for table in NEEDED):
                return None, "the warehouse has no such tables yet"
            return _past_of(connection, user_id, night), ""
    except Error as error:
        is_busy = "lock" in str(error).lower() or "different configuration" in str(error)
        return None, "a night is at work in the warehouse" if is_busy else str(error).splitlines()[0]


def _past_of(connection: Connection, user_id: str, night: date) -> Past:
    titles = read_rows(connection, "marts.dim_platforms", "true", [], "platform")
    users = read_rows(connection, "marts.dim_users", "user_id = ?", [user_id], "user_id")
    counts = connection.execute(COUNTS, [user_id, cut_of(night)]).fetchall()
    return Past(
        titles={row["platform"]: row["title"] or row["platform"] for row in titles},
        first_seen_at=users[0]["first_seen_at"] if users else None,
        counts={platform: (count, last) for platform, count, last in counts},
        history=read_history(connection, user_id, night, rows_count=12),
    )
