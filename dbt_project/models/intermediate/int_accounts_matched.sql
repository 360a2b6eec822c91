with

accounts as (

    select * from {{ ref('int_accounts_seen') }}

),

groups as (

    select * from {{ ref('int_account_groups') }}

),

identifiers as (

    select * from {{ ref('int_identifiers_shared') }}

),

links as (

    select * from {{ ref('int_account_links') }}
    where evidence = 'likeness'

),

-- an identifier is evidence where somebody else of the person has it; links that were cut prove nothing
shared as (

    select
        identifiers.account_key,
        identifiers.identifier,
        identifiers.strength,
        count(*) over (partition by identifiers.identifier, identifiers.first_key, groups.group_key) as accounts_count
    from identifiers
    inner join groups on identifiers.account_key = groups.account_key

),

likened as (

    select
        unnest([links.account_key, links.linked_key]) as account_key,
        links.evidence,
        links.strength
    from links
    inner join groups as one on links.account_key = one.account_key
    inner join groups as other on links.linked_key = other.account_key and one.group_key = other.group_key

),

found as (

    select account_key, identifier as evidence, strength from shared
    where accounts_count > 1
    union all
    select account_key, evidence, max(strength) as strength from likened
    group by account_key, evidence

),

evidence as (

    select
        account_key,
        case when bool_and(evidence = 'likeness') then 'probable' else 'identifiers' end as match_method,
        {{ enumerated('evidence') }} as match_evidence,
        round(1 - product(1 - strength), 4) as match_confidence
    from found
    group by account_key

),

grouped as (

    select
        accounts.*,
        coalesce(groups.group_key, accounts.account_key) as group_key,
        coalesce(evidence.match_method, 'none') as match_method,
        evidence.match_evidence,
        evidence.match_confidence
    from accounts
    left join groups on accounts.account_key = groups.account_key
    left join evidence on accounts.account_key = evidence.account_key

),

named as (

    select
        *,
        -- the person is named after the earliest account, so that the name stays as later accounts join
        first_value(account_key) over (
            partition by group_key
            order by first_seen_at asc nulls last, platform asc, account_id asc
        ) as earliest_key
    from grouped

)

select * from named
