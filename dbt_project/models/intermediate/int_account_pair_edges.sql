with

pairs as (

    select * from {{ ref('int_account_pairs_chosen') }}

),

-- named as the macro of connected components names its nodes
edges as (

    select first_group as account_key, second_group as linked_key from pairs
    union
    select second_group as account_key, first_group as linked_key from pairs

)

select * from edges
