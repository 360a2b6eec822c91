-- written by crossrec platform sync; edit the contracts and run it again
with

games_items as (

    select
        platform,
        item_id,
        title,
        description,
        category,
        creator,
        price,
        language,
        series,
        released_year,
        gtin,
        isbn,
        imdb,
        isrc,
        available_from,
        available_until,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_games__items') }}
    where {{ arrived() }}

),

music_items as (

    select
        platform,
        item_id,
        title,
        description,
        category,
        creator,
        price,
        language,
        series,
        released_year,
        gtin,
        isbn,
        imdb,
        isrc,
        available_from,
        available_until,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_music__items') }}
    where {{ arrived() }}

),

news_items as (

    select
        platform,
        item_id,
        title,
        description,
        category,
        creator,
        price,
        language,
        series,
        released_year,
        gtin,
        isbn,
        imdb,
        isrc,
        available_from,
        available_until,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_news__items') }}
    where {{ arrived() }}

),

shop_items as (

    select
        platform,
        item_id,
        title,
        description,
        category,
        creator,
        price,
        language,
        series,
        released_year,
        gtin,
        isbn,
        imdb,
        isrc,
        available_from,
        available_until,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_shop__items') }}
    where {{ arrived() }}

),

video_items as (

    select
        platform,
        item_id,
        title,
        description,
        category,
        creator,
        price,
        language,
        series,
        released_year,
        gtin,
        isbn,
        imdb,
        isrc,
        available_from,
        available_until,
        file_id,
        line,
        loaded_at
    from {{ ref('stg_video__items') }}
    where {{ arrived() }}

),

unioned as (

    select * from games_items
    union all
    select * from music_items
    union all
    select * from news_items
    union all
    select * from shop_items
    union all
    select * from video_items

)

select * from unioned
