with

items as (

    select * from {{ source('raw', 'video_items') }}

),

renamed as (

    select
        'video' as platform,
        video_id as item_id,
        title,
        synopsis as description,
        genre as category,
        channel as creator,
        rental_price as price,
        audio_language as language,
        cast(null as varchar) as series,
        cast(null as varchar) as released_year,
        cast(null as varchar) as gtin,
        cast(null as varchar) as isbn,
        cast(null as varchar) as imdb,
        cast(null as varchar) as isrc,
        licensed_from as available_from,
        licensed_until as available_until,
        file_id,
        line,
        loaded_at
    from items

)

select * from renamed
