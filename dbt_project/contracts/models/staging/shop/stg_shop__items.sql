with

items as (

    select * from {{ source('raw', 'shop_items') }}

),

renamed as (

    select
        'shop' as platform,
        sku as item_id,
        name as title,
        details as description,
        department as category,
        brand as creator,
        price,
        lang as language,
        cast(null as varchar) as series,
        cast(null as varchar) as released_year,
        cast(null as varchar) as gtin,
        cast(null as varchar) as isbn,
        cast(null as varchar) as imdb,
        cast(null as varchar) as isrc,
        listed_at as available_from,
        delisted_at as available_until,
        file_id,
        line,
        loaded_at
    from items

)

select * from renamed
