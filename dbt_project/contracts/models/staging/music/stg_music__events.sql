with

events as (

    select * from {{ source('raw', 'music_events') }}

),

renamed as (

    select
        'music' as platform,
        coalesce(
            event_id,
            {{ record_id([
                'listener', 'track', 'verb', 'happened_at',
                'seconds', 'session', 'was_shown', 'mix_run'
            ]) }}
        ) as event_id,
        listener as account_id,
        track as item_id,
        verb as event_word,
        happened_at as event_at,
        seconds as value,
        session as session_id,
        was_shown as is_impression,
        mix_run as recommendation_run_id,
        file_id,
        line,
        loaded_at
    from events

)

select * from renamed
