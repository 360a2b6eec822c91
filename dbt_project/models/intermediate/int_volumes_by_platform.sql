with

active as (

    select * from {{ ref('int_accounts_active') }}

),

account_days as (

    select * from {{ ref('int_account_days') }}
    where event_date >= {{ first_lookback_date() }} - interval '28' day and event_date <= {{ night() }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

totals as (

    select
        active.platform,
        cast(min(active.first_event_at) as date) as first_date,
        max(active.last_event_at) as newest_event_at,
        cast(sum(active.events_count) as bigint) as events_count,
        count(distinct accounts.user_id) as people_count,
        cast(sum(active.positives_count) as bigint) as positives_count
    from active
    left join accounts on active.platform = accounts.platform and active.account_id = accounts.account_id
    group by active.platform

),

-- the window is the look-back days, the weeks before it are the 28 days before that
windows as (

    select
        account_days.platform,
        sum(account_days.events_count) filter (where account_days.event_date = {{ night() }}) as day_events_count,
        sum(account_days.events_count) filter (
            where account_days.event_date >= {{ first_lookback_date() }}
        ) as window_events_count,
        count(distinct accounts.user_id) filter (
            where account_days.event_date >= {{ first_lookback_date() }}
        ) as window_people_count,
        sum(account_days.positives_count) filter (
            where account_days.event_date >= {{ first_lookback_date() }}
        ) as window_positives_count,
        sum(account_days.events_count) filter (
            where account_days.event_date < {{ first_lookback_date() }}
        ) as weeks_events_count
    from account_days
    left join accounts
        on account_days.platform = accounts.platform and account_days.account_id = accounts.account_id
    group by account_days.platform

),

counted as (

    select
        totals.*,
        cast(coalesce(windows.day_events_count, 0) as bigint) as day_events_count,
        cast(coalesce(windows.window_events_count, 0) as bigint) as window_events_count,
        coalesce(windows.window_people_count, 0) as window_people_count,
        cast(coalesce(windows.window_positives_count, 0) as bigint) as window_positives_count,
        cast(coalesce(windows.weeks_events_count, 0) as bigint) as weeks_events_count
    from totals
    left join windows on totals.platform = windows.platform

),

shared as (

    select
        *,
        window_events_count * 1.0 / nullif(sum(window_events_count) over (), 0) as event_share,
        window_people_count * 1.0 / nullif(sum(window_people_count) over (), 0) as people_share,
        window_positives_count * 1.0 / nullif(sum(window_positives_count) over (), 0) as positive_share,
        case
            when weeks_events_count > 0 then weeks_events_count * 1.0 / sum(weeks_events_count) over ()
        end as usual_event_share
    from counted

)

select * from shared
