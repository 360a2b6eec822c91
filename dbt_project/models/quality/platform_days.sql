with

platforms as (

    select * from {{ ref('dim_platforms') }}
    where is_chosen is not false

),

account_days as not materialized (

    select * from {{ ref('int_account_days') }}
    where event_date between {{ days_before(89) }} and {{ night() }}

),

active as (

    select * from {{ ref('int_accounts_active') }}

),

accounts as (

    select
        platform,
        account_id,
        user_id,
        count(*) over (partition by platform, user_id) as accounts_count
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
        platform,
        event_date,
        sum(events_count) as events_count,
        sum(impressions_count) as impressions_count,
        count(*) as accounts_count,
        sum(positives_count) as positives_count
    from account_days
    group by platform, event_date

),

-- few persons have two accounts on a platform, and only those have to be told from others
counted_twice as (

    select
        account_days.platform,
        account_days.event_date,
        count(*) - count(distinct accounts.user_id) as accounts_count
    from account_days
    inner join accounts
        on account_days.platform = accounts.platform and account_days.account_id = accounts.account_id
    where accounts.accounts_count > 1
    group by account_days.platform, account_days.event_date

),

completed as (

    select
        days.platform,
        days.event_date,
        cast(coalesce(counted.events_count, 0) as bigint) as events_count,
        cast(coalesce(counted.impressions_count, 0) as bigint) as impressions_count,
        coalesce(counted.accounts_count, 0) - coalesce(counted_twice.accounts_count, 0) as people_count,
        cast(coalesce(counted.positives_count, 0) as bigint) as positives_count
    from days
    left join counted on days.platform = counted.platform and days.event_date = counted.event_date
    left join counted_twice
        on days.platform = counted_twice.platform and days.event_date = counted_twice.event_date

)

select * from completed
