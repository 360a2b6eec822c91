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
        released_at as available_from,
        taken_down_at as available_until,
        file_id,
        line,
        loaded_at
    from items

)

select * from renamed
