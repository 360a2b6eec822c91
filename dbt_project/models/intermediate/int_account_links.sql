with

identifiers as (

    select * from {{ ref('int_identifier_links') }}

),

pairs as (

    select * from {{ ref('int_account_pairs_chosen') }}

),

groups as (

    select * from {{ ref('int_account_pair_groups') }}

),

likeness as (

    select
        pairs.account_key,
        pairs.linked_key,
        'likeness' as evidence,
        round({{ var('likeness_strength') }} * pairs.probability, 4) as strength
    from pairs
    inner join groups on pairs.first_group = groups.group_key

),

links as (

    select * from identifiers
    union all
    select * from likeness

)

select * from links
