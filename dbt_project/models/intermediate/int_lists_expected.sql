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

-- each only once: a big table that is read twice under one name is copied
hidden as (

    select user_id, platform, item_id from {{ ref('int_items_consumed') }}
    union all
    select elsewhere.user_id, elsewhere.platform, elsewhere.item_id
    from {{ ref('int_items_consumed_elsewhere') }} as elsewhere
    left join {{ ref('int_items_consumed') }} as consumed
        on
            elsewhere.user_id = consumed.user_id
            and elsewhere.platform = consumed.platform
            and elsewhere.item_id = consumed.item_id
    where consumed.user_id is null

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
        hidden.user_id,
        hidden.platform,
        count(*) as items_count
    from hidden
    inner join items on hidden.platform = items.platform and hidden.item_id = items.item_id
    group by hidden.user_id, hidden.platform

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
