with

items as (

    select * from {{ source('raw', 'music_items') }}

),

renamed as (

    select
        'music' as platform,
        track as item_id,
        title,
        about as description,
        genre as category,
        artist as creator,
        cast(null as double) as price,
        language,
        cast(null as varchar) as series,
        cast(null as varchar) as released_year,
        cast(null as varchar) as gtin,
        cast(null as varchar) as isbn,
        cast(null as varchar) as imdb,
        cast(null as varchar) as isrc,
        released_at as available_from,
        taken_down_at as available_until,
        file_id,
        line,
        loaded_at
    from items

)

select * from renamed
