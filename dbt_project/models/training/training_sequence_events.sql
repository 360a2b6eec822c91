with

sequences as (

    select * from {{ ref('training_sequences') }}

),

users as (

    select * from {{ ref('training_users') }}

),

items as (

    select * from {{ ref('training_items') }}

),

event_types as (

    select * from {{ ref('training_event_types') }}

),

numbered as (

    select
        users.user_index,
        items.item_index,
        items.platform_index,
        event_types.event_type_index,
        sequences.event_at,
        sequences.is_positive,
        sequences.place as tie_break
    from sequences
    inner join users on sequences.user_id = users.user_id
    inner join items on sequences.platform = items.platform and sequences.item_id = items.item_id
    inner join event_types on sequences.event_type = event_types.event_type

)

select * from numbered
