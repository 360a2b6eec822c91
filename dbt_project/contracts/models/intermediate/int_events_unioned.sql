-- written by crossrec platform sync; edit the contracts and run it again
with

games_events as (

    select
        platform,
        event_id,
        account_id,
        item_id,
        event_word,
        event_at,
        value,
        session_id,
        is_impression,
        recommendation_run_id,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_games__events') }}
    where {{ arrived() }}

),

music_events as (

    select
        platform,
        event_id,
        account_id,
        item_id,
        event_word,
        event_at,
        value,
        session_id,
        is_impression,
        recommendation_run_id,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_music__events') }}
    where {{ arrived() }}

),

news_events as (

    select
        platform,
        event_id,
        account_id,
        item_id,
        event_word,
        event_at,
        value,
        session_id,
        is_impression,
        recommendation_run_id,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_news__events') }}
    where {{ arrived() }}

),

shop_events as (

    select
        platform,
        event_id,
        account_id,
        item_id,
        event_word,
        event_at,
        value,
        session_id,
        is_impression,
        recommendation_run_id,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_shop__events') }}
    where {{ arrived() }}

),

video_events as (

    select
        platform,
        event_id,
        account_id,
        item_id,
        event_word,
        event_at,
        value,
        session_id,
        is_impression,
        recommendation_run_id,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_video__events') }}
    where {{ arrived() }}

),

unioned as (

    select * from games_events
    union all
    select * from music_events
    union all
    select * from news_events
    union all
    select * from shop_events
    union all
    select * from video_events

)

select * from unioned
