with

accounts as (

    select * from {{ ref('int_accounts_seen') }}

),

components as (

    select * from {{ ref('int_account_components') }}

),

identifiers as (

    select * from {{ ref('int_identifiers_shared') }}

),

methods as (

    select
        account_key,
        string_agg(distinct identifier, ' and ' order by identifier) as match_method
    from identifiers
    group by account_key

),

grouped as (

    select
        accounts.*,
        coalesce(components.component_key, accounts.account_key) as component_key,
        coalesce(methods.match_method, 'none') as match_method
    from accounts
    left join components on accounts.account_key = components.account_key
    left join methods on accounts.account_key = methods.account_key

),

named as (

    select
        *,
        -- the person is named after the earliest account, so that the name stays as later accounts join
        first_value(account_key) over (
            partition by component_key
            order by first_seen_at asc nulls last, platform asc, account_id asc
        ) as earliest_key
    from grouped

)

select * from named
