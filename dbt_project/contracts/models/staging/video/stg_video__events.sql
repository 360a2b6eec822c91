with

events as (

    select * from {{ source('raw', 'video_events') }}

),

renamed as (

    select
        'video' as platform,
        coalesce(
            event_uuid,
            {{ record_id([
                'viewer_id', 'video_id', 'event_name', 'event_time',
                'watch_seconds', 'session', 'on_shelf', 'shelf_run'
            ]) }}
        ) as event_id,
        cast(viewer_id as varchar) as account_id,
        video_id as item_id,
        event_name as event_word,
        event_time as event_at,
        watch_seconds as value,
        session as session_id,
        on_shelf as is_impression,
        shelf_run as recommendation_run_id,
        file_id,
        line,
        loaded_at
    from events

)

select * from renamed
