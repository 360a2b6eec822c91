{{
    config(
        materialized='incremental',
        incremental_strategy='patch',
        on_schema_change='fail',
        pre_hook=[
            "{{ with_column(this, 'is_late', 'boolean default false') }}",
            "{{ forget_from(this, first_stale_date(this)) }}",
        ],
    )
}}

with

deliveries as (

    select * from {{ ref('int_deliveries') }}

),

{% if is_incremental() %}

    {%- set first_date, newest_load = first_stale_date(this), newest_load(this) %}

    recent as (

        select * from {{ ref('int_events_typed') }}
        where event_at >= {{ first_date }}

    ),

    -- into days before those that are built anew
    belated as (

        select * from {{ ref('int_events_typed') }}
        where event_at < {{ first_date }} and loaded_at > {{ newest_load }}

    ),

    named as (

        select platform, event_id, loaded_at from recent
        union all
        select platform, event_id, loaded_at from belated

    ),

    -- numbers for names are compared three times as fast as names, and leave hardly any of all that was built before
    alike as (

        select platform, event_id
        from {{ this }}
        where {{ digest(['platform', 'event_id']) }} in (
            select {{ digest(['platform', 'event_id']) }} from named
        )

    ),

    -- events that stand on an earlier day, for later ones are no longer in the table, or may have to
    earlier as (

        select alike.platform, alike.event_id
        from alike
        semi join named on alike.platform = named.platform and alike.event_id = named.event_id
        union
        select platform, event_id from belated

    ),

    reopened as (

        select distinct earlier.platform, earlier.event_id
        from earlier
        inner join named on earlier.platform = named.platform and earlier.event_id = named.event_id
        where named.loaded_at > {{ newest_load }}

    ),

    -- of reopened events the records of all days, for one of those may be the one to keep
    records as (

        select recent.*
        from recent
        anti join earlier on recent.platform = earlier.platform and recent.event_id = earlier.event_id
        union all
        select events.*
        from {{ ref('int_events_typed') }} as events
        semi join reopened on events.platform = reopened.platform and events.event_id = reopened.event_id

    ),

{% else %}

    records as (

        select * from {{ ref('int_events_typed') }}

    ),

{% endif %}

judged as (

    select
        records.*,
        coalesce(records.event_date < deliveries.late_before_date, false) as is_record_late
    from records
    left join deliveries on records.platform = deliveries.platform and records.file_id = deliveries.file_id

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
    from judged

),

deduplicated as (

    select
        event_id,
        platform,
        account_id,
        item_id,
        event_type,
        event_at,
        event_date,
        value,
        strength,
        is_positive,
        is_impression,
        session_id,
        recommendation_run_id,
        is_late,
        file_id,
        line,
        loaded_at
    from ranked
    where place = 1

)

select * from deduplicated
-- what asks for the last days reads no others, however many days a night brought
order by event_at
