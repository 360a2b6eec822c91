with

items as (

    select * from {{ source('raw', 'games_items') }}

),

renamed as (

    select
        'games' as platform,
        cast(app_id as varchar) as item_id,
        title,
        blurb as description,
        genre as category,
        studio as creator,
        price,
        language,
        cast(null as varchar) as series,
        cast(null as varchar) as released_year,
        cast(null as varchar) as gtin,
        cast(null as varchar) as isbn,
        cast(null as varchar) as imdb,
        cast(null as varchar) as isrc,
        on_sale_from as available_from,
        on_sale_until as available_until,
        file_id,
        line,
        loaded_at
    from items

)

select * from renamed
