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
        listed_at as available_from,
        delisted_at as available_until,
        file_id,
        line,
        loaded_at
    from items

)

select * from renamed
