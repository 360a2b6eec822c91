with

items as (

    select * from {{ ref('dim_items') }}

),

platforms as (

    select * from {{ ref('training_platforms') }}

),

numbered as (

    select
        cast(row_number() over (order by items.platform, items.item_id) - 1 as integer) as item_index,
        platforms.platform_index,
        items.platform,
        items.item_id,
        items.text_hash,
        items.is_available
    from items
    inner join platforms on items.platform = platforms.platform

)

select * from numbered
