with

events as (

    select * from {{ source('raw', 'beauty_events') }}

),

renamed as (

    select
        'beauty' as platform,
        coalesce(event_uuid, {{ record_id(['uid', 'sku', 'event_name', 'event_time']) }}) as event_id,
        uid as account_id,
        sku as item_id,
        event_name as event_word,
        event_time as event_at,
        cast(null as double) as value,
        cast(null as varchar) as session_id,
        cast(null as boolean) as is_impression,
        cast(null as varchar) as recommendation_run_id,
        file_id,
        line,
        loaded_at
    from events

)

select * from renamed
