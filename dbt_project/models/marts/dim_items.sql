with

items as (

    select * from {{ ref('int_items_deduplicated') }}

),

texts as (

    select * from {{ ref('int_item_texts') }}

),

matched as (

    select * from {{ ref('int_items_matched') }}

),

interactions as (

    select distinct
        platform,
        item_id
    from {{ ref('int_item_days') }}
    where event_date <= {{ night() }}

),

-- an item may be taken before its record is delivered
named as (

    select
        platform,
        item_id,
        true as has_record
    from items
    union all
    select
        interactions.platform,
        interactions.item_id,
        false as has_record
    from interactions
    left join items on interactions.platform = items.platform and interactions.item_id = items.item_id
    where items.item_id is null

),

described as (

    select
        named.platform,
        named.item_id,
        coalesce(matched.canonical_item_id, named.platform || ':' || named.item_id) as canonical_item_id,
        coalesce(matched.match_method, 'none') as match_method,
        matched.match_confidence,
        items.title,
        items.description,
        items.category,
        items.creator,
        items.series,
        items.price,
        items.language,
        texts.text_hash,
        items.available_from,
        items.available_until,
        coalesce(items.available_until > {{ cut() }}, true) as is_available,
        named.has_record
    from named
    left join items on named.platform = items.platform and named.item_id = items.item_id
    left join texts on named.platform = texts.platform and named.item_id = texts.item_id
    left join matched on named.platform = matched.platform and named.item_id = matched.item_id

)

select * from described
