with

candidates as (

    select * from {{ source('links', 'account_candidates') }}
    where weight >= {{ var('person_match_weight') }} - {{ var('person_match_lead') }}

),

tied as (

    select * from {{ ref('int_accounts_tied') }}

),

pairs as (

    select
        candidates.first_key as account_key,
        candidates.second_key as linked_key,
        candidates.weight,
        candidates.probability,
        one.group_key as first_group,
        other.group_key as second_group,
        one.platform as first_platform,
        other.platform as second_platform
    from candidates
    inner join tied as one on candidates.first_key = one.account_key
    inner join tied as other on candidates.second_key = other.account_key

),

-- who has an account on a platform already is not likely to have another one there
apart as (

    select distinct
        pairs.first_group,
        pairs.second_group
    from pairs
    inner join tied as one on pairs.first_group = one.group_key
    inner join tied as other on pairs.second_group = other.group_key and one.platform = other.platform

),

likely as (

    select
        pairs.first_group,
        pairs.second_group,
        pairs.first_platform,
        pairs.second_platform,
        max(pairs.weight) as weight,
        max_by(pairs.probability, pairs.weight) as probability,
        -- of several pairs of accounts of two groups the likeliest, and the least by name of those
        min_by(pairs.account_key, row(-pairs.weight, pairs.account_key, pairs.linked_key)) as account_key,
        min_by(pairs.linked_key, row(-pairs.weight, pairs.account_key, pairs.linked_key)) as linked_key
    from pairs
    left join apart on pairs.first_group = apart.first_group and pairs.second_group = apart.second_group
    where apart.first_group is null
    group by pairs.first_group, pairs.second_group, pairs.first_platform, pairs.second_platform

)

select * from likely
