"""Examples of persons: who is shown, what they took lately on all platforms, and what they are offered."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flows.warehouse import Connection, table_exists

Row = dict[str, Any]

# pools are bounded, so that the cost does not grow with the number of persons
CHOOSE = """
    with pools as (
        (select 'several' as pool, user_id, first_seen_at from marts.dim_users
            where platforms_count >= 2 order by md5(user_id) limit 300)
        union all
        (select 'one' as pool, user_id, first_seen_at from marts.dim_users
            where platforms_count = 1 and first_seen_at < $cut - interval 7 day order by md5(user_id) limit 300)
        union all
        (select 'new' as pool, user_id, first_seen_at from marts.dim_users
            where first_seen_at >= $cut - interval 7 day order by md5(user_id) limit 300)
    ),
    taken as (
        select
            accounts.user_id,
            count(*) as taken_count,
            count(distinct interactions.platform) as taken_platforms_count
        from marts.fct_interactions as interactions
        inner join marts.dim_accounts as accounts
            on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
        where interactions.is_positive and interactions.event_at < $cut
            and accounts.user_id in (select user_id from pools)
        group by accounts.user_id
    ),
    known as (
        select
            pools.*,
            coalesce(taken.taken_count, 0) as taken_count,
            coalesce(taken.taken_platforms_count, 0) as taken_platforms_count
        from pools
        left join taken on pools.user_id = taken.user_id
        where pools.user_id in (select user_id from published.recommendations where run_id = $run_id)
    )
    select
        pool,
        user_id,
        first_seen_at,
        taken_count,
        row_number() over (
            partition by pool
            order by
                case pool when 'several' then -least(taken_platforms_count, 3) else 0 end,
                case pool when 'new' then taken_count else -least(taken_count, 3) end,
                md5(user_id)
        ) as place
    from known
    qualify place <= case pool when 'several' then $several_count else 1 end
    order by pool = 'new', pool = 'one', place
"""

HISTORY = """
    with taken as (
        select
            interactions.platform,
            interactions.item_id,
            interactions.event_type,
            interactions.event_at
        from marts.fct_interactions as interactions
        inner join marts.dim_accounts as accounts
            on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
        where accounts.user_id = $user_id and interactions.event_at < $cut and not interactions.is_impression
        qualify row_number() over (
            partition by interactions.platform, interactions.item_id
            order by interactions.is_positive desc, interactions.event_at desc, interactions.event_type
        ) = 1
    ),
    -- the newest of every platform first, so that a busy platform does not hide the others
    ranked as (
        select *, row_number() over (partition by platform order by event_at desc, item_id) as place from taken
    ),
    chosen as (
        select * from ranked order by place <= 2 desc, event_at desc, platform, item_id limit $rows_count
    )
    select chosen.event_at, chosen.platform, chosen.event_type, chosen.item_id, items.title, items.language
    from chosen
    left join marts.dim_items as items on chosen.platform = items.platform and chosen.item_id = items.item_id
    order by chosen.event_at desc, chosen.platform, chosen.item_id
"""

LISTS = """
    select
        recommendations.platform,
        recommendations.item_rank,
        recommendations.item_id,
        recommendations.item_title as title,
        items.language,
        recommendations.reason_text,
        reasons.language as reason_language,
        recommendations.is_fallback
    from published.recommendations as recommendations
    left join marts.dim_items as items
        on recommendations.platform = items.platform and recommendations.item_id = items.item_id
    left join marts.dim_items as reasons
        on recommendations.reason_platform = reasons.platform and recommendations.reason_item_id = reasons.item_id
    where recommendations.user_id = $user_id and recommendations.item_rank <= $rows_count
    order by recommendations.platform, recommendations.item_rank
"""


@dataclass(frozen=True)
class Person:
    """A person as an example: where they have accounts, what they did lately, the top of their list by platform."""

    user_id: str
    pool: str
    platforms: tuple[str, ...]
    first_seen_at: datetime
    taken_count: int
    history: tuple[Row, ...]
    lists: dict[str, tuple[Row, ...]]


def cut_of(night: date) -> datetime:
    """The first moment that may not be known on this night."""
    return datetime.combine(night, time()) + timedelta(days=1)


def choose_people(connection: Connection, run_id: str, night: date, several_count: int = 3) -> tuple[Person, ...]:
    """Persons whose lists this run published: some on several platforms, one on a single platform, one new.

    Chosen by the hash of their ids, so the same tables give the same persons; preferred are those with a history on
    three platforms, and the new person who has taken least.
    """
    if not all(table_exists(connection, "marts", table) for table in ("dim_users", "dim_accounts", "fct_interactions")):
        return ()
    values = {"cut": cut_of(night), "run_id": run_id, "several_count": several_count}
    chosen = connection.execute(CHOOSE, values).fetchall()
    people: dict[str, Person] = {}
    for pool, user_id, first_seen_at, taken_count, _ in chosen:
        history = read_history(connection, user_id, night)
        lists = read_lists(connection, user_id)
        platforms = _read_platforms(connection, user_id)
        people.setdefault(user_id, Person(user_id, pool, platforms, first_seen_at, taken_count, history, lists))
    return tuple(people.values())


def _read_platforms(connection: Connection, user_id: str) -> tuple[str, ...]:
    query = "select distinct platform from marts.dim_accounts where user_id = ? order by platform"
    return tuple(platform for (platform,) in connection.execute(query, [user_id]).fetchall())


def read_history(connection: Connection, user_id: str, night: date, rows_count: int = 10) -> tuple[Row, ...]:
    """What a person did lately with items, up to the cut, newest first; an item once, no platform left out."""
    values = {"user_id": user_id, "cut": cut_of(night), "rows_count": rows_count}
    return _rows(connection, HISTORY, values)


def read_lists(connection: Connection, user_id: str, rows_count: int = 5) -> dict[str, tuple[Row, ...]]:
    """The top of a person's published list on every platform."""
    rows = _rows(connection, LISTS, {"user_id": user_id, "rows_count": rows_count})
    platforms = sorted({row["platform"] for row in rows})
    return {platform: tuple(row for row in rows if row["platform"] == platform) for platform in platforms}


def _rows(connection: Connection, query: str, values: dict[str, Any]) -> tuple[Row, ...]:
    found = connection.execute(query, values)
    names = [column[0] for column in found.description or ()]
    return tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())
