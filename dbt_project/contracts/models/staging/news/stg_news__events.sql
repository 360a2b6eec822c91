with

events as (

    select * from {{ source('raw', 'news_events') }}

),

renamed as (

    select
        'news' as platform,
        coalesce(
            event_id,
            {{ record_id(['reader', 'article', 'event', 'ts', 'seconds', 'visit', 'front_page']) }}
        ) as event_id,
        reader as account_id,
        article as item_id,
        event as event_word,
        ts as event_at,
        seconds as value,
        visit as session_id,
        cast(null as boolean) as is_impression,
        front_page as recommendation_run_id,
        file_id,
        line,
        loaded_at
    from events

)

select * from renamed
