with

shared as (

    select * from {{ ref('int_item_ids_shared') }}
    where item_key <> first_key

),

-- named as the macro of connected components names its nodes
edges as (

    select item_key as account_key, first_key as linked_key from shared
    union
    select first_key as account_key, item_key as linked_key from shared

)

select * from edges
