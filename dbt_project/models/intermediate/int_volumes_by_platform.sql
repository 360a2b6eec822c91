with

interactions as (

    select * from {{ ref('fct_interactions') }}
    where event_at < {{ cut() }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

persons as (

    select
        interactions.*,
        accounts.user_id
    from interactions
    left join accounts
        on interactions.platform = accounts.platform and interactions.account_id = accounts.account_id

),

-- the window is the look-back days, the weeks before it are the 28 days before that
counted as (

    select
        platform,
        min(event_date) as first_date,
        max(event_at) as newest_event_at,
        count(*) as events_count,
        count(distinct user_id) as people_count,
        count(*) filter (where is_positive) as positives_count,
        count(*) filter (where event_date = {{ night() }}) as day_events_count,
        count(*) filter (where event_date >= {{ first_lookback_date() }}) as window_events_count,
        count(distinct user_id) filter (where event_date >= {{ first_lookback_date() }}) as window_people_count,
        count(*) filter (
            where event_date >= {{ first_lookback_date() }} and is_positive
        ) as window_positives_count,
        count(*) filter (
            where
            event_date < {{ first_lookback_date() }}
            and event_date >= {{ first_lookback_date() }} - interval '28' day
        ) as weeks_events_count
    from persons
    group by platform

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
