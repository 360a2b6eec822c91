with

accounts as (

    select * from {{ ref('int_accounts_deduplicated') }}

),

components as (

    select * from {{ ref('int_identifier_components') }}

),

-- accounts that identifiers tie together are one from here on
tied as (

    select
        accounts.account_key,
        accounts.platform,
        coalesce(components.component_key, accounts.account_key) as group_key
    from accounts
    left join components on accounts.account_key = components.account_key

)

select * from tied
