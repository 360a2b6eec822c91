-- written by crossrec platform sync from platforms/*.yml; edit those and run it again
with

games as (

    select
        platform,
        item_id,
        title,
        description,
        category,
        creator,
        price,
        language,
        available_from,
        available_until,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_games__items') }}

),

music as (

    select
        platform,
        item_id,
        title,
        description,
        category,
        creator,
        price,
        language,
        available_from,
        available_until,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_music__items') }}

),

news as (

    select
        platform,
        item_id,
        title,
        description,
        category,
        creator,
        price,
        language,
        available_from,
        available_until,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_news__items') }}

),

shop as (

    select
        platform,
        item_id,
        title,
        description,
        category,
        creator,
        price,
        language,
        available_from,
        available_until,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_shop__items') }}

),

video as (

    select
        platform,
        item_id,
        title,
        description,
        category,
        creator,
        price,
        language,
        available_from,
        available_until,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_video__items') }}

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
