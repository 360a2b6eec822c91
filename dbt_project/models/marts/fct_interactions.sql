{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='event_date',
        on_schema_change='fail',
        pre_hook=["{{ with_column(this, 'is_late', 'boolean default false') }}", "{{ forget_after_the_cut(this) }}"],
    )
}}

with

events as (

    select * from {{ ref('int_events_typed') }}

),

stale_days as (

    {{ stale_days('events', this) }}

),

stale_events as (

    select distinct
        events.platform,
        events.event_id
    from events
    inner join stale_days on events.event_date = stale_days.event_date

),

deliveries as (

    select * from {{ ref('int_deliveries') }}

),

-- with their records of other days, for one of those may be the one to keep
candidates as (

    select
        events.*,
        coalesce(events.event_date < deliveries.late_before_date, false) as is_record_late
    from events
    inner join stale_events on events.platform = stale_events.platform and events.event_id = stale_events.event_id
    left join deliveries on events.platform = deliveries.platform and events.file_id = deliveries.file_id

),

ranked as (

    select
        *,
        -- an event of which one record was in time is not late, whichever record is kept
        bool_and(is_record_late) over (partition by platform, event_id) as is_late,
        -- the first by content, never by the order of loading
        row_number() over (
            partition by platform, event_id
            order by event_at, account_id, item_id, event_type, value, session_id, file_id, line
        ) as place
    from candidates

),

deduplicated as (

    select
        ranked.event_id,
        ranked.platform,
        ranked.account_id,
        ranked.item_id,
        ranked.event_type,
        ranked.event_at,
        ranked.event_date,
        ranked.value,
        ranked.strength,
        ranked.is_positive,
        ranked.is_impression,
        ranked.session_id,
        ranked.recommendation_run_id,
        ranked.is_late,
        ranked.file_id,
        ranked.line,
        ranked.loaded_at
    from ranked
    inner join stale_days on ranked.event_date = stale_days.event_date
    where ranked.place = 1

)

select * from deduplicated
