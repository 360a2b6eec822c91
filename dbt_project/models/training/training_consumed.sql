with

consumed as (

    select * from {{ ref('int_items_consumed') }}

),

consumed_elsewhere as (

    select * from {{ ref('int_items_consumed_elsewhere') }}

),

hidden as (

    select user_id, platform, item_id, first_at from consumed
    union all
    select user_id, platform, item_id, first_at from consumed_elsewhere

),

users as (

    select * from {{ ref('training_users') }}

),

items as (

    select * from {{ ref('training_items') }}

),

numbered as (

    select
        users.user_index,
        items.item_index,
        min(hidden.first_at) as first_at
    from hidden
    inner join users on hidden.user_id = users.user_id
    inner join items on hidden.platform = items.platform and hidden.item_id = items.item_id
    group by users.user_index, items.item_index

)

select * from numbered
