with

items as (

    select * from {{ ref('dim_items') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

platforms as (

    select * from {{ ref('dim_platforms') }}

),

items_counted as (

    select
        platform,
        count(*) as items_count,
        count(*) filter (where is_available) as available_items_count,
        avg(case when title is null then 1.0 else 0.0 end) as untitled_item_share
    from items
    group by platform

),

accounts_counted as (

    select
        accounts.platform,
        count(*) as accounts_count,
        avg(case when users.accounts_count > 1 then 1.0 else 0.0 end) as matched_share
    from accounts
    inner join users on accounts.user_id = users.user_id
    group by accounts.platform

),

joined as (

    select
        platforms.platform,
        coalesce(items_counted.items_count, 0) as items_count,
        coalesce(items_counted.available_items_count, 0) as available_items_count,
        items_counted.untitled_item_share,
        coalesce(accounts_counted.accounts_count, 0) as accounts_count,
        accounts_counted.matched_share
    from platforms
    left join items_counted on platforms.platform = items_counted.platform
    left join accounts_counted on platforms.platform = accounts_counted.platform

)

select * from joined
