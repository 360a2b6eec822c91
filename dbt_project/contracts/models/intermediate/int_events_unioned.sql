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
