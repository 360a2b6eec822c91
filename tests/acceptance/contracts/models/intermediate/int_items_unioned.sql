-- written by crossrec platform sync; edit the contracts and run it again
with

beauty_items as (

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
    from {{ ref('stg_beauty__items') }}
    where {{ arrived() }}

),

electronics_items as (

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
    from {{ ref('stg_electronics__items') }}
    where {{ arrived() }}

),

food_items as (

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
    from {{ ref('stg_food__items') }}
    where {{ arrived() }}

),

kitchen_items as (

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
    from {{ ref('stg_kitchen__items') }}
    where {{ arrived() }}

),

unioned as (

    select * from beauty_items
    union all
    select * from electronics_items
    union all
    select * from food_items
    union all
    select * from kitchen_items

)

select * from unioned
