with

inhuman as (

    select * from {{ ref('int_account_days') }}
    where
        event_date <= {{ night() }}
        and (
            busiest_minute_count >= {{ var('robot_events_per_minute') }}
            or longest_stretch_hours >= {{ var('robot_hours_without_pause') }}
            or most_repeats_count >= {{ var('robot_repeats_of_one_item_a_day') }}
        )

),

broken as (

    select platform, account_id, event_date, 'events per minute' as suspect_rule
    from inhuman
    where busiest_minute_count >= {{ var('robot_events_per_minute') }}
    union all
    select platform, account_id, event_date, 'hours without pause' as suspect_rule
    from inhuman
    where longest_stretch_hours >= {{ var('robot_hours_without_pause') }}
    union all
    select platform, account_id, event_date, 'repeats of one item' as suspect_rule
    from inhuman
    where most_repeats_count >= {{ var('robot_repeats_of_one_item_a_day') }}

),

rules as (

    select
        platform,
        account_id,
        string_agg(distinct suspect_rule, ' and ' order by suspect_rule) as suspect_rule,
        min(event_date) as suspect_since_date,
        count(distinct event_date) as broken_days_count
    from broken
    group by platform, account_id

),

figures as (

    select
        rules.platform,
        rules.account_id,
        rules.suspect_rule,
        rules.suspect_since_date,
        rules.broken_days_count,
        max(account_days.busiest_minute_count) as busiest_minute_count,
        max(account_days.longest_stretch_hours) as longest_stretch_hours,
        max(account_days.most_repeats_count) as most_repeats_count
    from rules
    inner join {{ ref('int_account_days') }} as account_days
        on rules.platform = account_days.platform and rules.account_id = account_days.account_id
    where account_days.event_date <= {{ night() }}
    group by
        rules.platform,
        rules.account_id,
        rules.suspect_rule,
        rules.suspect_since_date,
        rules.broken_days_count

)

select * from figures
