with

platforms as (

    select * from {{ ref('dim_platforms') }}
    where is_chosen is not false

),

account_days as (

    select * from {{ ref('int_account_days') }}
    where event_date between {{ days_before(89) }} and {{ night() }}

),

active as (

    select * from {{ ref('int_accounts_active') }}

),

-- numbers are counted faster than names
accounts as (

    select
        platform,
        account_id,
        dense_rank() over (order by user_id) as person_number
    from {{ ref('dim_accounts') }}

),

histories as (

    select
        platform,
        greatest(cast(min(first_event_at) as date), {{ days_before(89) }}) as first_date
    from active
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
        account_days.platform,
        account_days.event_date,
        sum(account_days.events_count) as events_count,
        sum(account_days.impressions_count) as impressions_count,
        count(distinct accounts.person_number) as people_count,
        sum(account_days.positives_count) as positives_count
    from account_days
    left join accounts
        on account_days.platform = accounts.platform and account_days.account_id = accounts.account_id
    group by account_days.platform, account_days.event_date

),

completed as (

    select
        days.platform,
        days.event_date,
        cast(coalesce(counted.events_count, 0) as bigint) as events_count,
        cast(coalesce(counted.impressions_count, 0) as bigint) as impressions_count,
        coalesce(counted.people_count, 0) as people_count,
        cast(coalesce(counted.positives_count, 0) as bigint) as positives_count
    from days
    left join counted on days.platform = counted.platform and days.event_date = counted.event_date

)

select * from completed
