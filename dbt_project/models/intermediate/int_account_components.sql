with

components as (

    select * from {{ ref('int_identifier_components') }}

),

groups as (

    select * from {{ ref('int_account_pair_groups') }}

),

-- an account that no identifier ties to another is a group of its own
grouped as (

    select account_key, component_key as group_key from components
    union all
    select groups.group_key as account_key, groups.group_key
    from groups
    left join components on groups.group_key = components.account_key
    where components.account_key is null

),

-- a group is named after the least key in it, and so is a component of groups
connected as (

    select
        grouped.account_key,
        coalesce(groups.component_key, grouped.group_key) as component_key
    from grouped
    left join groups on grouped.group_key = groups.group_key

)

select * from connected
