with

likely as (

    select * from {{ ref('int_account_pairs_likely') }}

),

-- each pair from both sides
sides as (

    select
        account_key,
        linked_key,
        first_group as group_key,
        second_group as other_key,
        second_platform as other_platform,
        weight
    from likely
    union all
    select
        account_key,
        linked_key,
        second_group as group_key,
        first_group as other_key,
        first_platform as other_platform,
        weight
    from likely

),

ranked as (

    select
        account_key,
        linked_key,
        row_number() over by_platform as place,
        weight - lead(weight) over by_platform as ahead
    from sides
    window by_platform as (
        partition by group_key, other_platform
        order by weight desc, other_key asc
    )

),

-- one partner at most on each other platform, and only one that no other comes close to, on either side
mutual as (

    select
        account_key,
        linked_key
    from ranked
    where place = 1 and coalesce(ahead >= {{ var('person_match_lead') }}, true)
    group by account_key, linked_key
    having count(*) = 2

),

chosen as (

    select
        likely.account_key,
        likely.linked_key,
        likely.first_group,
        likely.second_group,
        likely.weight,
        likely.probability
    from likely
    inner join mutual on likely.account_key = mutual.account_key and likely.linked_key = mutual.linked_key
    where likely.weight >= {{ var('person_match_weight') }}

)

select * from chosen
