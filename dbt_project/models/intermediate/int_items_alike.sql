with

items as (

    select * from {{ ref('int_items_deduplicated') }}

),

listings as (

    select * from {{ source('links', 'items') }}

),

numbered as (

    select * from {{ ref('training_items') }}

),

item_days as (

    select * from {{ ref('training_item_days') }}

),

popular as (

    select
        item_index,
        sum(positives_count) as positives_count
    from item_days
    group by item_index

),

described as (

    select
        listings.item_key,
        listings.creator,
        nullif(lower(trim(items.series)), '') as series,
        nullif(lower(trim(items.category)), '') as category,
        coalesce(popular.positives_count, 0) as positives_count
    from items
    inner join listings on items.platform = listings.platform and items.item_id = listings.item_id
    left join numbered on items.platform = numbered.platform and items.item_id = numbered.item_id
    left join popular on numbered.item_index = popular.item_index

),

fields as (

    select item_key, positives_count, 'same creator' as relation, creator as field from described
    where creator is not null
    union all
    select item_key, positives_count, 'same series' as relation, series as field from described
    where series is not null
    union all
    select item_key, positives_count, 'same category' as relation, category as field from described
    where category is not null

),

ranked as (

    select
        *,
        count(*) over (partition by relation, field) as items_count,
        row_number() over (partition by relation, field order by positives_count desc, item_key asc) as place
    from fields

),

-- each item with the most popular others: as many rows as items, however many are alike
alike as (

    select
        one.item_key,
        other.item_key as related_key,
        one.relation,
        1 / sqrt(one.items_count - 1) as strength,
        other.place
    from ranked as one
    inner join ranked as other
        on one.relation = other.relation and one.field = other.field and one.item_key <> other.item_key
    where other.place <= {{ var('relations_per_item') }} + 1

)

select * from alike
