with

takers as (

    select * from {{ ref('int_items_taken') }}

),

shown as (

    select distinct
        platform,
        item_id
    from {{ source('scored', 'recommendations') }}
    where reason_item_id is null and item_rank <= {{ var('published_k') }}

),

popular as (

    select
        takers.platform,
        takers.item_id
    from takers
    inner join shown on takers.platform = shown.platform and takers.item_id = shown.item_id
    group by takers.platform, takers.item_id
    having count(*) >= {{ var('smallest_group') }}

)

select * from popular
