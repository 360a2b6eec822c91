with

records as (

    select * from {{ ref('int_events_unioned') }}
    where event_at < {{ cut() }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

joined as (

    select
        records.*,
        event_types.event_type,
        event_types.strength as type_strength,
        event_types.is_positive as is_type_positive,
        event_types.is_impression or coalesce(records.is_impression, false) as is_shown_only
    from records
    inner join event_types
        on records.platform = event_types.platform and records.event_word = event_types.event_word

),

typed as (

    select
        event_id,
        platform,
        account_id,
        item_id,
        event_type,
        event_at,
        cast(event_at as date) as event_date,
        value,
        case when is_shown_only then 0.0 else type_strength end as strength,
        is_type_positive and not is_shown_only as is_positive,
        is_shown_only as is_impression,
        session_id,
        recommendation_run_id,
        file_id,
        line,
        loaded_at
    from joined

)

select * from typed
