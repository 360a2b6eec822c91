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
        licensed_from as available_from,
        licensed_until as available_until,
        file_id,
        line,
        loaded_at
    from items

)

select * from renamed
