with

bounded as (

    select * from {{ ref('int_accounts_bounded') }}

),

parted as (

    select * from {{ ref('int_accounts_parted') }}

),

grouped as (

    select
        bounded.account_key,
        bounded.component_key,
        bounded.part_key,
        coalesce(parted.group_key, bounded.part_key) as group_key
    from bounded
    left join parted on bounded.account_key = parted.account_key

)

select * from grouped
