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
        items.is_available,
        items.canonical_item_id,
        lower(trim(items.series)) as series
    from items
    inner join platforms on items.platform = platforms.platform

),

-- by number, for what is popular tonight nobody knew on the past nights of a backtest
next_ones as (

    select
        *,
        coalesce(
            lead(item_index) over (partition by canonical_item_id order by item_index),
            min(item_index) over (partition by canonical_item_id)
        ) as next_listing,
        coalesce(
            lead(item_index) over (partition by series order by item_index),
            min(item_index) over (partition by series)
        ) as next_of_series
    from numbered

),

related as (

    select
        item_index,
        platform_index,
        platform,
        item_id,
        text_hash,
        is_available,
        coalesce(
            nullif(next_listing, item_index),
            case when series <> '' then nullif(next_of_series, item_index) end
        ) as relative_index
    from next_ones

)

select * from related
