with

suspected as (

    select * from {{ ref('int_accounts_suspected') }}

),

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

types as (

    select
        platform,
        event_type,
        sum(case when event_date = {{ night() }} then 1 else 0 end) as night_count,
        sum(case when event_date < {{ night() }} then 1 else 0 end) as usual_count
    from interactions
    group by platform, event_type

),

shared as (

    select
        platform,
        night_count * 1.0 / nullif(sum(night_count) over (partition by platform), 0) as night_share,
        usual_count * 1.0 / nullif(sum(usual_count) over (partition by platform), 0) as usual_share
    from types

),

-- half the sum of the differences is the distance of total variation: the events that would have to be of another type
compared as (

    select
        platform,
        sum(abs(night_share - usual_share)) / 2 as other_type_share
    from shared
    group by platform

)

select * from compared
