{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ forget_days(this, changed_days(this)) }}",
    )
}}

{% if is_incremental() %}
    {% set days = changed_days(this) %}
{% endif %}

with

changed as (

    select * from {{ ref('fct_interactions') }}
    where
        event_at < {{ cut() }}
        {% if is_incremental() %}
            and event_at >= {{ first_of(days) }}
            and event_date in ({{ days }})
        {% endif %}

),

-- a page shows twenty items at once, so what was only shown says nothing of who looks at it
acts as (

    select * from changed
    where not is_impression

),

days as (

    select
        platform,
        account_id,
        event_date,
        count(*) as events_count,
        count(*) filter (where is_positive) as positives_count,
        count(*) filter (where is_impression) as impressions_count,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at,
        max(loaded_at) as loaded_at,
        cast(sum(line) as bigint) as lines_sum,
        {{ fingerprint(['platform', 'event_id', 'item_id', 'event_type', 'event_at', 'is_positive']) }}
        filter (where not is_impression) as interactions_mark
    from changed
    group by platform, account_id, event_date

),

minutes as (

    select
        platform,
        account_id,
        event_date,
        count(*) as events_count,
        count(distinct event_at) as moments_count
    from acts
    group by platform, account_id, event_date, date_trunc('minute', event_at)

),

-- events of one and the same time say nothing of a rate: the log knows the day or the hour only, or sent them together
busiest_minutes as (

    select
        platform,
        account_id,
        event_date,
        max(events_count) as events_count
    from minutes
    where moments_count > 1
    group by platform, account_id, event_date

),

repeats as (

    select
        platform,
        account_id,
        event_date,
        count(*) as events_count
    from acts
    group by platform, account_id, event_date, item_id, event_type

),

most_repeats as (

    select
        platform,
        account_id,
        event_date,
        max(events_count) as events_count
    from repeats
    group by platform, account_id, event_date

),

spaced as (

    select
        platform,
        account_id,
        event_date,
        event_at,
        lag(event_at) over (partition by platform, account_id, event_date order by event_at) as previous_at
    from acts

),

numbered as (

    select
        *,
        sum(
            case when event_at >= previous_at + interval '{{ var("robot_pause_minutes") }}' minute then 1 else 0 end
        ) over (
            partition by platform, account_id, event_date order by event_at rows unbounded preceding
        ) as stretch
    from spaced

),

stretches as (

    select
        platform,
        account_id,
        event_date,
        date_diff('second', min(event_at), max(event_at)) / 3600.0 as hours
    from numbered
    group by platform, account_id, event_date, stretch

),

longest_stretches as (

    select
        platform,
        account_id,
        event_date,
        max(hours) as hours
    from stretches
    group by platform, account_id, event_date

),

measured as (

    select
        days.platform,
        days.account_id,
        days.event_date,
        days.events_count,
        days.positives_count,
        days.impressions_count,
        days.first_event_at,
        days.last_event_at,
        coalesce(busiest_minutes.events_count, 0) as busiest_minute_count,
        cast(coalesce(longest_stretches.hours, 0) as double) as longest_stretch_hours,
        coalesce(most_repeats.events_count, 0) as most_repeats_count,
        days.loaded_at,
        days.lines_sum,
        days.interactions_mark
    from days
    left join busiest_minutes
        on
            days.platform = busiest_minutes.platform
            and days.account_id = busiest_minutes.account_id
            and days.event_date = busiest_minutes.event_date
    left join longest_stretches
        on
            days.platform = longest_stretches.platform
            and days.account_id = longest_stretches.account_id
            and days.event_date = longest_stretches.event_date
    left join most_repeats
        on
            days.platform = most_repeats.platform
            and days.account_id = most_repeats.account_id
            and days.event_date = most_repeats.event_date

)

select * from measured
-- what asks for the last days reads no others, however many days a night brought
order by event_date
