with

users as (

    select * from {{ ref('dim_users') }}

),

platforms as (

    select * from {{ ref('dim_platforms') }}
    where is_chosen is not false

),

items as (

    select * from {{ ref('dim_items') }}
    where is_available

),

consumed as (

    select user_id, platform, item_id from {{ ref('int_items_consumed') }}
    union
    select user_id, platform, item_id from {{ ref('int_items_consumed_elsewhere') }}

),

available as (

    select
        platform,
        count(*) as items_count
    from items
    group by platform

),

gone as (

    select
        consumed.user_id,
        consumed.platform,
        count(*) as items_count
    from consumed
    inner join items on consumed.platform = items.platform and consumed.item_id = items.item_id
    group by consumed.user_id, consumed.platform

),

-- every person on every platform, as many items as are left to show
expected as (

    select
        users.user_id,
        platforms.platform,
        least(
            {{ var('published_k') }}, coalesce(available.items_count, 0) - coalesce(gone.items_count, 0)
        ) as expected_count
    from users
    cross join platforms
    left join available on platforms.platform = available.platform
    left join gone on users.user_id = gone.user_id and platforms.platform = gone.platform

)

select * from expected
