with

items as (

    select * from {{ source('raw', 'food_items') }}

),

renamed as (

    select
        'food' as platform,
        asin as item_id,
        title,
        cast(null as varchar) as description,
        categories as category,
        cast(null as varchar) as creator,
        cast(null as double) as price,
        cast(null as varchar) as language,
        cast(null as varchar) as series,
        cast(null as varchar) as released_year,
        cast(null as varchar) as gtin,
        cast(null as varchar) as isbn,
        cast(null as varchar) as imdb,
        cast(null as varchar) as isrc,
        cast(null as timestamp) as available_from,
        cast(null as timestamp) as available_until,
        file_id,
        line,
        loaded_at
    from items

)

select * from renamed
