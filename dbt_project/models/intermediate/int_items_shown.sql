with

items as (

    select * from {{ ref('dim_items') }}
    where is_available

),

ranks as (

    select * from {{ source('scored', 'recommendations') }}
    where item_rank <= {{ var('published_k') }}

),

available as (

    select
        platform,
        count(*) as available_items_count
    from items
    group by platform

),

shown as (

    select
        platform,
        item_id,
        count(distinct user_id) as persons_count
    from ranks
    group by platform, item_id

),

spread as (

    select
        platform,
        count(*) as shown_items_count,
        max(persons_count) as most_persons_count
    from shown
    group by platform

),

compared as (

    select
        available.platform,
        available.available_items_count,
        coalesce(spread.shown_items_count, 0) as shown_items_count,
        coalesce(spread.most_persons_count, 0) as most_persons_count
    from available
    left join spread on available.platform = spread.platform

)

select * from compared
