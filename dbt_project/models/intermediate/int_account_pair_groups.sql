with

components as (

    select * from {{ ref('int_account_pair_components') }}

),

tied as (

    select * from {{ ref('int_accounts_tied') }}

),

-- pairs in a row may lead to two accounts of one platform that nothing else ties together; then none of them holds
contradictory as (

    select distinct component_key from (
        select components.component_key
        from components
        inner join tied on components.account_key = tied.group_key
        group by components.component_key, tied.platform
        having count(distinct tied.group_key) > 1
    ) as platforms

),

held as (

    select
        components.account_key as group_key,
        components.component_key
    from components
    left join contradictory on components.component_key = contradictory.component_key
    where contradictory.component_key is null

)

select * from held
