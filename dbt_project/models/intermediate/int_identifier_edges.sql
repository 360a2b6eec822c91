with

links as (

    select * from {{ ref('int_identifier_links') }}

),

edges as (

    select account_key, linked_key from links
    union all
    select linked_key as account_key, account_key as linked_key from links

)

select * from edges
