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
        cast(null as timestamp) as available_from,
        cast(null as timestamp) as available_until,
        file_id,
        line,
        loaded_at
    from items

)

select * from renamed
