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

unfolded as (

    select
        user_id,
        {{ unnested('events') }} as event,
        {{ unnested_places('events') }} as place
    from sequences

),

numbered as (

    select
        users.user_index,
        items.item_index,
        items.platform_index,
        event_types.event_type_index,
        unfolded.event.event_at,
        unfolded.event.is_positive,
        cast(unfolded.place as integer) as tie_break
    from unfolded
    inner join users on unfolded.user_id = users.user_id
    inner join items on unfolded.event.platform = items.platform and unfolded.event.item_id = items.item_id
    inner join event_types on unfolded.event.event_type = event_types.event_type

)

select * from numbered
