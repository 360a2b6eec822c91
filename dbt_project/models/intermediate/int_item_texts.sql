with

items as (

    select * from {{ ref('int_items_deduplicated') }}

),

joined as (

    select
        platform,
        item_id,
        nullif(
            concat_ws('. ', nullif(trim(title), ''), nullif(trim(description), ''), nullif(trim(category), '')), ''
        ) as text
    from items

),

hashed as (

    select
        platform,
        item_id,
        text,
        md5(text) as text_hash
    from joined

)

select * from hashed
