with

platforms as (

    select * from {{ ref('dim_platforms') }}
    where is_chosen is not false

),

interactions as (

    select * from {{ ref('fct_interactions') }}
    where event_at < {{ cut() }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

histories as (

    select
        platform,
        greatest(min(event_date), {{ days_before(89) }}) as first_date
    from interactions
    group by platform

),

days as (

    select
        platforms.platform,
        {{ each_day('histories.first_date', night()) }} as event_date
    from platforms
    inner join histories on platforms.platform = histories.platform

),

counted as (

    select
        interactions.platform,
        interactions.event_date,
        count(*) as events_count,
        sum(case when interactions.is_impression then 1 else 0 end) as impressions_count,
        count(distinct accounts.user_id) as people_count,
        sum(case when interactions.is_positive then 1 else 0 end) as positives_count
    from interactions
    left join accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id
    where interactions.event_date >= {{ days_before(89) }}
    group by interactions.platform, interactions.event_date

),

completed as (

    select
        days.platform,
        days.event_date,
        coalesce(counted.events_count, 0) as events_count,
        cast(coalesce(counted.impressions_count, 0) as bigint) as impressions_count,
        coalesce(counted.people_count, 0) as people_count,
        cast(coalesce(counted.positives_count, 0) as bigint) as positives_count
    from days
    left join counted on days.platform = counted.platform and days.event_date = counted.event_date

)

select * from completed
