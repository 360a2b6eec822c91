with

suspected as (

    select * from {{ ref('int_accounts_suspected') }}

),

-- robots are told of by a fact of their own
interactions as (

    select interactions.*
    from {{ ref('fct_interactions') }} as interactions
    left join suspected
        on interactions.platform = suspected.platform and interactions.account_id = suspected.account_id
    where
        interactions.event_at >= {{ days_before(28) }} and interactions.event_at < {{ cut() }}
        and interactions.event_date in (
            {{ night() }}, {{ days_before(7) }}, {{ days_before(14) }}, {{ days_before(21) }}, {{ days_before(28) }}
        )
        and suspected.account_id is null

),

days as (

    select
        platform,
        event_date,
        count(*) as events_count,
        sum(case when value is null then 1 else 0 end) as value_nulls_count,
        sum(case when session_id is null then 1 else 0 end) as session_nulls_count,
        count(distinct account_id) as accounts_count,
        count(distinct item_id) as items_count
    from interactions
    group by platform, event_date

),

compared as (

    select
        platform,
        event_date = {{ night() }} as is_night,
        sum(events_count) * 1.0 / count(*) as events_count,
        sum(value_nulls_count) * 1.0 / sum(events_count) as value_null_share,
        sum(session_nulls_count) * 1.0 / sum(events_count) as session_null_share,
        avg(accounts_count) as accounts_count,
        avg(items_count) as items_count
    from days
    group by platform, event_date = {{ night() }}

)

select * from compared
