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
        on_sale_from as available_from,
        on_sale_until as available_until,
        file_id,
        line,
        loaded_at
    from items

)

select * from renamed
