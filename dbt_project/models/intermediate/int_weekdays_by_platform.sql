with

platform_days as (

    select * from {{ ref('platform_days') }}

),

same_weekdays as (

    select
        platform,
        avg(events_count) as usual_day_events_count
    from platform_days
    where
        event_date in ({{ days_before(7) }}, {{ days_before(14) }}, {{ days_before(21) }}, {{ days_before(28) }})
    group by platform

)

select * from same_weekdays
