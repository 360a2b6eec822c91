-- written by crossrec platform sync from platforms/*.yml; edit those and run it again
with

games as (

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

music as (

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

news as (

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

shop as (

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

video as (

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

    select * from games
    union all
    select * from music
    union all
    select * from news
    union all
    select * from shop
    union all
    select * from video

)

select * from unioned
