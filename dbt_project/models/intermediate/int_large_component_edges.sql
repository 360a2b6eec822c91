with

components as (

    select * from {{ ref('int_account_components') }}

),

links as (

    select * from {{ ref('int_account_links') }}

),

large as (

    select component_key
    from components
    group by component_key
    having count(*) > {{ var('max_accounts_per_person') }}

),

levels as (

    select cast(unnest(generate_series(0, 9)) as integer) as level

),

-- the links of at least so many tenths of strength, each tenth a graph of its own; none of them by likeness
kept as (

    select
        levels.level || '|' || links.account_key as account_key,
        levels.level || '|' || links.linked_key as linked_key
    from links
    inner join components on links.account_key = components.account_key
    inner join large on components.component_key = large.component_key
    inner join levels on links.strength * 10 >= levels.level
    where links.evidence <> 'likeness'

),

edges as (

    select account_key, linked_key from kept
    union all
    select linked_key as account_key, account_key as linked_key from kept

)

select * from edges
