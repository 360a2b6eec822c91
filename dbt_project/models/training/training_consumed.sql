with

-- each only once: a big table that is read twice under one name is copied
hidden as (

    select
        consumed.user_id,
        consumed.platform,
        consumed.item_id,
        least(consumed.first_at, elsewhere.first_at) as first_at
    from {{ ref('int_items_consumed') }} as consumed
    left join {{ ref('int_items_consumed_elsewhere') }} as elsewhere
        on
            consumed.user_id = elsewhere.user_id
            and consumed.platform = elsewhere.platform
            and consumed.item_id = elsewhere.item_id
    union all
    select
        elsewhere.user_id,
        elsewhere.platform,
        elsewhere.item_id,
        elsewhere.first_at
    from {{ ref('int_items_consumed_elsewhere') }} as elsewhere
    left join {{ ref('int_items_consumed') }} as consumed
        on
            elsewhere.user_id = consumed.user_id
            and elsewhere.platform = consumed.platform
            and elsewhere.item_id = consumed.item_id
    where consumed.user_id is null

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
        hidden.first_at
    from hidden
    inner join users on hidden.user_id = users.user_id
    inner join items on hidden.platform = items.platform and hidden.item_id = items.item_id

)

select * from numbered
