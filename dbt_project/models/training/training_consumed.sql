with

consumed as (

    select * from {{ ref('int_items_consumed') }}

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
        consumed.first_at
    from consumed
    inner join users on consumed.user_id = users.user_id
    inner join items on consumed.platform = items.platform and consumed.item_id = items.item_id

)

select * from numbered
