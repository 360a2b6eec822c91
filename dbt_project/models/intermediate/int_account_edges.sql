with

shared as (

    select * from {{ ref('int_identifiers_shared') }}
    where account_key <> first_key

),

-- a star around the first account says the same as all pairs, with fewer rows
edges as (

    select account_key, first_key as linked_key from shared
    union
    select first_key as account_key, account_key as linked_key from shared

)

select * from edges
