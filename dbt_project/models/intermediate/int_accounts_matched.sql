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

evidence as (

    select
        account_key,
        string_agg(identifier, ' and ' order by identifier) as match_evidence,
        round(1 - product(1 - strength), 4) as match_confidence
    from shared
    where accounts_count > 1
    group by account_key

),

grouped as (

    select
        accounts.*,
        coalesce(groups.group_key, accounts.account_key) as group_key,
        case when evidence.account_key is null then 'none' else 'identifiers' end as match_method,
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
