with

events as (

    select * from {{ source('raw', 'games_events') }}

),

renamed as (

    select
        'games' as platform,
        coalesce(
            cast(entry as varchar),
            {{ record_id(['player', 'app_id', 'what', 'local_time', 'amount', 'session', 'banner_run']) }}
        ) as event_id,
        player as account_id,
        cast(app_id as varchar) as item_id,
        what as event_word,
        local_time as event_at,
        amount as value,
        session as session_id,
        cast(null as boolean) as is_impression,
        banner_run as recommendation_run_id,
        file_id,
        line,
        loaded_at
    from events

)

select * from renamed
