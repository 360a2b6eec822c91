with

shared as (

    select * from {{ ref('int_identifiers_shared') }}
    where account_key <> first_key

),

-- a star around the first account says the same as all pairs, with fewer rows
links as (

    select
        account_key,
        first_key as linked_key,
        {{ enumerated('identifier') }} as evidence,
        round(1 - product(1 - strength), 4) as strength
    from shared
    group by account_key, first_key

)

select * from links
